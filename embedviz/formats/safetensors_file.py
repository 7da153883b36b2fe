"""safetensors: the tensors of one file, every offset checked, nothing but numbers in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import FormatError
from embedviz.formats.blocks import BLOCK_BYTES
from embedviz.formats.folder_files import parsed_json
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.npy_stream import read_exactly
from embedviz.formats.probe import Probe
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import FloatArray

LONGEST_HEADER = 1 << 24
_IMPOSSIBLE_HEADER = 1 << 40
_MOST_SIDES = 32
_TYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "BOOL": "|b1"},
    **{"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1"},
}
_EXACT_IN_FLOAT32 = ("F32", "F16", "BF16", "I16", "I8", "U16", "U8", "BOOL")


@dataclass(frozen=True)
class Tensor:
    """One tensor: its type as the file calls it, its shape, and where its bytes stand in the file."""

    name: str
    kind: str
    shape: tuple[int, ...]
    start: int

    @property
    def is_numeric(self) -> bool:
        """Whether its type is known here."""
        return self.kind in _TYPES

    @property
    def is_exact(self) -> bool:
        """Whether float32 holds every value of its type."""
        return self.kind in _EXACT_IN_FLOAT32

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its bytes; bfloat16, which NumPy lacks, as uint16."""
        return np.dtype(_TYPES[self.kind])


@dataclass(frozen=True)
class TensorFile:
    """The tensors of a file by name, and how many bytes follow the last."""

    path: Path
    name: str
    tensors: Mapping[str, Tensor]
    n_trailing: int

    def array(self, name: str) -> NDArray[Any]:
        """A whole small tensor as it is; FormatError for a type that NumPy lacks."""
        tensor = self.tensors[name]
        if not tensor.is_numeric or tensor.kind == "BF16":
            raise FormatError(f"“{name}” in “{self.name}” holds {tensor.kind} values, which cannot be read here.")
        n_bytes = math.prod(tensor.shape) * tensor.dtype.itemsize
        check_memory(self.name, 0, 0, extra_bytes=2 * n_bytes)
        with self.path.open("rb") as file:
            file.seek(tensor.start)
            return np.frombuffer(read_exactly(file, n_bytes, self.name), tensor.dtype).reshape(tensor.shape)

    def matrix(self, name: str) -> Steps[FloatArray]:
        """A tensor of two sides as float32 (n, d), converted block by block."""
        tensor = self.tensors[name]
        n_items, n_dims = tensor.shape
        check_memory(self.name, n_items, n_dims)
        flat, done = np.empty(n_items * n_dims, np.float32), 0
        step = BLOCK_BYTES // tensor.dtype.itemsize
        with self.path.open("rb") as file, np.errstate(over="ignore", invalid="ignore"):
            file.seek(tensor.start)
            while done < len(flat):
                yield Progress(done / len(flat), f"Opening {self.name}: {done // n_dims:,} items")
                count = min(step, len(flat) - done)
                block = np.frombuffer(read_exactly(file, count * tensor.dtype.itemsize, self.name), tensor.dtype)
                flat[done : done + count] = _widened(block) if tensor.kind == "BF16" else block
                done += count
        return flat.reshape(n_items, n_dims)


def looks_like_safetensors(head: bytes) -> bool:
    """Whether a file begins with the length of a header, and a JSON object as header."""
    length = int.from_bytes(head[:8], "little")
    return 2 <= length < _IMPOSSIBLE_HEADER and head[8:9] == b"{" and head[9:10] in (b'"', b"}")


def read_tensor_file(probe: Probe) -> TensorFile:
    """Read and check the header of a file. Raises FormatError for damage, with the tensor it is about."""
    with probe.path.open("rb") as file:
        length = int.from_bytes(read_exactly(file, 8, probe.name), "little")
        if length > LONGEST_HEADER:
            raise FormatError(
                f"The header of “{probe.name}” declares {length:,} bytes; {LONGEST_HEADER:,} are allowed."
            )
        if length > probe.size - 8:
            raise FormatError(f"The header of “{probe.name}” is cut off: {length:,} bytes declared. Get it again.")
        facts = parsed_json(read_exactly(file, length, probe.name), f"the header of {probe.name}")
    if not isinstance(facts, dict):
        raise FormatError(f"The header of “{probe.name}” is damaged; get it again.")
    n_data = probe.size - 8 - length
    tensors = {}
    for name, fact in facts.items():
        if name != "__metadata__":
            tensors[name] = _tensor(name, fact, 8 + length, n_data, probe.name)
    used = _end_of_last(tensors, facts, probe.name)
    return TensorFile(probe.path, probe.name, tensors, n_data - used)


def _tensor(name: str, fact: Any, start: int, n_data: int, file: str) -> Tensor:
    damaged = FormatError(
        f"The tensor “{name[:60]}” in “{file}” is described wrongly; the file is damaged. Get it again."
    )
    if not isinstance(fact, dict):
        raise damaged
    kind, shape, offsets = fact.get("dtype"), _sizes(fact.get("shape")), _sizes(fact.get("data_offsets"))
    if not isinstance(kind, str) or shape is None or len(shape) > _MOST_SIDES:
        raise damaged
    if offsets is None or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise damaged
    if offsets[1] > n_data:
        raise FormatError(
            f"The tensor “{name[:60]}” in “{file}” reaches to byte {start + offsets[1]:,}, and the file has "
            f"{start + n_data:,}; it was cut off. Get it again."
        )
    tensor = Tensor(name, kind, shape, start + offsets[0])
    if tensor.is_numeric and math.prod(shape) * tensor.dtype.itemsize != offsets[1] - offsets[0]:
        raise damaged
    return tensor


def _end_of_last(tensors: Mapping[str, Tensor], facts: Mapping[str, Any], file: str) -> int:
    """Where the last tensor ends; tensors must follow each other without gaps, as the format demands."""
    end = 0
    for name in sorted(tensors, key=lambda key: facts[key]["data_offsets"]):
        first, last = facts[name]["data_offsets"]
        if first != end:
            raise FormatError(f"The tensors of “{file}” overlap or leave gaps (“{name[:60]}”); the file is damaged.")
        end = last
    return end


def _sizes(values: Any) -> tuple[int, ...] | None:
    sound = isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 62 for value in values)
    return tuple(values) if sound else None


def _widened(block: NDArray[Any]) -> FloatArray:
    """bfloat16 as float32: the same bits, and sixteen zeros behind them."""
    return (block.astype(np.uint32) << np.uint32(16)).view(np.float32)
