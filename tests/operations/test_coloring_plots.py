"""Colouring without a window: choices and limits in the state, colours by jobs, hidden classes and selections."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.raster.color_steps import ColorWish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.space.table import Column, Table

N_MANY = 30_000


@pytest.fixture
def many(show) -> EmbeddingSpace:
    random = np.random.default_rng(0)
    names = Labels.from_strings([f"item {row}" for row in range(N_MANY)])
    codes = (np.arange(N_MANY) % 3).astype(np.int32)
    table = Table(N_MANY, {"kind": Column("category", codes, np.zeros(N_MANY, bool), ("a", "b", "c"))})
    vectors = random.normal(size=(N_MANY, 3)).astype(np.float32)
    return show(EmbeddingSpace(vectors, names, Source("many", "made"), table))


@pytest.fixture
def made(operations):
    found = []
    operations.colors_made.connect(lambda wish, coloring: found.append((wish, coloring)))
    return found


def test_limits_are_steps_to_undo_and_bad_ones_are_said(session, operations, said, space):
    operations.color_by("size")
    operations.set_color_limits("full")
    operations.set_color_limits((1.0, 2.0))
    operations.set_color_limits((1.0, 2.0))
    operations.set_color_limits((2.0, 1.0))
    assert said[-1].kind == "error"
    assert "cannot run from 2 to 1" in said[-1].text
    assert session.state.color_limits == (1.0, 2.0)
    operations.undo()
    assert session.state.color_limits == "full"
    operations.color_by("other")
    assert session.state.color_limits == "percentile"


def test_classes_are_hidden_shown_and_isolated(session, operations, space):
    operations.color_by("kind")
    operations.toggle_class(1)
    operations.toggle_class(2)
    assert session.state.hidden_classes == {1, 2}
    operations.toggle_class(1)
    assert session.state.hidden_classes == {2}
    operations.isolate_class(0, range(4))
    assert session.state.hidden_classes == {1, 2, 3}
    operations.isolate_class(0, range(4))
    assert session.state.hidden_classes == frozenset()
    operations.undo()
    operations.undo()
    assert session.state.hidden_classes == {2}
    operations.show_all_classes()
    assert session.state.hidden_classes == frozenset()
    operations.undo()
    operations.color_by(None)
    assert session.state.hidden_classes == frozenset()


def test_another_space_begins_without_a_filter(session, operations, space, show, make_space):
    operations.color_by("kind")
    operations.toggle_class(1)
    show(make_space(seed=2))
    assert session.state.hidden_classes == frozenset()


def test_the_newest_wish_wins(operations, many, made, idle):
    wishes = [ColorWish(many, choice, False) for choice in (":norm", "kind", ":norm", "kind")]
    for wish in wishes:
        operations.prepare_colors(wish)
    assert made == []
    idle()
    assert [wish for wish, _ in made] == wishes[-1:]
    assert made[0][1].codes.tolist() == many.metadata["kind"].values.tolist()


def test_a_reason_is_given_for_what_cannot_be_done(qtbot, operations, many, made, idle, said):
    wish = ColorWish(many, ":similarity", False)
    with qtbot.waitSignal(operations.colors_refused) as refused:
        operations.prepare_colors(wish)
    idle()
    assert refused.args[0] is wish
    assert "Ask about an item" in refused.args[1]
    assert made == []
    assert said == []


def test_what_is_hidden_is_not_selected_but_may_be_removed(session, operations, many, idle):
    operations.color_by("kind")
    operations.prepare_colors(ColorWish(many, "kind", False))
    idle()
    operations.toggle_class(1)
    operations.select_rectangle(-99, 99, -99, 99)
    assert session.state.selection.tolist() == [row for row in range(N_MANY) if row % 3 != 1]
    operations.show_all_classes()
    operations.select_rectangle(-99, 99, -99, 99)
    assert len(session.state.selection) == N_MANY
    operations.toggle_class(1)
    operations.select_rectangle(-99, 99, -99, 99, how="remove")
    assert session.state.selection is None
