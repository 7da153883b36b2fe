"""Compiled kernels: how they are declared, where they are cached, and how they are made ready without a stiff window.

A kernel module imports `kernel`, declares its functions with explicit signatures, and ends with `READY = True`.
Importing such a module loads machine code from our cache, or compiles it (seconds, once per machine).
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import platform
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

from embedviz import child, paths
from embedviz.errors import MissingLibraryError, OutputError
from embedviz.progress import Progress, Steps

Function = TypeVar("Function", bound=Callable[..., Any])

_REORDER = ("reassoc", "contract", "nsz", "arcp")  # none of them takes numbers to be finite
_declaring = threading.Lock()  # numba's cache folder is a setting of the whole process


def kernel(*signatures: str, reorder: bool = False) -> Callable[[Function], Function]:
    """Declare a nogil kernel with its signatures; it is compiled once and kept in our cache folder.

    With `reorder` sums may be taken in another order, so that they fill the processor's vectors; numbers that are not
    finite stay so, and a division by zero gives one.
    """
    import numba

    numba_config: Any = numba.config
    freedom: dict[str, Any] = {"fastmath": set(_REORDER), "error_model": "numpy"} if reorder else {}

    def decorate(function: Function) -> Function:
        with _declaring:
            before = numba_config.CACHE_DIR
            numba_config.CACHE_DIR = str(_cache_of(Path(function.__code__.co_filename).parent))
            try:
                compiled: Any = numba.njit(list(signatures), nogil=True, cache=True, **freedom)(function)
            finally:
                numba_config.CACHE_DIR = before
        return cast(Function, compiled)

    return decorate


def loaded(name: str) -> ModuleType | None:
    """The kernel module `name` if it stands ready in this process, else None; never starts a compilation."""
    module = sys.modules.get(name)
    return module if module is not None and getattr(module, "READY", False) else None


def ready(name: str) -> Steps[ModuleType]:
    """The kernel module `name`, loaded as by `load` where it does not stand ready yet."""
    if loaded(name) is None:
        yield from load([name])
    return sys.modules[name]


def load(names: Sequence[str]) -> Steps[None]:
    """Make kernel modules ready in this process; a machine that has not compiled them yet does so in a child process.

    Raises ChildError if the child fails, OutputError if our cache cannot be written, MissingLibraryError without numba.
    """
    if importlib.util.find_spec("numba") is None:
        raise MissingLibraryError("Fast reading and drawing need numba, which is not installed; install numba.")
    try:
        yield from _load(names)
    except OSError as error:
        why = error.strerror or error
        raise OutputError(
            f"Compiled code could not be kept in “{paths.cache()}”: {why}. Free the disk, or name another folder by "
            "EMBEDVIZ_CACHE."
        ) from error


def _load(names: Sequence[str]) -> Steps[None]:
    stamps = {name: _stamp(name) for name in names}
    missing = [name for name, stamp in stamps.items() if not stamp.exists()]
    if missing:
        yield from child.run("embedviz.kernels:compile_modules", {"names": missing})
        for name in missing:
            stamps[name].touch()
    for position, name in enumerate(names):
        yield Progress(position / len(names), "Loading the drawing and reading kernels")
        importlib.import_module(name)


def compile_modules(names: Sequence[str]) -> Steps[None]:
    """Compile kernel modules into the cache on disk (run in the child process)."""
    for position, name in enumerate(names):
        yield Progress(position / len(names), "Preparing the drawing and reading kernels, once on this machine")
        importlib.import_module(name)


def _stamp(name: str) -> Path:
    """The mark that a kernel module, as it stands, was compiled by this Python and numba on this machine."""
    origins = [spec.origin for spec in map(importlib.util.find_spec, ("numba", name)) if spec is not None]
    numba_file, module_file = (Path(origin) for origin in origins if origin is not None)
    # a home folder may serve several machines
    facts = f"{sys.version} {platform.node()} {module_file} {numba_file.stat().st_mtime_ns}"
    mark = hashlib.blake2b(facts.encode(), digest_size=12).hexdigest()
    return _cache_of(module_file.parent) / f"{mark}.compiled"


def _cache_of(room: Path) -> Path:
    """Where a room's kernels are kept: numba looks at their own file, but constants of its neighbours count."""
    digest = hashlib.blake2b(digest_size=12)
    for source in sorted(room.glob("*.py")):
        facts = source.stat()
        digest.update(f"{source} {facts.st_mtime_ns} {facts.st_size}\n".encode())
    folder = paths.kernels() / digest.hexdigest()
    folder.mkdir(exist_ok=True)
    return folder
