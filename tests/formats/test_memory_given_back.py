"""What reading holds beside its result: little of a table that is read in batches, and nothing of it afterwards."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedviz.formats import freed_memory, metadata_files
from embedviz.formats.parquet_file import parquet_file
from embedviz.progress import finish

N_ROWS, N_DIMS = 20_000, 256


@pytest.fixture
def table() -> pa.Table:
    numbers = pa.array(np.random.default_rng(1).standard_normal(N_ROWS * N_DIMS, np.float32))
    keys = pa.array([f"key {row}" for row in range(N_ROWS)])
    return pa.table({"key": keys, "vector": pa.FixedSizeListArray.from_arrays(numbers, N_DIMS)})


def test_a_parquet_file_is_not_read_ahead(table: pa.Table, tmp_path: Path) -> None:
    pq.write_table(table, tmp_path / "x.parquet", row_group_size=N_ROWS, data_page_size=1 << 16)
    n_bytes = table.nbytes
    del table
    gc.collect()
    before, most = pa.total_allocated_bytes(), 0
    with parquet_file(tmp_path / "x.parquet") as file:
        for batch in file.iter_batches(256, columns=["vector"]):
            most = max(most, pa.total_allocated_bytes() - before)
            del batch
    assert most < n_bytes / 2


@pytest.mark.parametrize("form", ["file", "stream"])
def test_vectors_in_a_metadata_file_are_not_taken_along(table: pa.Table, tmp_path: Path, form: str) -> None:
    path = tmp_path / "beside.arrow"
    with (pa.ipc.new_file if form == "file" else pa.ipc.new_stream)(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=1000)
    read = list(metadata_files._arrow_batches(path, path.read_bytes()[:64]))
    assert len(read) == 20
    assert {tuple(batch.schema.names) for batch in read} == {("key",)}
    assert finish(metadata_files.read_metadata(path)).texts["key"][N_ROWS - 1] == f"key {N_ROWS - 1}"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, and only glibc gives back")
def test_what_was_freed_is_given_back() -> None:
    def private_bytes() -> int:
        return 1024 * int(Path("/proc/self/status").read_text().partition("RssAnon:")[2].split()[0])

    kept = []
    pieces = []
    for _ in range(400):  # each between two that stay, so that the end of the heap is never free
        pieces.append(np.ones(100_000, np.uint8))
        kept.append(np.ones(2000, np.uint8))
    before = private_bytes()
    pieces.clear()
    freed_memory.give_back()
    assert before - private_bytes() > 20_000_000
    assert len(kept) == 400


def test_nothing_is_given_back_where_the_c_library_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freed_memory.ctypes, "CDLL", lambda name: object())
    freed_memory.give_back()
    monkeypatch.setattr(freed_memory.sys, "platform", "win32")
    monkeypatch.setattr(freed_memory.ctypes, "CDLL", lambda name: pytest.fail("no C library is asked"))
    freed_memory.give_back()
