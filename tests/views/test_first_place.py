"""The first window: all of it is seen on a plain laptop's screen, the message line first of all."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QApplication

from embedviz.settings import Settings
from embedviz.views import first_place as places
from embedviz.views.first_place import FRAME, first_place
from embedviz.views.main_window import FIRST_SIZE

SCREENS = {
    "1366 x 768 below a panel": QRect(0, 40, 1366, 728),
    "1280 x 800": QRect(0, 0, 1280, 800),
    "2560 x 1440 at twice the size": QRect(0, 0, 1280, 680),
    "1024 x 600 to the right of another": QRect(1920, 0, 1024, 560),
}


@pytest.mark.parametrize("room", list(SCREENS.values()), ids=list(SCREENS))
def test_a_window_and_its_frame_stay_within_a_small_screen(room):
    place = first_place(QSize(*FIRST_SIZE), room)
    assert room.contains(place.marginsAdded(FRAME))
    assert place.width() == min(FIRST_SIZE[0], room.width() - FRAME.left() - FRAME.right())
    assert place.height() == min(FIRST_SIZE[1], room.height() - FRAME.top() - FRAME.bottom())


def test_a_large_screen_has_the_usual_size_in_its_middle():
    place = first_place(QSize(*FIRST_SIZE), QRect(0, 0, 1920, 1080))
    assert place.size() == QSize(*FIRST_SIZE)
    assert abs(place.center().x() - 960) <= 1
    assert FRAME.top() < place.top() < place.bottom() < 1080 - FRAME.bottom()


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("room", list(SCREENS.values()), ids=list(SCREENS))
def test_the_message_line_is_on_the_screen_in_every_mode(monkeypatch, make_window, show, words, room, scale):
    monkeypatch.setattr(places, "room_of", lambda window: room)
    window = make_window(Settings(theme="light", interface_scale=scale))
    for mode in ("explore", "train", "learn"):
        window.operations.set_mode(mode)
        QApplication.processEvents()
        assert room.contains(window.geometry().marginsAdded(FRAME))
        corner = window.message_bar.mapTo(window, QPoint(0, window.message_bar.height() - 1))
        assert window.rect().contains(corner)
        assert window.message_bar.height() >= window.message_bar.minimumHeight()


def test_where_nobody_looks_the_size_is_the_usual(window):
    assert places.room_of(window) is None
    assert window.size() == QSize(*FIRST_SIZE)
