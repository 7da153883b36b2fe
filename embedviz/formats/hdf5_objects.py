"""What lies in an HDF5 file, seen without following links: only hard links count, each object once.

Runs in the child process: HDF5 is native code, and a hostile file can crash it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import FormatError, MissingLibraryError
from embedviz.formats.label_bytes import clean_labels
from embedviz.formats.memory_plan import check_memory
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import FloatArray
from embedviz.space.labels import Labels

_DEEPEST, _MOST_OBJECTS = 32, 10_000
_SMALL_BYTES, _MOST_TIMES = 1 << 28, 200
_BYTES_AT_ONCE = 1 << 23
_STRINGS_AT_ONCE = 256


def library() -> Any:
    """h5py, without filters from plug-in folders, which would be foreign code."""
    os.environ["HDF5_PLUGIN_PRELOAD"] = "::"
    try:
        import h5py
    except ImportError as error:
        raise MissingLibraryError(f"HDF5 files need h5py, which did not import ({error}); reinstall h5py.") from error
    return h5py


@dataclass(frozen=True)
class Objects:
    """Groups and datasets by path, those that are links by path and kind, of the file called `name`."""

    name: str
    groups: dict[str, Any]
    datasets: dict[str, Any]
    links: dict[str, str]


def objects_of(file: Any, name: str) -> Objects:
    """Everything in an open file. Raises FormatError where it holds too much to be looked at."""
    h5py = library()
    found = Objects(name, {"": file}, {}, {})
    seen = {_place(file)}
    pending = [("", file, 0)]
    while pending:
        path, group, depth = pending.pop()
        for key in list(group):
            at = f"{path}/{key}" if path else key
            link = group.get(key, getlink=True)
            if not isinstance(link, h5py.HardLink):
                found.links[at] = "an external link" if isinstance(link, h5py.ExternalLink) else "a soft link"
                continue
            item = group[key]
            if len(found.groups) + len(found.datasets) + len(found.links) > _MOST_OBJECTS or depth > _DEEPEST:
                raise FormatError(f"“{name}” holds more groups and datasets than are looked at ({_MOST_OBJECTS:,}).")
            if isinstance(item, h5py.Dataset):
                found.datasets[at] = item
            elif isinstance(item, h5py.Group) and _place(item) not in seen:
                seen.add(_place(item))
                found.groups[at] = item
                pending.append((at, item, depth + 1))
    return found


def is_table(dataset: Any) -> bool:
    """Whether a dataset is a table of real numbers, items x dimensions."""
    return len(dataset.shape or ()) == 2 and all(dataset.shape) and dataset.dtype.kind in "fiub"


def check_storage(dataset: Any, path: str, name: str) -> None:
    """Refuse datasets whose bytes are elsewhere, and those that declare far more than the file stores."""
    if dataset.is_virtual or dataset.external:
        raise FormatError(f"“{path}” in “{name}” takes its values from other files, which are not read; copy them in.")
    declared, stored = int(np.prod(dataset.shape, dtype=object)) * dataset.dtype.itemsize, dataset.id.get_storage_size()
    if declared > max(_SMALL_BYTES, _MOST_TIMES * stored):
        raise FormatError(
            f"“{path}” in “{name}” declares {declared:,} bytes, and {stored:,} are stored; it is damaged."
        )


def check_table(dataset: Any, path: str, name: str) -> None:
    """Refuse a table that cannot be what it declares, or does not fit into memory as float32."""
    check_storage(dataset, path, name)
    check_memory(name, *dataset.shape, extra_bytes=_BYTES_AT_ONCE)


def table_parts(dataset: Any) -> Iterator[FloatArray]:
    """The rows of a table as float32 (little-endian), some at a time."""
    n_items, n_dims = dataset.shape
    step = max(1, _BYTES_AT_ONCE // (n_dims * dataset.dtype.itemsize))
    if dataset.chunks is not None:
        step = max(step, dataset.chunks[0])
    for start in range(0, n_items, step):
        values = dataset[start : start + step]
        with np.errstate(over="ignore", invalid="ignore"):
            part = values.astype("<f4", copy=False)
        yield part


def read_values(dataset: Any, path: str, name: str) -> NDArray[Any]:
    """A small dataset of numbers as it is."""
    check_storage(dataset, path, name)
    check_memory(name, 0, 0, extra_bytes=2 * int(np.prod(dataset.shape, dtype=object)) * dataset.dtype.itemsize)
    return np.asarray(dataset[()])


def is_text(dataset: Any) -> bool:
    """Whether a dataset is a list of texts."""
    return len(dataset.shape or ()) == 1 and library().check_string_dtype(dataset.dtype) is not None


def read_texts(dataset: Any, path: str, name: str) -> Steps[Labels]:
    """A list of texts; FormatError where they are far longer together than the file."""
    check_storage(dataset, path, name)
    allowed = max(_SMALL_BYTES, _MOST_TIMES * Path(dataset.file.filename).stat().st_size)
    pieces: list[bytes] = []
    offsets = np.zeros(len(dataset) + 1, np.int64)
    n_bytes = 0
    for start in range(0, len(dataset), _STRINGS_AT_ONCE):
        if start % (64 * _STRINGS_AT_ONCE) == 0:
            yield Progress(start / len(dataset), f"Reading “{path}”")
        texts = list(_encoded(dataset[start : start + _STRINGS_AT_ONCE]))
        offsets[start + 1 : start + 1 + len(texts)] = n_bytes + np.cumsum(list(map(len, texts)))
        pieces.append(b"".join(texts))
        n_bytes += len(pieces[-1])
        if n_bytes > allowed:
            raise FormatError(f"The texts of “{path}” in “{name}” are longer than the file can hold; it is damaged.")
    return clean_labels(np.frombuffer(b"".join(pieces), np.uint8), offsets)[0]


def _encoded(values: NDArray[Any]) -> Iterator[bytes]:
    for value in values.tolist():
        yield value.rstrip(b"\0") if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def _place(item: Any) -> object:
    facts = library().h5o.get_info(item.id)
    return facts.fileno, getattr(facts, "token", None) or facts.addr
