"""Large shared libraries, loaded while other threads go on: their import alone would hold all threads meanwhile."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Iterable
from pathlib import Path


def folders_of(package: str) -> list[Path]:
    """Where an installed package stands, without importing it; empty where it is not installed."""
    spec = importlib.util.find_spec(package)
    return [Path(each) for each in (spec.submodule_search_locations or [] if spec is not None else [])]


def load_ahead(libraries: Iterable[Path]) -> None:
    """Load libraries one by one, on Linux, for the import that will ask for them; where that fails, it says so itself.

    They stay loaded. Each is asked for where it stands, so that the import finds the very same one.
    """
    if not sys.platform.startswith("linux"):
        return
    load = ctypes.CDLL(None).dlopen  # a foreign call gives the GIL away, which `ctypes.CDLL` does not
    load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for library in libraries:
        load(os.fsencode(library), os.RTLD_NOW | os.RTLD_LOCAL)
