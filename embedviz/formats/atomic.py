"""Outputs that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from embedviz.errors import OutputError


@contextmanager
def atomic_output(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`, with its suffix; on success it is synced and takes its place.

    Whatever goes wrong, the temporary file is removed and an earlier file at `path` stays as it was. Raises OutputError
    if `path` exists and `overwrite` is False, or if the system cannot write there (disk full, no permission).
    """
    path = Path(path)
    check_output(path, overwrite=overwrite)
    target = path.resolve() if path.is_symlink() else path
    temporary = target.with_name(f".{target.stem[:40]}.{secrets.token_hex(6)}{target.suffix}")
    try:
        try:
            temporary.touch(exist_ok=False)
            yield temporary
            _sync(temporary)
            check_output(target, overwrite=overwrite)
            temporary.replace(target)
        except OSError as error:
            raise OutputError(f"“{path}” could not be written: {_reason(error)}. Nothing was saved.") from error
        _sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def check_output(path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Raise OutputError if `path` is a folder, has none to stand in, or exists and `overwrite` is False."""
    target = Path(path)
    exists = True
    try:
        target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        exists = False
    except (OSError, ValueError) as error:
        why = _reason(error) if isinstance(error, OSError) else str(error)
        raise OutputError(f"“{target.name}” cannot be written: {why}. Choose another name.") from error
    if exists and target.is_dir():
        raise OutputError(f"“{target}” is a folder; name a file in it.")
    if not target.parent.is_dir():
        raise OutputError(f"There is no folder “{target.parent}” to save “{target.name}” in; make it first.")
    if exists and not overwrite:
        raise OutputError(f"“{target}” exists already; choose another name, or replace it (--force, overwrite=True).")


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name last; a system without folder handles (Windows) does so by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network disks cannot; the file itself is synced and in place
            os.fsync(handle)
    finally:
        os.close(handle)


def _reason(error: OSError) -> str:
    words = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "your quota of disk space is used up",
        errno.EACCES: "you may not write there",
        errno.EPERM: "you may not write there",
        errno.EROFS: "the disk is read-only",
        errno.ENAMETOOLONG: "the name is too long",
    }
    return words.get(error.errno or 0, error.strerror or str(error))
