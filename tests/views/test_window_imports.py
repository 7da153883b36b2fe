"""What the first window may load before it is shown: Qt, and nothing heavy."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import embedviz.views.launch, embedviz.views.main_window
from embedviz.views.appearance import Appearance
from embedviz.views.main_window import MainWindow
from embedviz.settings import Settings
from PySide6.QtWidgets import QApplication
app = QApplication([])
window = MainWindow(Appearance(app, Settings()))
window.show()
app.processEvents()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""

WARM = """
import sys
from embedviz.operations import Operations
from embedviz.jobs import Jobs
from embedviz.session import Session
from PySide6.QtWidgets import QApplication
app = QApplication([])
operations = Operations(Session(), Jobs())
operations.kernels_ready.connect(app.quit)
operations.warm_up()
app.exec()
operations.close()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_kernels_are_made_ready_without_their_compiler() -> None:
    ended = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, timeout=120, check=True)
    loaded = set(ended.stdout.split())
    assert {"embedviz", "llvmlite"} <= loaded
    assert not loaded & {"numba", "scipy"}


def test_the_shown_window_has_loaded_no_heavy_library():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(ended.stdout.split())
    assert {"embedviz", "PySide6"} <= loaded
    assert not loaded & {
        "numpy",
        "pyqtgraph",
        "scipy",
        "numba",
        "sklearn",
        "matplotlib",
        "pyarrow",
        "cmap",
        "rapidfuzz",
    }
