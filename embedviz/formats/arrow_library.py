"""The shared libraries of pyarrow, loaded while other threads go on; its import alone would hold them all meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from embedviz.shared_libraries import folders_of, load_ahead

_LIBRARIES = (
    *("libarrow", "libarrow_compute", "libarrow_python", "libparquet", "libarrow_acero", "libarrow_dataset"),
    *("libarrow_substrait", "libarrow_s3"),
)


def load_libraries() -> None:
    """Load what an import of pyarrow will ask for, on Linux; where that fails, the import says so itself."""
    if "pyarrow" not in sys.modules:
        load_ahead(_libraries())


def _libraries() -> Iterator[Path]:
    folders = folders_of("pyarrow")
    for path in (found for name in _LIBRARIES for folder in folders for found in sorted(folder.glob(f"{name}.so.*"))):
        if path.suffix.strip(".").isdecimal() and path.name.count(".") == 2:
            yield path
