"""Tables cut at every offset and changed in every byte: a named error, or a space that keeps its invariants."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from damaged import attack, flips, places

from embedviz.space.embedding_space import EmbeddingSpace

SEED = 5
MOST_CASES = 250
pytestmark = pytest.mark.usefixtures("memory_bounded")
VECTORS = np.random.default_rng(SEED).normal(size=(4, 3)).astype(np.float32)
LABELS = ["the", "señor", "of, or", "x"]
TEXTS = [[f"{value:.6g}" for value in row] for row in VECTORS.tolist()]


def arrow_table() -> pa.Table:
    kinds = pa.array(["a", "b", "a", None]).dictionary_encode()
    return pa.table({"label": LABELS, "vector": pa.array(VECTORS.tolist(), pa.list_(pa.float32())), "kind": kinds})


def arrow_file(compression: str | None = None) -> bytes:
    sink = io.BytesIO()
    table = arrow_table()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table)
    return sink.getvalue()


def arrow_stream() -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, arrow_table().schema) as writer:
        writer.write_table(arrow_table())
    return sink.getvalue()


def parquet_lists() -> bytes:
    sink = io.BytesIO()
    pq.write_table(arrow_table(), sink)
    return sink.getvalue()


def wide_csv() -> bytes:
    rows = [f'"{label}",{",".join(row)}' for label, row in zip(LABELS, TEXTS, strict=True)]
    return "\n".join(["label,x1,x2,x3", *rows, ""]).encode()


def cells_csv() -> bytes:
    rows = [f'"{label}","[{", ".join(row)}]",{at}' for at, (label, row) in enumerate(zip(LABELS, TEXTS, strict=True))]
    return "\r\n".join(["label,vector,n", *rows, ""]).encode()


def decimal_commas() -> bytes:
    rows = [f"{label};{';'.join(row)}".replace(".", ",") for label, row in zip(LABELS, TEXTS, strict=True)]
    return "\n".join(["label;x1;x2;x3", *rows, ""]).encode()


def objects() -> list[dict[str, object]]:
    return [{"label": label, "vector": row, "kind": None} for label, row in zip(LABELS, VECTORS.tolist(), strict=True)]


def json_lines() -> bytes:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects()).encode()


def json_array() -> bytes:
    return json.dumps(objects(), indent=1).encode()


def batch_output() -> bytes:
    lines = []
    for label, row in zip(LABELS, VECTORS, strict=True):
        data = [{"object": "embedding", "index": 0, "embedding": base64.b64encode(row.tobytes()).decode()}]
        lines.append(json.dumps({"custom_id": label, "response": {"body": {"object": "list", "data": data}}}))
    return "\n".join(lines).encode()


MADE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "arrow file": ("a.arrow", arrow_file),
    "arrow stream": ("s.arrow", arrow_stream),
    "compressed arrow": ("z.arrow", lambda: arrow_file("lz4")),
    "parquet lists": ("p.parquet", parquet_lists),
    "wide csv": ("w.csv", wide_csv),
    "csv cells": ("c.csv", cells_csv),
    "decimal commas": ("d.csv", decimal_commas),
    "json lines": ("j.jsonl", json_lines),
    "json array": ("j.json", json_array),
    "batch output": ("b.jsonl", batch_output),
}


@pytest.fixture(params=MADE)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, bytes]:
    name, content = MADE[request.param]
    return tmp_path / name, content()


def test_the_whole_file_is_what_it_was_made_of(made: tuple[Path, bytes]) -> None:
    path, content = made
    space = attack(path, content)
    assert space is not None
    assert list(space.labels) == LABELS
    assert np.allclose(space.vectors, VECTORS, rtol=1e-5)


def test_truncated_anywhere(made: tuple[Path, bytes]) -> None:
    path, content = made
    whole = attack(path, content)
    assert whole is not None
    for length in places(len(content), MOST_CASES):
        space = attack(path, content[:length])
        if space is not None and space.n_dims == whole.n_dims:
            assert_intact(space, whole)
        if space is not None:
            assert path.suffix not in (".parquet", ".json"), "these know where they end"


def assert_intact(space: EmbeddingSpace, whole: EmbeddingSpace) -> None:
    """All rows but the last, which may end in a shorter number, stand where they stood."""
    intact = min(space.n_items, whole.n_items) - 1
    assert np.array_equal(space.vectors[:intact], whole.vectors[:intact])
    assert len(space.labels[:1][0]) == 0 or space.labels[:intact] == whole.labels[:intact]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_any_byte_flipped(made: tuple[Path, bytes]) -> None:
    path, content = made
    for damaged in flips(content, MOST_CASES):
        attack(path, damaged)


def test_a_parquet_that_declares_fewer_rows_than_none(tmp_path: Path) -> None:
    content, n_found = parquet_lists(), 0
    for at in range(len(content)):
        damaged = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        with suppress(pa.ArrowException, OSError, UnicodeDecodeError):
            if pq.ParquetFile(io.BytesIO(damaged)).metadata.num_rows < 0:
                n_found += 1
                assert attack(tmp_path / "p.parquet", damaged) is None
    assert n_found
