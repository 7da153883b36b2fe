"""The Train mode: the panel with corpus and options, and the drawer with curves, epochs and evaluations."""

from embedviz.views.train.drawer import Drawer
from embedviz.views.train.train_panel import TrainPanel

__all__ = ["Drawer", "TrainPanel"]
