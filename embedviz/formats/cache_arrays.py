"""The arrays of a cache entry: one .npy file each, mapped when they are large, believed only as far as they fit.

`read_array` looks at the ends of a large array, so that it opens at once; `is_whole` at all of it, when there is time.
"""

from __future__ import annotations

import math
import stat
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import FormatError, UnsafeFileError
from embedviz.formats.npy_stream import read_header
from embedviz.progress import Progress, Steps

_ROWS_BYTES = 1 << 23
_CHECKED_BYTES = 1 << 26
_DAMAGE = (OSError, ValueError, TypeError, KeyError, OverflowError, SyntaxError, FormatError, UnsafeFileError)


class DamagedEntryError(Exception):
    """A cache entry is not what was written; it is ignored, and made again."""


def check_regular(path: Path) -> None:
    """DamagedEntryError for what we never put into an entry: a folder, a link, a pipe for which a reader would wait."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise DamagedEntryError(path.name)


def write_array(path: Path, array: NDArray[Any], text: str) -> Steps[dict[str, Any]]:
    """Write an array; its facts, by which `read_array` will know it."""
    array = np.ascontiguousarray(array)
    flat = array.reshape(-1).view(np.uint8) if array.size else np.empty(0, np.uint8)
    with path.open("wb", buffering=0) as file:
        facts = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
        np.lib.format.write_array_header_1_0(file, facts)
        header_bytes = file.tell()
        whole = 0
        for start in range(0, len(flat), _ROWS_BYTES):
            part = flat[start : start + _ROWS_BYTES].data
            whole = zlib.crc32(part, whole)
            while part:
                part = part[file.write(part) or 0 :]
            yield Progress(min(1.0, start / len(flat)), text)
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "bytes": header_bytes + array.nbytes,
        "check": _check(flat),
        "whole": whole,
    }


def read_array(path: Path, facts: dict[str, Any]) -> NDArray[Any]:
    """The array as it was written, mapped; DamagedEntryError where file and facts differ."""
    try:
        dtype, shape = np.dtype(str(facts["dtype"])), tuple(int(side) for side in facts["shape"])
        check_regular(path)
        with path.open("rb") as file:
            header = read_header(file, path.name)
            n_bytes = file.seek(0, 2)
        same = (header.dtype, header.shape, header.is_fortran, n_bytes) == (dtype, shape, False, facts["bytes"])
        if not same or n_bytes != header.n_bytes + header.n_data_bytes or dtype.hasobject:
            raise DamagedEntryError(path.name)
        if not header.n_data_bytes:
            return np.empty(shape, dtype)
        array: NDArray[Any] = np.memmap(path, dtype, "r", header.n_bytes, shape)
        if _check(array.reshape(-1).view(np.uint8)) != facts["check"]:
            raise DamagedEntryError(path.name)
    except _DAMAGE as error:
        raise DamagedEntryError(path.name) from error
    return np.asarray(array)


def is_whole(path: Path, facts: dict[str, Any], text: str) -> Steps[bool]:
    """Whether all bytes of an array are those that were written; reads the file, which `read_array` does not."""
    n_data = math.prod(int(side) for side in facts["shape"]) * np.dtype(str(facts["dtype"])).itemsize
    found, done = 0, 0
    check_regular(path)
    with path.open("rb", buffering=0) as file:
        file.seek(int(facts["bytes"]) - n_data)
        while block := file.read(_ROWS_BYTES):
            found = zlib.crc32(block, found)
            done += len(block)
            yield Progress(min(1.0, done / n_data) if n_data else 1.0, text)
    return done == n_data and found == facts["whole"]


def _check(flat: NDArray[np.uint8]) -> int:
    """A checksum of all bytes, of a large array of those at its beginning and end."""
    if len(flat) <= _CHECKED_BYTES:
        return zlib.crc32(flat.data)
    return zlib.crc32(flat[-_ROWS_BYTES:].data, zlib.crc32(flat[:_ROWS_BYTES].data))
