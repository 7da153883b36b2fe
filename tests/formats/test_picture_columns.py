"""Pictures that come with tables: Hugging Face's pairs of bytes and path, and plain bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from opener import Opener

from embedviz import formats
from embedviz.formats.arrow_pictures import pictures_of
from embedviz.progress import finish
from embedviz.space.images import ImageColumn, Picture

VECTORS = pa.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], pa.list_(pa.float32()))
PAIR = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def write(path: Path, pictures: pa.Array, name: str = "image") -> None:
    pq.write_table(pa.table([VECTORS, pa.array(["a", "b", "c"]), pictures], names=["vector", "label", name]), path)


def test_bytes_of_a_hugging_face_column(opened: Opener, tmp_path: Path) -> None:
    rows = [{"bytes": b"one", "path": "1.png"}, {"bytes": None, "path": None}, {"bytes": b"three", "path": None}]
    write(tmp_path / "t.parquet", pa.array(rows, PAIR), "cover")
    space = opened("t.parquet")
    column = space.metadata["cover"]
    assert column.kind == "image"
    assert isinstance(column.values, ImageColumn)
    assert [column.values.image(row) for row in range(3)] == [Picture(b"one"), None, Picture(b"three")]
    assert column.missing.tolist() == [False, True, False]


def test_paths_of_a_hugging_face_column_stay_in_the_folder(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "1.png").write_bytes(b"one")
    (tmp_path / "secret.png").write_bytes(b"secret")
    rows = [{"bytes": None, "path": "1.png"}, {"bytes": None, "path": "../secret.png"}, {"bytes": None, "path": None}]
    write(tmp_path / "data" / "t.parquet", pa.array(rows, PAIR))
    column = opened("data/t.parquet").metadata["image"]
    assert isinstance(column.values, ImageColumn)
    assert [column.values.image(row) for row in range(3)] == [Picture(b"one"), None, None]
    assert column.missing.tolist() == [False, False, True]


def test_plain_bytes_under_a_telling_name(opened: Opener, tmp_path: Path) -> None:
    write(tmp_path / "t.parquet", pa.array([b"one", None, b""], pa.binary()), "thumbnail")
    column = opened("t.parquet").metadata["thumbnail"]
    assert isinstance(column.values, ImageColumn)
    assert column.values.image(0) == Picture(b"one")
    assert column.text(1) == ""


def test_slices_give_their_own_rows() -> None:
    rows = [{"bytes": bytes([65 + at]), "path": None} for at in range(6)]
    whole = pa.array(rows, PAIR)
    column = pictures_of([whole.slice(1, 2), whole.slice(4, 2)], Path(), "t")
    assert isinstance(column.values, ImageColumn)
    assert [column.values.image(row) for row in range(4)] == [Picture(letter) for letter in (b"B", b"C", b"E", b"F")]


@pytest.mark.parametrize("suffix", [".npz", ".parquet", ".npy", ".txt"])
def test_what_cannot_be_saved_is_said(opened: Opener, tmp_path: Path, suffix: str) -> None:
    write(tmp_path / "t.parquet", pa.array([b"one", None, b"two"], pa.binary()))
    notes = finish(formats.save_steps(opened("t.parquet"), tmp_path / f"out{suffix}"))
    assert [(note.kind, note.count) for note in notes] == [("left_out", 1)]
    back = opened(f"out{suffix}")
    assert np.array_equal(back.vectors, [[1, 2], [3, 4], [5, 6]])
    assert "image" not in back.metadata
