"""Starting: process start to painted window and painted plot, beside a bare pyqtgraph plot, each in fresh processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"
ROUNDS = 5


def seconds(program: str) -> list[float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, str(PROGRAMS / program), str(time.time())]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=120)
    return [float(number) for number in done.stdout.splitlines()[0].split()]


def test_start(benchmark, say):
    seconds("start_embedviz.py")
    seconds("start_pyqtgraph.py")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds("start_embedviz.py"))
        theirs.append(seconds("start_pyqtgraph.py")[0])
    window, plot = (statistics.median(times) for times in zip(*ours, strict=True))
    peer = statistics.median(theirs)
    benchmark.extra_info.update(window_s=window, plot_s=plot, bare_pyqtgraph_s=peer)
    say(
        f"start: window painted after {window:.2f} s, plot after {plot:.2f} s; bare pyqtgraph plot: {peer:.2f} s; "
        f"ratios {window / peer:.2f} and {plot / peer:.2f}"
    )
    benchmark.pedantic(lambda: seconds("start_embedviz.py"), rounds=1)
