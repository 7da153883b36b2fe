"""Words in a narrow place end in …, and figures stand whole or not at all."""

from __future__ import annotations

import pytest

from embedviz.views.elided import ElidedCombo, ElidedLabel


def dark_columns(widget) -> list[int]:
    """The columns of pixels of a widget in which something is written."""
    picture = widget.grab().toImage()
    ground = picture.pixelColor(picture.width() - 1, 0).lightness()
    return [
        x
        for x in range(picture.width())
        if any(abs(picture.pixelColor(x, y).lightness() - ground) > 60 for y in range(picture.height()))
    ]


@pytest.fixture
def label(qtbot):
    def make(**options) -> ElidedLabel:
        made = ElidedLabel("muted", "label", **options)
        qtbot.addWidget(made)
        made.setText("14 times 100 and a good many more of them")
        return made

    return make


def test_a_narrow_label_keeps_its_text_and_shows_its_beginning(label):
    made = label()
    made.resize(80, 20)
    assert made.minimumSizeHint().width() == 1
    assert made.text() == made.toolTip() == "14 times 100 and a good many more of them"
    assert dark_columns(made)
    assert max(dark_columns(made)) < 80


def test_a_figure_that_would_be_cut_is_not_shown(label):
    made = label(is_figure=True)
    made.resize(80, 20)
    assert dark_columns(made) == []
    made.resize(made.sizeHint().width() + 2, 20)
    assert dark_columns(made)


def test_a_narrow_list_does_not_write_below_its_arrow(qtbot, window):
    combo = ElidedCombo()
    qtbot.addWidget(combo)
    combo.addItem("Most and least similar pairs of the selection")
    combo.resize(140, 30)
    short = combo.grab().toImage()
    combo.setItemText(0, "Most and least similar pairs of something else")
    assert combo.grab().toImage() == short
    assert combo.currentText() == "Most and least similar pairs of something else"
