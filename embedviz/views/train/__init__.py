"""The Train mode: the panel with corpus and options, and the pages of curves, epochs and evaluations."""

from embedviz.views.train.train_panel import TrainPanel

__all__ = ["TrainPanel"]
