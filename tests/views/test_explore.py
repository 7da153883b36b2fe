"""`embedviz.explore`: a furnished window, which lives until it is closed."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

import embedviz
from embedviz.errors import OptionError
from embedviz.views.launch import Keeper
from embedviz.views.main_window import MainWindow


@pytest.fixture(autouse=True)
def _released(qapp):
    yield
    for keeper in qapp.findChildren(Keeper):
        keeper.release()


def open_windows() -> list[MainWindow]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow) and each.isVisible()]


def test_it_returns_a_window_that_opens_the_space(qtbot, qapp, make_space):
    space = make_space(np.eye(5))
    window = embedviz.explore(space, block=False)
    qtbot.waitUntil(lambda: window.session.state.projection is not None)
    assert window.session.state.space is space
    assert window.operations.session is window.session
    qtbot.waitUntil(lambda: not window.operations.jobs.alive())
    window.close()


def test_a_window_that_nobody_keeps_lives_until_it_is_closed_and_another_opens(qtbot, qapp, make_space):
    embedviz.explore(make_space(np.eye(5)), block=False)
    gc.collect()
    qapp.processEvents()
    (window,) = open_windows()
    window.close()
    gc.collect()
    assert window.session.state is not None
    second = embedviz.explore(make_space(np.eye(4)), block=False)
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert open_windows() == [second]
    assert len(qapp.findChildren(Keeper)) == 1
    second.close()


@pytest.mark.parametrize("wrong", ["vectors.txt", np.eye(3), 5])
def test_what_is_no_space_is_refused_before_a_window_opens(qapp, wrong):
    with pytest.raises(OptionError, match=r"embedviz\.open"):
        embedviz.explore(wrong, block=False)
    assert not open_windows()
