"""Where things are: resources, cache, runs, settings. The only module that knows."""

from __future__ import annotations

import errno
import functools
import os
import tempfile
from pathlib import Path

from embedviz.errors import OutputError


def resources() -> Path:
    """The folder of bundled samples and icons: inside an installed wheel, beside the package in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def sample(name: str) -> Path:
    """The folder of one bundled sample."""
    return resources() / "samples" / name


def icon(name: str) -> Path:
    """One icon, an SVG file drawn in `currentColor`."""
    return resources() / "icons" / f"{name}.svg"


def cache() -> Path:
    """Our cache folder, made if needed; a private temporary folder where the usual place cannot be written.

    `EMBEDVIZ_CACHE` names another place; OutputError if that cannot be used.
    """
    return _writable("EMBEDVIZ_CACHE", "user_cache_path")


def kernels() -> Path:
    """The folder of compiled kernels."""
    return _made(cache() / "kernels")


def spaces() -> Path:
    """The folder of our copies of files that are slow to read."""
    return _made(cache() / "spaces")


def runs() -> Path:
    """The folder of kept trainings, made if needed; a private temporary folder where the usual place cannot be written.

    `EMBEDVIZ_RUNS` names another place; OutputError if that cannot be used.
    """
    folder = _writable("EMBEDVIZ_RUNS", "user_data_path")
    if os.environ.get("EMBEDVIZ_RUNS"):
        return folder
    try:
        return _made(folder / "runs")
    except OSError as error:
        why = error.strerror or error
        raise OutputError(
            f"“{folder / 'runs'}” cannot be used for trainings: {why}. Remove what stands there."
        ) from error


def settings_file() -> Path:
    """The settings file; `EMBEDVIZ_CONFIG` names another folder for it, OutputError if that cannot be used."""
    return _writable("EMBEDVIZ_CONFIG", "user_config_path") / "settings.json"


def _writable(variable: str, kind: str) -> Path:
    chosen = os.environ.get(variable)
    if chosen:
        try:
            folder = _made(Path(chosen).absolute())
            if not os.access(folder, os.W_OK):
                raise PermissionError(errno.EACCES, "it may not be written")
            return folder
        except OSError as error:
            why = error.strerror or error
            raise OutputError(f"{variable} names “{chosen}”, which cannot be used: {why}. Choose another.") from error
    import platformdirs

    usual: Path = getattr(platformdirs, kind)("embedviz", appauthor=False)
    if not usual.is_absolute():  # no home folder is known
        return _fallback(kind)
    try:
        _made(usual)
    except OSError:
        return _fallback(kind)
    return usual if os.access(usual, os.W_OK) else _fallback(kind)


@functools.cache
def _fallback(kind: str) -> Path:
    """A folder that only this user can write, since compiled code is read from it; the same in all our processes."""
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    shared = Path(tempfile.gettempdir()) / f"embedviz-{owner}"
    try:
        _made(shared)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="embedviz-"))
    return _made(shared / kind) if _private(shared) else Path(tempfile.mkdtemp(prefix="embedviz-"))


def _private(folder: Path) -> bool:
    facts = folder.lstat()
    if not hasattr(os, "getuid"):
        return True
    return folder.is_dir() and not folder.is_symlink() and facts.st_uid == os.getuid() and not facts.st_mode & 0o022


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
