"""Open a file and print the peak of private memory over that before, in bytes, and the bytes of matrix and labels.

What child processes hold meanwhile counts too, beyond what one takes that has only imported what reads HDF5.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from embedviz import kernels
from embedviz.formats import KERNELS, open_steps
from embedviz.progress import finish

PRIVATE = re.compile(r"RssAnon:\s+(\d+)")
BARE_CHILD = "import embedviz.child, embedviz.formats.hdf5_tables, h5py; print(open('/proc/self/status').read())"


def private_bytes(process: str = "self") -> int:
    """Anonymous memory of a process; pages of mapped files are the system's. 0 where it is gone."""
    try:
        return 1024 * int(PRIVATE.findall(Path(f"/proc/{process}/status").read_text())[0])
    except (OSError, IndexError):
        return 0


def children() -> list[str]:
    """Processes that any thread of this one started and that still run."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that ended since; its children are those of another by now
            found += (task / "children").read_text().split()
    return found


def main() -> None:
    import psutil  # noqa: F401  # what every opening imports

    finish(kernels.load(KERNELS))
    status = subprocess.run([sys.executable, "-c", BARE_CHILD], capture_output=True, check=True, text=True).stdout
    bare_child = 1024 * int(PRIVATE.findall(status)[0])
    before, is_over = private_bytes(), threading.Event()

    def watch() -> int:
        peak = 0
        while not is_over.wait(0.002):
            of_children = sum(max(0, private_bytes(child) - bare_child) for child in children())
            peak = max(peak, private_bytes() + of_children)
        return peak

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        try:
            space = finish(open_steps(sys.argv[1]))
        finally:
            is_over.set()
        peak = watching.result()  # raises what ended the watch: a peak seen in part is none
    print(peak - before, space.vectors.nbytes + space.labels.n_bytes)


main()
