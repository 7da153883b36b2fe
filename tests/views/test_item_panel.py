"""The item under attention: its label, numbers, metadata, picture."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel

from embedviz.space.labels import Labels
from embedviz.space.table import Column


@pytest.fixture
def panel(window):
    return window.answer_panel.item_panel


def facts(panel):
    layout = panel.findChild(QFormLayout)
    rows = [
        (layout.itemAt(row, QFormLayout.ItemRole.LabelRole), layout.itemAt(row, QFormLayout.ItemRole.FieldRole))
        for row in range(layout.rowCount())
    ]
    return {key.widget().text(): value.widget().text() for key, value in rows}


def test_nothing_open_says_what_to_do(panel):
    assert panel.title.text() == "No item yet"
    assert panel.facts.text() == "Point at an item, or ask about one."
    assert facts(panel) == {}


def test_numbers_and_metadata_of_the_item(panel, session, space):
    session.set_focus(8)
    assert panel.title.text() == "word8"
    norm = np.linalg.norm(space.vectors[8].astype(float))
    assert panel.facts.text() == f"‖v‖ {norm:.4g}  ·  row 8  ·  6 dimensions"
    columns = space.metadata
    shown = facts(panel)
    assert list(shown) == ["part_of_speech", "frequency", "comment", "checked"]
    assert shown["part_of_speech"] == ("noun", "verb", "other")[columns["part_of_speech"].values[8]]
    assert float(shown["frequency"].replace(",", "")) == pytest.approx(columns["frequency"].values[8], rel=1e-5)
    assert shown["comment"] == "text 8"
    assert shown["checked"] == ("yes" if columns["checked"].values[8] else "no")


def test_missing_values_are_a_dash(panel, session, space):
    session.set_focus(7)
    assert facts(panel)["part_of_speech"] == "–"
    assert facts(panel)["frequency"] == "–"


def test_without_attention_it_is_the_item_asked_about_else_the_nearest(panel, session, space, ask):
    ask("word3")
    assert panel.title.text() == "word3"
    answer = ask("word3 + word4")
    assert panel.title.text() == answer.labels[0]
    session.set_focus(9)
    assert panel.title.text() == "word9"
    session.set_focus(None)
    assert panel.title.text() == answer.labels[0]


def test_another_space_empties_it(panel, session, space, show, make_space):
    session.set_focus(9)
    show(make_space(np.eye(3)))
    assert panel.title.text() == "No item yet"
    assert facts(panel) == {}


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("<b>bold</b> & <img src=x>", "<b>bold</b> & <img src=x>"),
        ("nul\0inside", "nul␀inside"),
        ("مرحبا", "\u2068مرحبا\u2069"),
        ("x" * 5000, "x" * 119 + "…"),
        ("two\nlines", "two⏎lines"),
        ("", "#1"),
    ],
)
def test_odd_labels_and_values_are_plain_text(panel, window, session, show, make_space, label, shown):
    text = Column("text", Labels.from_strings(["a", label, "c"]), np.zeros(3, bool))
    show(make_space(np.eye(3), ["a", label, "c"], {"<i>odd</i>": text}))
    width = panel.width()
    session.set_focus(1)
    assert panel.title.text() == shown
    assert list(facts(panel)) == ["<i>odd</i>"]
    labels = panel.findChildren(QLabel)
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in labels if "<" in each.text())
    assert panel.width() == width
    assert window.width() == 1280


def test_the_strip_shows_the_vector(panel, session, show, make_space):
    show(make_space([[1.0, -1.0, 0.0], [0.0, 1.0, 0.0]]))
    session.set_focus(0)
    picture = panel.strip.grab().toImage()
    third = picture.width() // 3
    red, blue, ground = (picture.pixelColor(third * place + third // 2, 8) for place in range(3))
    assert red.red() > red.blue() + 80
    assert blue.blue() > blue.red() + 80
    assert ground.name() == "#ffffff"
    assert panel.strip.accessibleName() == "Vector of 3 numbers"


def test_a_vector_that_is_not_finite_is_shown_without_fuss(panel, session, show, make_space):
    show(make_space([[np.nan, np.inf], [1.0, 2.0]]))
    session.set_focus(0)
    panel.grab()
    assert panel.facts.text().startswith("‖v‖ nan")


def test_a_digit_has_its_picture_and_no_image_row(panel, window, session, idle):
    window.operations.open_sample("digits")
    idle()
    session.set_focus(5)
    assert panel.picture.isVisible()
    assert list(facts(panel)) == ["digit"]
    shown = panel.picture.pixmap().toImage()
    assert shown.width() == shown.height() == 96
    grey = [[shown.pixelColor(x * 12 + 6, y * 12 + 6).red() for x in range(8)] for y in range(8)]
    assert np.array_equal(grey, session.state.space.metadata["image"].values[5])


def test_colour_pictures_and_missing_ones(panel, session, show, make_space):
    pixels = np.zeros((3, 2, 3, 3), np.uint8)
    pixels[0, 0, 0] = (255, 0, 0)
    pixels[0, 1, 2] = (0, 0, 255)
    show(make_space(np.eye(3), None, {"picture": Column("image", pixels, np.array([False, True, False]))}))
    session.set_focus(0)
    shown = panel.picture.pixmap().toImage()
    assert (shown.width(), shown.height()) == (96, 64)
    assert shown.pixelColor(16, 16).name() == "#ff0000"
    assert shown.pixelColor(80, 48).name() == "#0000ff"
    session.set_focus(1)
    assert not panel.picture.isVisible()


@pytest.fixture
def wide(show, make_space):
    """An item table of 40 columns."""
    columns = {
        f"column {at}": Column("number", np.array([at + 0.5, at + 0.25, np.nan]), np.array([False, False, True]))
        for at in range(39)
    }
    columns["note"] = Column("text", Labels.from_strings(["needle", "hay", "x" * 5000]), np.zeros(3, bool))
    return show(make_space(np.eye(3), None, columns))


def shown_rows(panel):
    model = panel.details.table.model()
    return {model.index(row, 0).data(): model.index(row, 1).data() for row in range(model.rowCount())}


def test_many_columns_are_a_table_with_a_field_to_find_one(qtbot, panel, session, wide):
    session.set_focus(0)
    assert facts(panel) == {}
    assert panel.details.table.isVisible()
    assert len(shown_rows(panel)) == 40
    assert shown_rows(panel)["column 7"] == "7.5"
    qtbot.keyClicks(panel.details.filter_edit, "COLUMN 1")
    assert list(shown_rows(panel)) == ["column 1", *(f"column {at}" for at in range(10, 20))]
    panel.details.filter_edit.clear()
    qtbot.keyClicks(panel.details.filter_edit, "needle")
    assert shown_rows(panel) == {"note": "needle"}
    session.set_focus(1)
    assert shown_rows(panel) == {}
    panel.details.filter_edit.clear()
    assert shown_rows(panel)["column 7"] == "7.25"


def test_in_the_table_too_missing_values_are_a_dash_and_long_ones_are_cut(panel, session, wide):
    session.set_focus(2)
    shown = shown_rows(panel)
    assert shown["column 0"] == "–"
    assert len(shown["note"]) <= 120


def test_few_columns_have_no_field(panel, session, space):
    session.set_focus(3)
    assert not panel.details.filter_edit.isVisible()
    assert not panel.details.table.isVisible()


def test_the_lines_are_the_same_widgets_while_items_pass(panel, session, space):
    session.set_focus(3)
    labels = panel.details.findChildren(QLabel)
    session.set_focus(4)
    assert panel.details.findChildren(QLabel) == labels
