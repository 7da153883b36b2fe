"""What can be chosen to colour by, and what comes of each choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.projection import project_steps
from embedviz.raster.color_choices import BUILT_IN, choice_title, chosen_column, column_choice, column_choices
from embedviz.raster.color_steps import ColorWish, coloring_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.space.table import Column, Table

N_ITEMS = 400


@pytest.fixture
def wish() -> ColorWish:
    random = np.random.default_rng(2)
    vectors = random.normal(size=(N_ITEMS, 5)).astype(np.float32)
    whole = np.zeros(N_ITEMS, bool)
    columns = {
        "size": Column("number", random.random(N_ITEMS), whole),
        ":norm": Column("flag", np.arange(N_ITEMS) % 2 == 0, whole),
    }
    names = Labels.from_strings([f"item {row}" for row in range(N_ITEMS)])
    space = EmbeddingSpace(vectors, names, Source("made", "for a test"), Table(N_ITEMS, columns))
    return ColorWish(space, "size", False, finish(project_steps(space, n_components=2)))


def colored(wish: ColorWish, choice: str, **changes: object):
    return finish(coloring_steps(replace(wish, choice=choice, **changes)))


def shares(values: np.ndarray) -> np.ndarray:
    low, high = np.percentile(values, [2, 98])
    return np.clip((values - low) / (high - low), 0, 1)


def test_no_column_can_be_taken_for_what_is_built_in(wish: ColorWish) -> None:
    assert column_choices(wish.space) == ["size", "::norm"]
    for column in ("size", ":norm", "::norm", ":", ""):
        choice = column_choice(column)
        assert choice not in BUILT_IN
        assert chosen_column(choice) == column
        assert choice_title(choice) == column
    assert [chosen_column(name) for name in BUILT_IN] == [None] * len(BUILT_IN)
    assert colored(wish, "::norm").legend.entries[0].name == "yes"
    assert colored(wish, ":norm").legend.kind == "scale"


def test_length_and_similarity_are_scales_of_their_numbers(wish: ColorWish) -> None:
    norms = np.linalg.norm(wish.space.vectors.astype(float), axis=1)
    assert colored(wish, ":norm").codes == pytest.approx(255 * shares(norms), abs=0.51)
    answer = wish.space.neighbors("item 3")
    coloring = colored(wish, ":similarity", answer=answer)
    cosines = wish.space.vectors.astype(float) @ wish.space.vectors[3].astype(float) / (norms * norms[3])
    assert coloring.codes == pytest.approx(255 * shares(cosines), abs=0.51)
    assert coloring.legend.title == "cosine similarity to item 3"
    far = colored(wish, ":similarity", answer=wish.space.neighbors("item 3", metric="euclidean"))
    assert far.legend.title == "Euclidean distance to item 3"
    assert far.codes[3] == 0


def test_selected_items_wear_the_accent(wish: ColorWish) -> None:
    coloring = colored(wish, ":selection", selection=np.array([1, 5]))
    assert np.flatnonzero(coloring.codes == 0).tolist() == [1, 5]
    assert [(entry.name, entry.count) for entry in coloring.legend.entries] == [
        ("selected", 2),
        ("not selected", N_ITEMS - 2),
    ]


def test_density_follows_the_plane(wish: ColorWish) -> None:
    coloring = colored(wish, ":density")
    assert coloring.legend.scale_kind == "log"
    assert "items within 1 %" in coloring.legend.title
    assert len(coloring.codes) == N_ITEMS


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (":similarity", "Ask about an item"),
        (":selection", "Nothing is selected"),
        (":nothing", "Nothing is called “:nothing”"),
        ("kind", "There is no metadata column “kind”; this space has: size, :norm"),
    ],
)
def test_what_is_not_there_is_said(wish: ColorWish, choice: str, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        colored(wish, choice)
    with pytest.raises(OptionError, match="no projection"):
        colored(replace(wish, projection=None), ":density")
