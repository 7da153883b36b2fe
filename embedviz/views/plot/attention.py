"""Which item has the attention: the one under the cursor, or the one that the arrow keys went to."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QTimer, Signal, Slot

from embedviz.session import Session
from embedviz.views.plot.hover_card import HoverCard
from embedviz.views.plot.scene import Scene
from embedviz.views.plot.solid_scene import SolidScene


class Attention(QObject):
    """Gives the session its focus, and names that item on a card beside it; `stage` is the scene that is shown.

    `sought` tells the row under the cursor while the question follows it.
    """

    sought = Signal(int)

    def __init__(self, session: Session, scene: Scene, card: HoverCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._card = session, card
        self.stage: Scene | SolidScene = scene
        self._stepped_to: int | None = None
        self._cursor = QPointF()
        self._is_followed = False
        self._hovering = QTimer(self, singleShot=True, interval=0)
        self._hovering.timeout.connect(self._on_hovered)
        session.focus_changed.connect(self._on_focus_changed)

    def hover(self, cursor: QPointF, *, is_followed: bool) -> None:
        """The cursor moves; what is under it is looked up once a frame, not once a mouse event.

        All that a question asks while it follows the cursor is one step to undo.
        """
        if self._is_followed and not is_followed:
            self._session.settle()
        self._cursor, self._is_followed = QPointF(cursor), is_followed
        self._hovering.start()

    def leave(self) -> None:
        """The cursor is gone, and the attention with it, unless an arrow key has led it."""
        self._hovering.stop()
        if self._stepped_to is None:
            self._card.hide()
            self._session.set_focus(None)

    def step(self, dx: float, dy: float) -> int | None:
        """Go to the nearest item in a direction (pixels, y downwards), and return it, or None where there is none.

        The way begins at the item in focus, else at the one that is asked about. Where there is neither in view, the
        first step goes to the item asked about, or to the one nearest the middle.
        """
        start = self._session.focus
        asked = self._asked()
        if start is None and asked is not None and self.stage.is_seen(asked):
            start = asked
        if start is None:
            found = asked if asked is not None else self.stage.row_amid()
        else:
            found = self.stage.row_beside(start, dx, dy)
        if found is None:
            return None
        self._session.set_focus(found)
        self._stepped_to = found
        self.follow()
        return found

    def follow(self) -> None:
        """The view has moved: the card goes with an item that an arrow key led to, and else is gone."""
        space, row = self._session.state.space, self._stepped_to
        if space is None or row is None or not self.stage.is_seen(row):
            self._card.hide()
            return
        self._card.show_item(space, row, self.stage.pixel_of(row).toPoint())

    def _asked(self) -> int | None:
        answer = self._session.state.answer
        if answer is None or answer.is_formula or not answer.inputs:
            return None
        return answer.inputs[0] if self.stage.has_place(answer.inputs[0]) else None

    @Slot()
    def _on_hovered(self) -> None:
        space = self._session.state.space
        row = self.stage.row_at(self._cursor) if space is not None else None
        self._stepped_to = None
        if row is None or space is None:
            self._card.hide()
            return
        self._session.set_focus(row)
        self._card.show_item(space, row, self._cursor.toPoint())
        if self._is_followed:
            self.sought.emit(row)

    @Slot()
    def _on_focus_changed(self) -> None:
        if self._stepped_to is not None and self._session.focus != self._stepped_to:
            self._stepped_to = None
            self._card.hide()
