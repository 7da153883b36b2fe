"""Open a file and print the peak of private memory over that before, in bytes, and the bytes of matrix and labels."""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path

from embedviz import kernels
from embedviz.formats import KERNELS, open_steps
from embedviz.progress import finish


def private_bytes() -> int:
    """Anonymous memory of this process; pages of mapped files are the system's."""
    return 1024 * int(re.findall(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text())[0])


def main() -> None:
    import psutil  # noqa: F401  # what every opening imports

    finish(kernels.load(KERNELS))
    before, peak, is_over = private_bytes(), [0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.002):
            peak[0] = max(peak[0], private_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    space = finish(open_steps(sys.argv[1]))
    is_over.set()
    watcher.join()
    print(peak[0] - before, space.vectors.nbytes + space.labels.n_bytes)


main()
