"""The plot: axes and mouse by pyqtgraph, the drawing by our own raster."""

from embedviz.views.plot.plot import Plot

__all__ = ["Plot"]
