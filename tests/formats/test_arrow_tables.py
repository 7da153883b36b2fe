"""Parquet and Arrow: every sort of list, slices, nulls, dictionaries, and the layouts of other programs."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from opener import Opener

from embedviz import formats
from embedviz.errors import ChoiceNeededError, FormatError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

VECTORS = np.array([[0.5, -2, 3], [1, 2, 4], [7, 8, 9], [0, 1, 0]], np.float32)


def written(table: pa.Table, kind: str) -> bytes:
    sink = io.BytesIO()
    if kind == "parquet":
        pq.write_table(table, sink, row_group_size=3)
        return sink.getvalue()
    opened = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with opened(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=3)
    return sink.getvalue()


KINDS = ["parquet", "file", "stream"]
TYPES: list[Any] = [
    *(pa.list_(number) for number in (pa.float16(), pa.float32(), pa.float64(), pa.int8(), pa.int64())),
    pa.large_list(pa.float32()),
    pa.list_(pa.float32(), 3),
    pa.list_(pa.float64(), 3),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_every_sort_of_list_sliced(opened: Opener, kind: str, type_: Any) -> None:
    whole = VECTORS if "int" not in str(type_) else VECTORS.round()
    values = whole.tolist() if "int" not in str(type_) else whole.astype(int).tolist()
    table = pa.table({"label": list("abcd"), "vector": pa.array(values, type_)})
    space = opened("a.bin", written(table.slice(1, 2), kind))
    assert space.vectors.tolist() == whole[1:3].tolist()
    assert space.labels[:] == ["b", "c"]
    assert ("converted" in {note.kind for note in space.notes}) == ("double" in str(type_) or "int64" in str(type_))


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_of_all_types(opened: Opener, kind: str) -> None:
    table = pa.table(
        {
            "label": pa.array(["a", "b", None, "d"]).dictionary_encode(),
            "vector": pa.array(VECTORS.tolist(), pa.list_(pa.float32())),
            "id": pa.array([2**53 + 1, 2, None, 4]),
            "n": pa.array([1, None, 3, 4], pa.uint8()),
            "code": ["007", "8", "9", "9"],
            "when": pa.array([0, 86_400_000, None, 1], pa.timestamp("ms")),
            "ok": [True, None, False, True],
            "neighbors": pa.array([[1, 2]] * 4),
            "parts": [{"a": 1}] * 4,
        }
    )
    space = opened("a.bin", written(table, kind))
    assert space.labels[:] == ["a", "b", "", "d"]
    columns = space.metadata
    assert [columns["id"].text(row) for row in range(4)] == [str(2**53 + 1), "2", "", "4"]
    assert columns["n"].missing.tolist() == [False, True, False, False]
    assert columns["n"].values[[0, 2]].tolist() == [1, 3]
    assert columns["code"].names == ("007", "8", "9")
    assert str(columns["when"].values[1]) == "1970-01-02T00:00:00.000"
    assert columns["ok"].values.tolist() == [True, False, False, True]
    assert {"kept_as_text", "columns_skipped"} <= {note.kind for note in space.notes}
    assert list(columns) == ["id", "n", "code", "when", "ok"]


def test_hugging_face_classes_get_their_names(opened: Opener) -> None:
    table = pa.table({"text": ["x", "y"], "label": [1, 0], "emb": [[1.0, 2.0], [3.0, 4.0]]})
    features = {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}
    table = table.replace_schema_metadata({"huggingface": json.dumps(features)})
    space = opened("data.arrow", written(table, "stream"))
    assert [space.metadata["label"].text(row) for row in (0, 1)] == ["pos", "neg"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([[1.0, 2.0], [1.0]], "Row 1 .* vector of 1 numbers .* 2 numbers"),
        ([[1.0, 2.0], None], "Row 1 .* no vector"),
        ([None, [1.0, 2.0]], "Row 0 .* no vector"),
        ([[1.0, 2.0], [1.0, None]], "Row 1 .* missing numbers"),
        ([[], []], "Row 0 .* vector of 0 numbers"),
    ],
)
def test_cells_that_hold_no_vector_are_named(opened: Opener, kind: str, cells: list, words: str) -> None:
    table = pa.table({"v": pa.array(cells, pa.list_(pa.float32()))})
    with pytest.raises(FormatError, match=words):
        opened("a.bin", written(table, kind))


def test_null_fixed_size_lists_are_named(opened: Opener) -> None:
    table = pa.table({"v": pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2))})
    with pytest.raises(FormatError, match=r"Row 1 .* no vector"):
        opened("a.bin", written(table, "file"))


def test_number_columns_make_a_vector_and_several_sets_a_question(opened: Opener) -> None:
    wide = {f"x{at}": VECTORS[:, at % 3] for at in range(10)}
    space = opened("a.parquet", written(pa.table({"word": list("abcd"), **wide, "year": [1, 2, 3, 4]}), "parquet"))
    assert space.n_dims == 10
    assert list(space.metadata) == ["year"]
    with pytest.raises(ChoiceNeededError, match=r"“x0..x9” .10 number columns"):
        opened("b.parquet", written(pa.table({"v": VECTORS.tolist(), **wide}), "parquet"))


def test_offsets_that_point_outside_are_refused(opened: Opener) -> None:
    table = pa.table({"v": pa.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], pa.list_(pa.float32()))})
    right, lying = (np.array([0, 3, last], np.int32).tobytes() for last in (6, 10**6))
    content = written(table, "file")
    assert content.count(right) == 1
    with pytest.raises(FormatError, match="damaged"):
        opened("a.arrow", content.replace(right, lying))


def test_feather_of_version_1_is_answered_with_the_way_out(opened: Opener) -> None:
    with pytest.raises(FormatError, match="write_feather"):
        opened("a.feather", b"FEA1" + bytes(100))


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".feather"])
def test_what_we_write_is_what_atlas_and_others_read(small_space: EmbeddingSpace, tmp_path: Path, suffix: str) -> None:
    points = np.array([[1, 2], [3, 4], [np.nan, np.nan]], np.float32)
    projection = Projection(points, "pca", ("first", "second"))
    path = tmp_path / f"out{suffix}"
    finish(formats.save_steps(small_space, path, projection=projection))
    table = pq.read_table(path) if suffix == ".parquet" else pa.ipc.open_file(path).read_all()
    assert table.schema.names == ["label", "vector", "x", "y"]
    assert table.schema.field("vector").type == pa.list_(pa.float32(), 4)
    assert table.column("y").to_pylist() == [2, 4, None]
    again = finish(formats.open_steps(path))
    assert again.vectors.tobytes() == small_space.vectors.tobytes()
    assert again.metadata["x"].missing.tolist() == [False, False, True]


def test_closing_while_metadata_are_read_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    texts = [f"text {row}" for row in range(40_000)]
    pq.write_table(pa.table({"v": [[1.0, 2.0]] * 40_000, "t": texts, "u": texts}), path)
    steps = formats.open_steps(path)
    assert any("Reading “u”" in step.text for step in steps)
    steps.close()
