"""The plot: a widget of our own, with its camera, axes, points, marks and names."""

from embedviz.views.plot.plot import Plot

__all__ = ["Plot"]
