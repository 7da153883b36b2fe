"""The files of a kept run: NumPy arrays written by blocks, each file whole under its name or not there.

What was written is known by `ArrayFacts`; a file that differs from them is refused before it is used.
"""

from __future__ import annotations

import io
import os
import stat
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import FormatError, UnsafeFileError
from embedviz.formats.npy_stream import read_header
from embedviz.formats.probe import access_error
from embedviz.progress import Progress, Steps, finish

FRESH = ".fresh"
"""How the name of a file ends while it is written."""

_BLOCK_BYTES = 1 << 23
_MOST_CHECKED = 8
_TO_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_TO_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class ArrayFacts:
    """What an array was when it was written: its type, its shape, and the CRC-32 of each block of so many rows."""

    dtype: str
    shape: tuple[int, ...]
    rows_at_once: int
    sums: tuple[int, ...]

    @classmethod
    def of_json(cls, facts: Mapping[str, Any]) -> ArrayFacts:
        """The facts that JSON holds; KeyError, TypeError or ValueError where it holds none."""
        shape, sums = tuple(map(whole, facts["shape"])), tuple(map(whole, facts["sums"]))
        return cls(np.dtype(str(facts["dtype"])).str, shape, max(1, whole(facts["rows_at_once"])), sums)

    def as_json(self) -> dict[str, Any]:
        """The facts as JSON holds them."""
        shape, sums = list(self.shape), list(self.sums)
        return {"dtype": self.dtype, "shape": shape, "rows_at_once": self.rows_at_once, "sums": sums}


def whole(value: object) -> int:
    """A count that JSON holds; TypeError for what is none."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is no count")
    return value


def write_steps(
    path: Path, dtype: np.dtype[Any], shape: tuple[int, ...], rows: Callable[[int, int], NDArray[Any]], text: str
) -> Steps[ArrayFacts]:
    """Write an array, whose rows from one to another `rows` gives, in C order; on the disk before it has its name."""
    fresh = path.with_name(path.name + FRESH)
    row_bytes = dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64))
    at_once, sums = max(1, _BLOCK_BYTES // max(1, row_bytes)), []
    descriptor = os.open(fresh, _TO_WRITE, 0o600)
    try:
        header = io.BytesIO()
        facts = {"descr": dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(header, facts)
        _write_all(descriptor, header.getbuffer())
        for start in range(0, shape[0], at_once):
            block = np.ascontiguousarray(rows(start, min(start + at_once, shape[0])), dtype)
            if block.shape != (min(at_once, shape[0] - start), *shape[1:]):
                raise ValueError(f"rows {start}.. of {path.name} have the shape {block.shape}")
            sums.append(_sum(block))
            _write_all(descriptor, block.reshape(-1).view(np.uint8).data)
            os.fsync(descriptor)  # block by block, so that nobody waits long for a slow disk
            yield Progress(min(1.0, (start + at_once) / shape[0]), text)
        if not sums:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(path)
    return ArrayFacts(dtype.str, shape, at_once, tuple(sums))


def write_text(path: Path, text: str) -> None:
    """Write a small file, whole or not at all, in place of an earlier one."""
    fresh = path.with_name(path.name + FRESH)
    descriptor = os.open(fresh, _TO_WRITE, 0o600)
    try:
        _write_all(descriptor, memoryview(text.encode()))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(path)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last, where the system can; Windows does so by itself, some network disks cannot.

    It raises nothing: what was renamed is in place, and must not be taken for missing.
    """
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a small file; FormatError where it is larger than `most`, OSError where it is not there."""
    with _opened(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise FormatError(f"“{path.name}” is larger than it can be")
    return content


def is_there(path: Path, facts: ArrayFacts) -> bool:
    """Whether a file that may be the array stands at `path`; looks at its size, not into it."""
    with suppress(OSError):
        found = path.lstat()
        n_data = _n_data_bytes(facts)
        return stat.S_ISREG(found.st_mode) and n_data < found.st_size <= n_data + (1 << 16)
    return False


def mapped(path: Path, facts: ArrayFacts, *, is_checked: bool = False) -> NDArray[Any]:
    """The array as it was written, mapped and read-only; of large ones only the first and last blocks are compared.

    `is_checked` says that they were before. FormatError where file and facts differ, FileAccessError if it is gone.
    """
    array = _mapped(path, facts)
    n_blocks = len(facts.sums)
    if not is_checked:
        _compare(path, array, facts, range(n_blocks) if n_blocks <= _MOST_CHECKED else (0, n_blocks - 1))
    return array


def in_memory(path: Path, facts: ArrayFacts) -> NDArray[Any]:
    """A copy of the array as it was written, all of it compared; raises as `mapped` does."""
    return finish(in_memory_steps(path, facts, ""))


def in_memory_steps(path: Path, facts: ArrayFacts, text: str) -> Steps[NDArray[Any]]:
    """As `in_memory`, block by block."""
    array, step = _mapped(path, facts), facts.rows_at_once
    _check_count(path, array, facts)
    copied = np.empty(array.shape, array.dtype)
    for block, start in enumerate(range(0, len(array), step)):
        rows = copied[start : start + step]
        rows[:] = array[start : start + step]
        if _sum(rows) != facts.sums[block]:
            raise _damaged(path)
        yield Progress(min(1.0, (start + step) / len(array)), text)
    return copied


def _mapped(path: Path, facts: ArrayFacts) -> NDArray[Any]:
    try:
        dtype = np.dtype(facts.dtype)
        with _opened(path) as file:
            header = read_header(file, path.name)
            n_bytes = os.fstat(file.fileno()).st_size  # a map beyond the end of its file kills the process
            said = (header.dtype, header.shape, header.is_fortran, n_bytes)
            if said != (dtype, facts.shape, False, header.n_bytes + header.n_data_bytes):
                raise _damaged(path)
            if not header.n_data_bytes:
                return np.empty(facts.shape, dtype)
            return np.asarray(np.memmap(file, dtype, "r", header.n_bytes, facts.shape))
    except (UnsafeFileError, ValueError, OverflowError) as error:
        raise _damaged(path) from error
    except OSError as error:
        raise access_error(path, error) from error


def _compare(path: Path, array: NDArray[Any], facts: ArrayFacts, blocks: range | tuple[int, int]) -> None:
    _check_count(path, array, facts)
    step = facts.rows_at_once
    for block in blocks:
        if _sum(array[block * step : (block + 1) * step]) != facts.sums[block]:
            raise _damaged(path)


def _check_count(path: Path, array: NDArray[Any], facts: ArrayFacts) -> None:
    if len(facts.sums) != -(-len(array) // facts.rows_at_once):
        raise _damaged(path)


def _sum(rows: NDArray[Any]) -> int:
    return zlib.crc32(rows.reshape(-1).view(np.uint8).data)


def _opened(path: Path) -> IO[bytes]:
    """A file that is one: no link, pipe or device."""
    try:
        descriptor = os.open(path, _TO_READ)
    except OSError as error:
        if path.is_symlink():
            raise FormatError(f"“{path.name}” is a link to another place") from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FormatError(f"“{path.name}” is no file")
    return os.fdopen(descriptor, "rb")


def _damaged(path: Path) -> FormatError:
    return FormatError(f"“{path.name}” of the run “{path.parent.name}” is damaged: it is not what was written.")


def _n_data_bytes(facts: ArrayFacts) -> int:
    return int(np.prod(facts.shape, dtype=np.float64)) * np.dtype(facts.dtype).itemsize


def _write_all(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
