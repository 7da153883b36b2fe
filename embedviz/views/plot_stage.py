"""Where the plot stands: in its place the live plot, while a training is watched."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.plot import Plot
from embedviz.views.train.live_plot import LivePlot


class PlotStage(QStackedWidget):
    """Shows the open space; in Train mode, while a training runs, the words that are being learned."""

    def __init__(
        self,
        session: Session,
        operations: Operations,
        appearance: Appearance,
        plot: Plot,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._operations = session, operations
        self.plot = plot
        self.live_plot = LivePlot(session, operations, appearance, plot.scene.painter)
        self.addWidget(plot)
        self.addWidget(self.live_plot)
        session.view_changed.connect(self._on_shown_changed)
        operations.frame_seen.connect(self._on_shown_changed)
        operations.epochs_changed.connect(self._on_shown_changed)

    @Slot()
    def _on_shown_changed(self) -> None:
        """What was seen live goes over into the plot of what was learned."""
        is_watched = self._session.state.view.mode == "train" and self._operations.is_live
        shown: QWidget = self.live_plot if is_watched and self.live_plot.frame is not None else self.plot
        if shown is self.currentWidget():
            return
        if shown is self.plot and (sight := self.live_plot.sight()) is not None:
            self.plot.glide.remember(sight)
        self.setCurrentWidget(shown)
