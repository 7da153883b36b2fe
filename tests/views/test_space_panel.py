"""The left panel: counts, notes, axes, colours and their legend."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.space.source import Note
from embedviz.views.space_panel import summary, variance_sentence


@pytest.fixture
def panel(window):
    return window.space_panel


def items(combo):
    return [combo.itemText(place) for place in range(combo.count())]


def choose(qapp, combo, index):
    """Choose an entry as a person does: open nothing, walk there, and confirm."""
    combo.setCurrentIndex(index)
    combo.activated.emit(index)
    qapp.processEvents()


def shares(space):
    centered = space.vectors.astype(float) - space.vectors.astype(float).mean(axis=0)
    variances = np.linalg.svd(centered, compute_uv=False) ** 2
    return variances / variances.sum()


def test_nothing_open(panel):
    assert panel.title.text() == "Nothing open"
    assert panel.space_summary.text() == "No space is open"
    assert panel.variance_label.text() == ""
    assert panel.color_combo.count() == 1
    assert not panel.color_combo.isEnabled()


def test_counts_have_separators(panel, show, make_space, space):
    assert panel.title.text() == "sixty words"
    assert panel.space_summary.text() == "60 items × 6 dimensions"
    show(make_space(np.zeros((12_345, 3)) + np.arange(12_345)[:, None]))
    assert panel.space_summary.text() == "12,345 items × 3 dimensions"
    assert summary(None) == "No space is open"


def test_few_notes_are_listed(panel, show, make_space, space):
    assert panel.notes.text() == "• 2 labels repeat an earlier one."
    assert panel.notes.notes.isVisible()
    assert not panel.notes.button.isVisible()
    show(make_space(np.eye(3)))
    assert not panel.notes.isVisible()


def test_many_notes_are_a_line_of_counts_and_all_of_them_when_asked(panel, show, make_space):
    duplicates = Note("duplicate_labels", 3, "3 labels repeat an earlier one.")
    show(make_space(np.eye(3), notes=(duplicates, *(Note("odd", 1, f"<b>note</b> {n}") for n in range(50)))))
    assert panel.notes.line.text() == "3 rows · 3 duplicate labels · 50 more notes"
    assert not panel.notes.notes.isVisible()
    panel.notes.button.click()
    lines = panel.notes.notes.text().split("\n")
    assert lines[:2] == ["• 3 labels repeat an earlier one.", "• <b>note</b> 0"]
    assert lines[-1].startswith("and 11 more")
    assert panel.notes.notes.isVisible()
    panel.notes.button.click()
    assert not panel.notes.notes.isVisible()


def test_axes_name_their_share_and_the_sentence_adds_the_two(panel, space):
    share = shares(space)
    assert items(panel.x_combo) == [f"PC {n} ({100 * part:.1f} %)" for n, part in enumerate(share, 1)]
    assert (panel.x_combo.currentIndex(), panel.y_combo.currentIndex()) == (0, 1)
    assert panel.variance_label.text() == f"The axes show {100 * share[:2].sum():.1f} % of the variance"


def test_choosing_axes_changes_plot_and_sentence(qapp, panel, session, space):
    share = shares(space)
    choose(qapp, panel.x_combo, 3)
    assert session.state.view.axes == (3, 1)
    assert panel.variance_label.text() == f"The axes show {100 * (share[3] + share[1]):.1f} % of the variance"
    choose(qapp, panel.y_combo, 2)
    assert session.state.view.axes == (3, 2)
    assert (panel.x_combo.currentIndex(), panel.y_combo.currentIndex()) == (3, 2)


def test_the_same_component_twice_counts_once(qapp, panel, session, space):
    choose(qapp, panel.y_combo, 0)
    assert session.state.view.axes == (0, 0)
    assert panel.variance_label.text() == f"The axes show {100 * shares(space)[0]:.1f} % of the variance"
    assert variance_sentence(None, (0, 1)) == ""


def test_one_dimension_has_one_axis(panel, show, make_space):
    show(make_space([[1.0], [2.0], [4.0]]))
    assert items(panel.x_combo) == ["PC 1 (100.0 %)"]
    assert panel.variance_label.text() == "The axes show 100.0 % of the variance"


def test_only_columns_that_can_colour_are_offered(qapp, panel, session, space):
    columns, built_in = (
        ["part_of_speech", "frequency", "checked"],
        ["Similarity", "Density", "Vector length", "Selection"],
    )
    assert items(panel.color_combo) == ["One colour", *columns, *built_in]
    choose(qapp, panel.color_combo, 2)
    assert session.state.coloring == "frequency"
    choose(qapp, panel.color_combo, 0)
    assert session.state.coloring is None


def test_the_combo_follows_undo(qapp, panel, window, session, space):
    choose(qapp, panel.color_combo, 1)
    window.operations.undo()
    assert panel.color_combo.currentIndex() == 0
    window.operations.redo()
    assert panel.color_combo.currentText() == "part_of_speech"


def test_another_space_offers_its_own_columns(qapp, panel, session, show, make_space, space):
    choose(qapp, panel.color_combo, 1)
    show(make_space(np.eye(3)))
    assert items(panel.color_combo) == ["One colour", "Similarity", "Density", "Vector length", "Selection"]
    assert not panel.legend.isVisible()


def test_a_third_axis_makes_a_space_of_it(qapp, panel, session, space):
    assert items(panel.z_combo) == ["None (flat)", *items(panel.x_combo)]
    choose(qapp, panel.z_combo, 3)
    assert session.state.view.axes == (0, 1, 2)
    choose(qapp, panel.x_combo, 4)
    assert session.state.view.axes == (4, 1, 2)
    assert panel.z_combo.currentIndex() == 3
    choose(qapp, panel.z_combo, 0)
    assert session.state.view.axes == (4, 1)


def test_two_components_have_no_depth_and_say_so(panel, show, make_space):
    show(make_space(np.random.default_rng(0).normal(size=(20, 2))))
    assert not panel.z_combo.isEnabled()
    assert panel.z_combo.toolTip() == "3-D needs at least three components; this projection has 2."
    assert panel.z_combo.accessibleDescription() == panel.z_combo.toolTip()
