"""NumPy's array format as a stream: a header that is believed only as far as its bytes reach."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import FormatError, UnsafeFileError
from embedviz.formats.blocks import BLOCK_BYTES
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.row_sample import RowSample
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import FloatArray
from embedviz.space.source import Note

MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 1 << 16
_MOST_SIDES, _MOST_BYTES = 32, 1 << 62
_EXACT_IN_FLOAT32 = ("b1", "f2", "f4", "i1", "i2", "u1", "u2")


@dataclass(frozen=True)
class ArrayHeader:
    """What an array says of itself, and the `n_bytes` its header took."""

    dtype: np.dtype[Any]
    is_fortran: bool
    shape: tuple[int, ...]
    n_bytes: int

    @property
    def is_numeric(self) -> bool:
        """Whether its values are real numbers."""
        return self.dtype.kind in "bfiu"

    @property
    def n_data_bytes(self) -> int:
        """How many bytes its values need."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def is_exact(self) -> bool:
        """Whether float32 holds every value of its type."""
        return self.dtype.str[1:] in _EXACT_IN_FLOAT32


def read_header(stream: IO[bytes], name: str) -> ArrayHeader:
    """Read the header of an array; FormatError if it is damaged, UnsafeFileError if its values are pickled objects."""
    start = read_exactly(stream, 8, name)
    if start[:6] != MAGIC or start[6] not in (1, 2, 3):
        raise FormatError(f"“{name}” is no NumPy array, or of a version this program does not know.")
    n_length = 2 if start[6] == 1 else 4
    length = int.from_bytes(read_exactly(stream, n_length, name), "little")
    if length > _LONGEST_HEADER:
        raise FormatError(f"The header of “{name}” declares {length:,} bytes, more than any array of numbers needs.")
    text = read_exactly(stream, length, name).decode("utf-8" if start[6] == 3 else "latin-1", "replace")
    try:
        facts = ast.literal_eval(text.strip())
        described, is_fortran, shape = facts["descr"], facts["fortran_order"], facts["shape"]
        dtype = np.dtype(described if isinstance(described, str) else [tuple(part) for part in described])
        sound = len(shape) <= _MOST_SIDES and all(type(side) is int and side >= 0 for side in shape)
        sound = sound and math.prod(filter(None, shape)) * max(1, dtype.itemsize) <= _MOST_BYTES
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError, AttributeError) as error:
        raise FormatError(f"The header of “{name}” cannot be read; the file is damaged.") from error
    if not sound or dtype.subdtype or not isinstance(shape, tuple) or not isinstance(is_fortran, bool):
        raise FormatError(f"The header of “{name}” declares an impossible shape; the file is damaged.")
    if dtype.hasobject:
        raise UnsafeFileError(
            f"“{name}” holds pickled Python objects, which can run code when opened; export it where you trust it: "
            "`array = numpy.load(PATH, allow_pickle=True)` then `numpy.save('out.npy', array.astype('float32'))` "
            "(for labels `array.astype(str)`)."
        )
    return ArrayHeader(dtype, is_fortran, tuple(int(side) for side in shape), 8 + n_length + length)


def read_matrix(
    stream: IO[bytes], header: ArrayHeader, name: str, n_available: int, sample: RowSample | None = None
) -> Steps[tuple[FloatArray, list[Note]]]:
    """Read a table of numbers as float32 (n, d), converted in chunks; `n_available` bytes are left in the stream.

    Of a `sample` only its rows are held.
    """
    check_matrix(header, name)
    n_items, n_dims = header.shape
    _check_length(header, name, n_available)
    if sample is not None:
        n_items = min(n_items, sample.n_rows)
    check_memory(name, n_items, n_dims, can_sample=True)
    vectors = np.empty((n_items, n_dims), np.float32)
    text = f"Opening {name}"
    with np.errstate(over="ignore", invalid="ignore"):
        if header.is_fortran:
            yield from _fill_columns(stream, header, name, vectors, sample)
        elif sample is not None:
            yield from _fill_sample(stream, header, name, vectors, sample)
        else:
            flat, done = vectors.reshape(-1), 0
            step = max(1, BLOCK_BYTES // header.dtype.itemsize)
            while done < len(flat):
                yield Progress(done / len(flat), f"{text}: {done // n_dims:,} items")
                count = min(step, len(flat) - done)
                flat[done : done + count] = _numbers(stream, header, count, name)
                done += count
    if header.is_exact:
        return vectors, []
    note = f"The numbers were {header.dtype.name}; they are held as float32, which keeps about seven digits."
    return vectors, [Note("converted", n_items, note)]


def check_matrix(header: ArrayHeader, name: str) -> None:
    """Refuse arrays that are no table of real numbers."""
    if not header.is_numeric:
        raise FormatError(
            f"“{name}” holds {header.dtype.name} values; vectors must be real numbers (float or integer)."
        )
    if len(header.shape) != 2:
        raise FormatError(
            f"“{name}” has the shape {header.shape}; vectors must form a table of two dimensions, items x numbers. "
            "Reshape it and save it again."
        )
    if not all(header.shape):
        raise FormatError(f"“{name}” has the shape {header.shape}: it holds no vectors.")


def read_array(stream: IO[bytes], header: ArrayHeader, name: str, n_available: int) -> NDArray[Any]:
    """Read a whole array of any plain type as it is."""
    _check_length(header, name, n_available)
    check_memory(name, 0, 0, extra_bytes=2 * header.n_data_bytes)
    array = np.frombuffer(read_exactly(stream, header.n_data_bytes, name), header.dtype)
    return array.reshape(header.shape, order="F" if header.is_fortran else "C")


def read_exactly(stream: IO[bytes], n_bytes: int, name: str) -> bytes:
    """Read so many bytes; FormatError if the stream ends before."""
    pieces, missing = [], n_bytes
    while missing and (piece := stream.read(min(missing, BLOCK_BYTES))):
        pieces.append(piece)
        missing -= len(piece)
    if missing:
        raise FormatError(f"“{name}” ends {missing:,} bytes too early; it was cut off. Get it again.")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _fill_sample(
    stream: IO[bytes], header: ArrayHeader, name: str, vectors: FloatArray, sample: RowSample
) -> Steps[None]:
    """The rows of a sample, picked out of blocks of whole rows."""
    n_items, n_dims = header.shape
    rows = sample.rows(n_items)
    at_once = max(1, BLOCK_BYTES // (header.dtype.itemsize * n_dims))
    for start in range(0, n_items, at_once):
        yield Progress(start / n_items, f"Opening {name}: {start:,} items looked through")
        count = min(at_once, n_items - start)
        first, end = np.searchsorted(rows, [start, start + count])
        block = _numbers(stream, header, count * n_dims, name).reshape(count, n_dims)
        vectors[first:end] = block[rows[first:end] - start]


def _fill_columns(
    stream: IO[bytes], header: ArrayHeader, name: str, vectors: FloatArray, sample: RowSample | None
) -> Steps[None]:
    n_items, n_dims = header.shape
    rows = None if sample is None else sample.rows(n_items)
    at_once = max(1, BLOCK_BYTES // (header.dtype.itemsize * n_items))
    for column in range(0, n_dims, at_once):
        yield Progress(column / n_dims, f"Opening {name}: {column:,} of {n_dims:,} dimensions")
        count = min(at_once, n_dims - column)
        numbers = _numbers(stream, header, count * n_items, name)
        columns = numbers.reshape(count, n_items).T
        vectors[:, column : column + count] = columns if rows is None else columns[rows]


def _numbers(stream: IO[bytes], header: ArrayHeader, count: int, name: str) -> NDArray[Any]:
    return np.frombuffer(read_exactly(stream, count * header.dtype.itemsize, name), header.dtype)


def _check_length(header: ArrayHeader, name: str, n_available: int) -> None:
    if not header.dtype.itemsize:
        raise FormatError(f"“{name}” declares values of no bytes; the file is damaged.")
    if header.n_data_bytes > n_available:
        raise FormatError(
            f"“{name}” declares the shape {header.shape} of {header.dtype.name}, which needs {header.n_data_bytes:,} "
            f"bytes, and {n_available:,} are there; it was cut off or damaged. Get it again."
        )
