"""Parquet files opened so that little of them is held: pages of the columns that are asked for, as they come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_BUFFER_BYTES = 1 << 22


@contextmanager
def parquet_file(path: Path) -> Iterator[Any]:
    """Open a file as `pyarrow.parquet.ParquetFile` that reads nothing ahead, and close it behind.

    By default whole row groups, or the whole file, are read ahead and held beside what is made of them. Raises what
    pyarrow does.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
        yield file
