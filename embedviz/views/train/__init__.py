"""The Train mode: the panel with corpus and options, and the drawer with curves and epochs."""

from embedviz.views.train.train_drawer import TrainDrawer
from embedviz.views.train.train_panel import TrainPanel

__all__ = ["TrainDrawer", "TrainPanel"]
