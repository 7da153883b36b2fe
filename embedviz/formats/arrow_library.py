"""The shared libraries of pyarrow, loaded while other threads go on; its import alone would hold them all meanwhile."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

_LIBRARIES = (
    *("libarrow", "libarrow_compute", "libarrow_python", "libparquet", "libarrow_acero", "libarrow_dataset"),
    *("libarrow_substrait", "libarrow_s3"),
)


def load_libraries() -> None:
    """Load what an import of pyarrow will ask for, on Linux; where that fails, the import says so itself."""
    if "pyarrow" in sys.modules or not sys.platform.startswith("linux"):
        return
    spec = importlib.util.find_spec("pyarrow")
    folders = [Path(each) for each in (spec.submodule_search_locations or [] if spec is not None else [])]
    load = ctypes.CDLL(None).dlopen  # a foreign call gives the GIL away, which `ctypes.CDLL` does not
    load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for path in (found for name in _LIBRARIES for folder in folders for found in sorted(folder.glob(f"{name}.so.*"))):
        if path.suffix.strip(".").isdecimal() and path.name.count(".") == 2:
            load(os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)
