"""Where a window first stands: in its usual size, or in less where the screen has not the room."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

FRAME = QMargins(8, 44, 8, 8)
"""Left for the title bar and the borders, which are not known before a window is shown."""

_SEEN_BY_NOBODY = ("offscreen", "minimal")


def room_of(window: QWidget) -> QRect | None:
    """What bars and docks leave of the screen, in the pixels of widgets; None where there is no screen to leave."""
    return None if QGuiApplication.platformName() in _SEEN_BY_NOBODY else window.screen().availableGeometry()


def first_place(wanted: QSize, room: QRect) -> QRect:
    """The geometry of a window without its frame: as large as `wanted`, or as `room` and the frame allow; centred."""
    inner = room.marginsRemoved(FRAME)
    place = QRect(inner.topLeft(), wanted.boundedTo(inner.size()))
    place.moveCenter(inner.center())
    return place


def place_first(window: QWidget, wanted: QSize) -> None:
    """Give a window that is not shown yet its first size, and a place where all of it is seen."""
    room = room_of(window)
    if room is None:
        window.resize(wanted)
    else:
        window.setGeometry(first_place(wanted, room))
