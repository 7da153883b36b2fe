"""What an empty plot says."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QWidget

from embedviz.operations import Message, Operations
from embedviz.session import Session
from embedviz.views.panel import PlainLabel
from embedviz.views.text import one_line

SHOW_AFTER_MS = 400
TEXT = "Nothing is open.\nDrop a file of vectors here, or press Ctrl+O."
LONGEST_REASON = 400
WIDEST_PX, MARGIN_PX = 560, 24


class EmptyHint(PlainLabel):
    """Stands in the middle of the plot while no space is open nor being opened.

    It does not come at once, so that a quick start does not flicker. Why an opening failed stands above it.
    """

    def __init__(self, session: Session, operations: Operations, plot: QWidget) -> None:
        super().__init__(plot)
        self.setText(TEXT)
        self.setObjectName("empty_hint")
        self.setProperty("role", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._session, self._operations = session, operations
        self._plot = plot
        self._waiting = QTimer(self, singleShot=True, interval=SHOW_AFTER_MS)
        self._waiting.timeout.connect(self._on_waited)
        self._waiting.start()
        self.hide()
        session.space_changed.connect(self._on_space_changed)
        plot.installEventFilter(self)

    @Slot()
    def _on_waited(self) -> None:
        loading = self._operations.jobs.newest("load")
        if loading is not None and loading.is_running:
            self._waiting.start()
        else:
            self._on_space_changed()

    @Slot(object)
    def tell(self, message: Message) -> None:
        """Say what went wrong, while there is nothing else to see."""
        if message.kind == "error" and self._session.state.space is None:
            self.setText(f"{one_line(message.text, most=LONGEST_REASON)}\n\n{TEXT}")
            self._on_space_changed()

    @Slot()
    def _on_space_changed(self) -> None:
        is_empty = self._session.state.space is None
        if not is_empty:
            self.setText(TEXT)
        self._fit()
        self.setVisible(is_empty)

    def _fit(self) -> None:
        """Lines of a length that can be read, in the middle of the plot."""
        room = self._plot.rect()
        side = max(MARGIN_PX, (room.width() - WIDEST_PX) // 2)
        self.setGeometry(room.adjusted(side, 0, -side, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False
