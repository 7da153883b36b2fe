"""Start a bare pyqtgraph plot of 9,998 points; print seconds from the given moment to its first painted frame."""

from __future__ import annotations

import sys
import time

began = float(sys.argv[1])

import numpy as np  # noqa: E402
import pyqtgraph as pg  # noqa: E402

app = pg.mkQApp()
points = np.random.default_rng(1).normal(size=(9998, 2))
widget = pg.PlotWidget()
widget.resize(1280, 800)
widget.addItem(pg.ScatterPlotItem(points[:, 0], points[:, 1], size=5, pen=None))
widget.show()
app.processEvents()
widget.viewport().repaint()
print(time.time() - began)
