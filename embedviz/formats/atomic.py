"""Outputs that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from embedviz.errors import OutputError


@contextmanager
def atomic_output(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`, with its suffix; on success it is synced and takes its place.

    Whatever goes wrong, the temporary file is removed and an earlier file at `path` stays as it was. Raises OutputError
    if `path` exists and `overwrite` is False, or if the system cannot write there (disk full, no permission).
    """
    with atomic_outputs([Path(path)], overwrite=overwrite) as temporaries:
        yield temporaries[0]


@contextmanager
def atomic_outputs(paths: Sequence[Path], *, overwrite: bool = False) -> Iterator[list[Path]]:
    """Yield temporary paths as `atomic_output` does; none takes its place before all of them are on the disk."""
    for path in paths:
        check_output(path, overwrite=overwrite)
    targets = [Path(os.path.realpath(path)) if path.is_symlink() else path for path in paths]
    temporaries = [_beside(target) for target in targets]
    try:
        try:
            for temporary in temporaries:
                temporary.touch(exist_ok=False)
            yield temporaries
            for temporary, target in zip(temporaries, targets, strict=True):
                _sync(temporary)
                check_output(target, overwrite=overwrite)
            for temporary, target in zip(temporaries, targets, strict=True):
                temporary.replace(target)
        except OSError as error:
            raise OutputError(f"“{paths[0]}” could not be written: {reason(error)}. Nothing was saved.") from error
        for folder in {target.parent for target in targets}:
            _sync_folder(folder)
    finally:
        for temporary in temporaries:
            with suppress(OSError):  # on a read-only disk there is nothing to remove, and that is an error too
                temporary.unlink(missing_ok=True)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.stem[:40]}.{secrets.token_hex(6)}{target.suffix}")


def check_output(path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Raise OutputError if `path` is a folder, has none to stand in, or exists and `overwrite` is False.

    So too if its folder may not be written: what takes long is refused before it begins.
    """
    target = Path(path)
    exists = True
    try:
        target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        exists = False
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise OutputError(f"“{target.name}” cannot be written: {why}. Choose another name.") from error
    if exists and target.is_dir():
        raise OutputError(f"“{target}” is a folder; name a file in it.")
    if exists and not target.is_file() and target.exists():
        raise OutputError(f"“{target}” is a device or a pipe, not a file; choose another name.")
    if not target.parent.is_dir():
        raise OutputError(f"There is no folder “{target.parent}” to save “{target.name}” in; make it first.")
    folder = Path(os.path.realpath(target)).parent  # a link is followed
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"The folder “{folder}” may not be written, or its disk is read-only; choose another one.")
    if exists and not overwrite:
        raise OutputError(f"“{target}” exists already; choose another name, or overwrite it.", remedy="overwrite")


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


def reason(error: OSError) -> str:
    """Why the system could not write, in the words of a person."""
    words = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "your quota of disk space is used up",
        errno.EACCES: "you may not write there",
        errno.EPERM: "you may not write there",
        errno.EROFS: "the disk is read-only",
        errno.ENAMETOOLONG: "the name is too long",
    }
    return words.get(error.errno or 0, error.strerror or str(error))
