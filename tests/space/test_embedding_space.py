"""The space: shapes, norms, odd rows, and what cannot be changed."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.errors import OptionError, UnknownItemError
from embedviz.space import Column, EmbeddingSpace, Labels, Projection, Source, Table
from embedviz.space.arrays import FloatArray


def _space(vectors: FloatArray, names: list[str] | None = None) -> EmbeddingSpace:
    names = [f"item{row}" for row in range(len(vectors))] if names is None else names
    return EmbeddingSpace(vectors, Labels.from_strings(names), Source("test", "memory"))


def test_norms_do_not_overflow_and_name_the_odd_rows() -> None:
    vectors = np.array([[3, 4], [0, 0], [np.nan, 1], [np.inf, 0], [1e30, 1e30], [1e-40, 0], [3e38, 3e38]], np.float32)
    space = _space(vectors)
    finite = [0, 1, 4, 5, 6]
    np.testing.assert_allclose(space.norms[finite], np.linalg.norm(vectors[finite].astype(np.float64), axis=1))
    assert space.finite.tolist() == [True, True, False, False, True, True, True]
    assert space.nonfinite_rows.tolist() == [2, 3]
    assert space.zero_rows.tolist() == [1]


def test_nothing_in_it_can_be_written() -> None:
    space = _space(np.eye(3, dtype=np.float32))
    for array in (space.vectors, space.norms, space.finite, space.zero_rows, space.magnitudes.inverse_norms):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_makes_c_order_float32_and_leaves_the_given_array_writable() -> None:
    given = np.asfortranarray(np.arange(6, dtype=np.float64).reshape(2, 3))
    space = _space(given)  # type: ignore[arg-type]
    assert space.vectors.dtype == np.float32
    assert space.vectors.flags.c_contiguous
    kept = np.ones((2, 2), np.float32)
    _space(kept)
    assert kept.flags.writeable


def test_refuses_parts_of_different_length() -> None:
    with pytest.raises(OptionError, match="3 vectors, 2 labels and 3 metadata rows"):
        _space(np.eye(3, dtype=np.float32), ["a", "b"])
    with pytest.raises(OptionError, match=r"shape \(3,\)"):
        _space(np.ones(3, np.float32), ["a", "b", "c"])


def test_names_rows_and_finds_vectors() -> None:
    space = _space(np.eye(3, dtype=np.float32), ["river", "", "river"])
    assert space.row("river") == 0
    assert space.name(1) == "#1"
    assert space.vector("river").tolist() == [1, 0, 0]
    with pytest.raises(UnknownItemError) as caught:
        space.vector("rivre")
    assert caught.value.near == ("river",)
    assert isinstance(caught.value, KeyError)


def test_centered_squares_are_distances_from_the_mean() -> None:
    vectors = np.random.default_rng(0).normal(1e4, 1, (500, 7)).astype(np.float32)
    centered = _space(vectors).centered
    mean = vectors.astype(np.float64).mean(axis=0)
    np.testing.assert_allclose(centered.mean, mean)
    np.testing.assert_allclose(centered.half_squares, ((vectors - mean) ** 2).sum(axis=1) / 2, rtol=1e-6)


def test_columns_read_as_people_write_and_follow_their_rows() -> None:
    none = np.zeros(3, np.bool_)
    table = Table(3).with_column("count", Column("number", np.array([1234.0, 0.5, np.nan]), np.array([0, 0, 1], bool)))
    table = table.with_column("kind", Column("category", np.array([1, 0, 1], np.int32), none, ("noun", "verb")))
    table = table.with_column("note", Column("text", Labels.from_strings(["x", "y", "z"]), none))
    table = table.with_column("rare", Column("flag", np.array([True, False, True]), none))
    assert [table["count"].text(row) for row in range(3)] == ["1,234", "0.5", ""]
    assert table["rare"].text(1) == "no"
    some = table.take(np.array([2, 0]))
    assert list(some) == ["count", "kind", "note", "rare"]
    assert [some["kind"].text(row) for row in (0, 1)] == ["verb", "verb"]
    assert [some["note"].text(row) for row in (0, 1)] == ["z", "x"]
    with pytest.raises(ValueError, match="has 2 values for 3 items"):
        Table(3, {"short": Column("flag", np.zeros(2, np.bool_), np.zeros(2, np.bool_))})


def test_a_linear_projection_places_new_vectors() -> None:
    points = np.zeros((1, 2), np.float32)
    linear = Projection(points, "pca", ("PC 1", "PC 2"), mean=np.array([1.0, 2, 3]), components=np.eye(3)[:2])
    placed = linear.place(np.array([2.0, 4, 9]))
    assert placed is not None
    assert placed.tolist() == [1, 2]
    assert Projection(points, "other", ("x", "y")).place(np.zeros(3)) is None


def test_a_space_is_short_at_a_prompt() -> None:
    columns = {f"c{at}": Column("number", np.zeros(2), np.zeros(2, bool)) for at in range(9)}
    space = EmbeddingSpace(
        np.zeros((2, 3), np.float32), Labels.from_strings("ab"), Source("few.txt", "made"), Table(2, columns)
    )
    assert repr(space) == ("EmbeddingSpace('few.txt', 2 items, 3 dimensions, metadata: c0, c1, c2, c3, c4, c5, ...)")
    bare = EmbeddingSpace(np.zeros((2, 3), np.float32), Labels.from_strings("ab"), Source("few.txt", "made"))
    assert repr(bare) == "EmbeddingSpace('few.txt', 2 items, 3 dimensions)"
