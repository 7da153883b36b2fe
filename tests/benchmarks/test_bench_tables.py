"""Tables: reading Parquet and wide CSV, each beside pyarrow's own reading of the same file into one matrix."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from embedviz import formats
from embedviz.progress import finish

# EMBEDVIZ_BENCH_ROWS=1000000 is the size that is promised; a tenth of it by default
N_ROWS = int(os.environ.get("EMBEDVIZ_BENCH_ROWS", "100000"))
N_DIMS = 384


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "vectors.parquet"
    generator = np.random.default_rng(0)
    schema = pa.schema([("vector", pa.list_(pa.float32(), N_DIMS)), ("label", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, N_ROWS, 50_000):
            n_rows = min(50_000, N_ROWS - start)
            flat = pa.array(generator.standard_normal(n_rows * N_DIMS, np.float32))
            labels = pa.array([f"item {row}" for row in range(start, start + n_rows)])
            vectors = pa.FixedSizeListArray.from_arrays(flat, N_DIMS)
            writer.write_table(pa.table([vectors, labels], schema=schema))
    return path


@pytest.fixture(scope="module")
def wide_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "wide.csv"
    generator = np.random.default_rng(0)
    form = "w%d," + ",".join(["%.6g"] * 300) + "\n"
    with path.open("w") as file:
        file.write("word," + ",".join(f"d{at}" for at in range(300)) + "\n")
        for row in range(N_ROWS // 4):
            file.write(form % (row, *generator.standard_normal(300).tolist()))
    return path


def opened(path: Path) -> None:
    finish(formats.open_steps(path))


def test_opening_parquet_against_pyarrow(compare, parquet: Path) -> None:
    def peer() -> None:
        vectors = pq.read_table(parquet).column("vector").combine_chunks()
        vectors.flatten().to_numpy().reshape(-1, N_DIMS)

    compare(f"open Parquet {N_ROWS:,} x {N_DIMS}", lambda: opened(parquet), "pyarrow to numpy", peer, rounds=5)


def test_opening_a_wide_csv_against_pyarrow(compare, wide_csv: Path) -> None:
    def peer() -> None:
        table = pc.read_csv(wide_csv)
        np.column_stack([column.to_numpy() for column in table.columns[1:]]).astype(np.float32)

    compare(f"open CSV {N_ROWS // 4:,} x 300", lambda: opened(wide_csv), "pyarrow to numpy", peer, rounds=5)
