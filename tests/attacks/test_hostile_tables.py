"""Tables made to hang, to mislead or to fill the memory: each ends in one line, or in a space that says what it is."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import embedviz
from embedviz.errors import EmbedvizError, FormatError, MemoryPlanError
from embedviz.formats import growing_rows, memory_plan

LONG = 1 << 18


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n[" + b"," * LONG,
        b'a,b\n"[' + b"," * LONG + b'",1\n',
        b'a,b\n"' + b'""' * LONG + b"\n",
        b'a,b\nx,"' + b" " * LONG,
        b"," * LONG,
        (b"," * 30_000 + b"\n") * 8,
        b'"\n' * LONG,
        b"{" * LONG,
        b'{"a":' * LONG,
        b"[" * LONG,
        b"[[" + b"1," * LONG,
        b'[{"a": [1, 2]}' + b"," * LONG,
        b" " * LONG + b"{",
        b'{"v": [' + b"1e999999999," * 1000 + b"1]}\n",
        b"\xff\xff\xff\xff" + b"\xff" * 64,
        b"\xff\xff\xff\xff\x10\x00\x00\x00\x10\x00\x00\x00" + bytes(64),
        b"ARROW1\x00\x00" + b"\xff" * 64 + b"ARROW1",
        b"PAR1" + b"\xff" * 64 + b"\xff\xff\xff\x7fPAR1",
    ],
    ids=range(18),
)
def test_nothing_hangs_or_breaks(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    caught: EmbedvizError | None = None
    try:
        space = embedviz.open(path)
    except EmbedvizError as error:
        caught = error
    if caught is None:
        assert space.n_items == len(space.labels)
    else:
        assert "\n" not in str(caught)
        assert len(str(caught)) < 2000


def test_numbers_that_only_python_takes_are_no_numbers(tmp_path: Path) -> None:
    for number in ("1_000", "٣", "１", "0x10", "1e", "--1"):
        path = tmp_path / "a.csv"
        rows = "".join("a,1,2\n" for _ in range(20))
        path.write_text(f'word,x1,x2\n{rows}b,"{number}",2\n', encoding="utf-8")
        with pytest.raises(FormatError):
            embedviz.open(path)


def test_labels_that_would_run_or_mislead_are_kept_as_they_are(tmp_path: Path) -> None:
    labels = ["=cmd|' /C calc'!A0", "<img src=x>", "a\u202eb", "x" * 100_000, "nul\x00l", "\u2028", "NaN", "7 3"]
    rows = [{"text": label, "v": [at, 1]} for at, label in enumerate(labels)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert embedviz.open(tmp_path / "a.jsonl").labels[:] == labels
    pq.write_table(pa.table({"text": labels, "v": [[float(at), 1.0] for at in range(8)]}), tmp_path / "a.parquet")
    assert embedviz.open(tmp_path / "a.parquet").labels[:] == labels


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    table = pa.table([pa.array([[1.0]]), pa.array([[2.0]])], names=["v", "v"])
    with pa.ipc.new_file(tmp_path / "a.arrow", table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(FormatError, match="several columns of one name"):
        embedviz.open(tmp_path / "a.arrow")


def test_bad_utf8_in_a_typed_table_is_replaced_and_counted(tmp_path: Path) -> None:
    broken = pa.array([b"k\xff", b"ok"]).view(pa.string())
    pq.write_table(pa.table({"t": broken, "v": [[1.0, 2.0], [3.0, 4.0]]}), tmp_path / "a.parquet")
    space = embedviz.open(tmp_path / "a.parquet")
    assert space.labels[:] == ["k\ufffd", "ok"]
    assert [note.count for note in space.notes if note.kind == "bad_utf8"] == [1]


def test_rows_that_do_not_fit_are_refused_before_they_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_plan, "free_memory", lambda: 500)
    monkeypatch.setattr(growing_rows, "_STEP_BYTES", 64)
    sink = io.BytesIO()
    table = pa.table({"v": pa.array(np.ones((50, 8)).tolist(), pa.list_(pa.float32()))})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=5)
    (tmp_path / "a.arrow").write_bytes(sink.getvalue())
    with pytest.raises(MemoryPlanError, match="of memory are free"):
        embedviz.open(tmp_path / "a.arrow")
