"""What an empty plot says."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QLabel, QWidget

from embedviz.session import Session

SHOW_AFTER_MS = 400
TEXT = "Nothing is open.\nDrop a file of vectors here, or press Ctrl+O."


class EmptyHint(QLabel):
    """Stands in the middle of the plot while no space is open; not at once, so that a quick start does not flicker."""

    def __init__(self, session: Session, plot: QWidget) -> None:
        super().__init__(TEXT, plot)
        self.setObjectName("empty_hint")
        self.setProperty("role", "muted")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._session = session
        self._plot = plot
        self._waiting = QTimer(self, singleShot=True, interval=SHOW_AFTER_MS)
        self._waiting.timeout.connect(self._on_space_changed)
        self._waiting.start()
        self.hide()
        session.space_changed.connect(self._on_space_changed)
        plot.installEventFilter(self)

    @Slot()
    def _on_space_changed(self) -> None:
        self.setGeometry(self._plot.rect())
        self.setVisible(self._session.state.space is None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._plot.rect())
        return False
