"""What is saved opens again with the same bits and labels, or is refused by name."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from opener import Opener

from embedviz import formats
from embedviz.errors import OutputError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.space.table import Column, Table

SUFFIXES = [suffix for _, suffixes in formats.WRITABLE_SUFFIXES for suffix in suffixes]

texts = st.one_of(
    st.text(max_size=8), st.sampled_from(["", "a", "a b", "1.5", "7", "a 1.5", "\ufeff", "x\r", "\n", "\t", "#", "nan"])
)


@st.composite
def spaces(draw: st.DrawFn) -> EmbeddingSpace:
    n_items, n_dims = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    bits = draw(arrays.arrays(np.uint32, (n_items, n_dims), elements=st.integers(0, 2**32 - 1)))
    vectors = bits.view(np.float32)
    vectors = np.where(np.isnan(vectors), np.float32(np.nan), vectors)
    labels = draw(st.lists(texts, min_size=n_items, max_size=n_items))
    return EmbeddingSpace(vectors, Labels.from_strings(labels), Source("drawn", "made"))


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(space=spaces())
def test_the_same_space_comes_back_or_none_is_written(suffix: str, space: EmbeddingSpace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"space{suffix}"
        try:
            finish(formats.save_steps(space, path))
        except OutputError as error:
            refusal = str(error)
        else:
            refusal = ""
        if refusal:
            assert "Item #" in refusal
            assert "save as .npz" in refusal
            assert suffix not in (".npz", ".parquet")
            assert list(Path(folder).iterdir()) == []
            return
        again = finish(formats.open_steps(path))
        assert again.vectors.tobytes() == space.vectors.tobytes()
        assert again.labels[:] == space.labels[:]


@pytest.mark.parametrize(
    ("suffix", "label"), [(".txt", "new york"), (".bin", "new york"), (".npy", "two\nlines"), (".tsv", "a\tb")]
)
def test_a_label_the_format_cannot_hold_is_named(tmp_path: Path, suffix: str, label: str) -> None:
    space = EmbeddingSpace(np.ones((2, 2), np.float32), Labels.from_strings(["ok", label]), Source("s", "made"))
    with pytest.raises(OutputError, match=r"Item #1 .*save as \.npz"):
        finish(formats.save_steps(space, tmp_path / f"out{suffix}"))
    assert list(tmp_path.iterdir()) == []
    finish(formats.save_steps(space, tmp_path / "out.npz"))
    assert finish(formats.open_steps(tmp_path / "out.npz")).labels[:] == ["ok", label]


def full_table() -> Table:
    gone = np.array([False, True, False])
    return Table(
        3,
        {
            "n/1.x": Column("number", np.array([1.5, np.nan, -3]), gone),
            "kind é": Column("category", np.array([1, -1, 0], np.int32), gone, ("a", 'b"\n')),
            "text": Column("text", Labels.from_strings(["x\ty", "", "z"]), gone),
            "flag": Column("flag", np.array([True, False, True]), gone),
            "time": Column("time", np.array(["2020-01-01", "NaT", "1999-12-31T23:59"], "datetime64[ms]"), gone),
            "image": Column("image", np.arange(3 * 2 * 2 * 3, dtype=np.uint8).reshape(3, 2, 2, 3), gone),
        },
    )


def test_npz_keeps_every_kind_of_column(opened: Opener, small_space: EmbeddingSpace, tmp_path: Path) -> None:
    table = full_table()
    space = EmbeddingSpace(small_space.vectors, small_space.labels, small_space.source, table)
    finish(formats.save_steps(space, tmp_path / "all.npz"))
    again = opened("all.npz").metadata
    assert list(again) == list(table)
    for name, column in table.items():
        assert again[name].kind == column.kind
        assert again[name].names == column.names
        assert again[name].missing.tolist() == column.missing.tolist()
        if isinstance(column.values, Labels):
            assert again[name].values[:] == column.values[:]
        else:
            assert np.array_equal(again[name].values, column.values, equal_nan=column.kind in ("number", "time"))
    with np.load(tmp_path / "all.npz") as plain:
        assert np.array_equal(plain["vectors"], space.vectors, equal_nan=True)


@pytest.mark.parametrize("suffix", [".npy", ".tsv", ".parquet"])
def test_tables_keep_numbers_and_categories(
    opened: Opener, small_space: EmbeddingSpace, tmp_path: Path, suffix: str
) -> None:
    table = Table(3, {name: column for name, column in full_table().items() if column.kind in ("number", "image")})
    gone = np.array([False, True, False])
    table = table.with_column("kind", Column("category", np.array([1, -1, 0], np.int32), gone, ("b", "a")))
    space = EmbeddingSpace(small_space.vectors, small_space.labels, small_space.source, table)
    finish(formats.save_steps(space, tmp_path / f"t{suffix}"))
    again = opened(f"t{suffix}").metadata
    assert again["n/1.x"].values[[0, 2]].tolist() == [1.5, -3]
    assert [again["kind"].text(row) for row in range(3)] == ["a", "", "b"]
    assert "image" not in again


def test_suffixes_that_name_no_format_are_answered_with_those_that_do(
    small_space: EmbeddingSpace, tmp_path: Path
) -> None:
    for name in ("out.xyz", "out"):
        with pytest.raises(OutputError, match=r"\.npz \(NumPy \.npz\).*\.txt \.vec \(word2vec text\)"):
            finish(formats.save_steps(small_space, tmp_path / name))


def test_nothing_is_replaced_unasked(small_space: EmbeddingSpace, tmp_path: Path) -> None:
    companion = tmp_path / "v.labels.txt"
    companion.write_text("mine")
    with pytest.raises(OutputError, match=r"v\.labels\.txt” exists already"):
        finish(formats.save_steps(small_space, tmp_path / "v.npy"))
    assert [path.name for path in tmp_path.iterdir()] == ["v.labels.txt"]
    assert companion.read_text() == "mine"
    finish(formats.save_steps(small_space, tmp_path / "v.npy", overwrite=True))
    assert companion.read_text() == "king\nseñor\n<b>\n"


@pytest.mark.parametrize(
    ("suffix", "left_out"),
    [
        (".vec", ["n", "picture"]),
        (".bin", ["n", "picture"]),
        (".npy", ["picture"]),
        (".tsv", ["picture"]),
        (".npz", []),
    ],
)
def test_what_a_format_cannot_hold_is_said(
    small_space: EmbeddingSpace, tmp_path: Path, suffix: str, left_out: list[str]
) -> None:
    n_items = small_space.n_items
    missing = np.zeros(n_items, np.bool_)
    pictures = np.zeros((n_items, 2, 2), np.uint8)
    columns = {"n": Column("number", np.arange(float(n_items)), missing), "picture": Column("image", pictures, missing)}
    labels = Labels.from_strings(f"word{row}" for row in range(n_items))
    space = EmbeddingSpace(small_space.vectors, labels, small_space.source, Table(n_items, columns))
    notes = finish(formats.save_steps(space, tmp_path / f"out{suffix}"))
    assert [note.kind for note in notes] == (["left_out"] if left_out else [])
    assert all(name in note.text for note in notes for name in left_out)


def test_a_table_that_would_be_read_as_its_metadata_is_not_overlooked(
    small_space: EmbeddingSpace, tmp_path: Path
) -> None:
    (tmp_path / "v.tsv").write_text("old")
    with pytest.raises(OutputError, match="would be read as its metadata"):
        finish(formats.save_steps(small_space, tmp_path / "v.npy", overwrite=True))
    assert [path.name for path in tmp_path.iterdir()] == ["v.tsv"]
