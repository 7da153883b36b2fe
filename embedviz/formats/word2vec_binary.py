"""word2vec binary: a text header `items dimensions`, then a token, a space and little-endian float32 for each item."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from embedviz import kernels
from embedviz.errors import FormatError
from embedviz.formats import binary_block
from embedviz.formats.binary_block import ScanRows
from embedviz.formats.blocks import LONGEST_LINE
from embedviz.formats.label_bytes import clean_labels
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.row_store import RowStore
from embedviz.formats.text_block import LABEL_BYTES, N_STATE, POSITION, ROW
from embedviz.formats.text_chunks import KERNEL_MODULE as TEXT_KERNELS
from embedviz.formats.text_vectors import SMALL_FILE_BYTES, measure
from embedviz.formats.text_writing import check_labels, check_not_empty
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FloatArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Note

KERNEL_MODULE = "embedviz.formats.binary_kernels"
_HEADER = re.compile(rb"([0-9]{1,18}) ([0-9]{1,18})[ \r]*\n")
_UNLIKE_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_WRITTEN_AT_ONCE = 1 << 12
_BLOCK_BYTES = 1 << 21


def _detect(probe: Probe) -> bool:
    """A header and bytes that text does not hold: no text rows after it, or records that fill a small file exactly.

    What could be rows of text too is binary where the numbers hold such bytes, not the labels alone.
    """
    header = _HEADER.match(probe.head)
    if header is None:
        return False
    rest = probe.head[header.end() :]
    is_unlike_text = _UNLIKE_TEXT.search(rest) is not None
    if probe.layout is not None:
        return is_unlike_text and len(probe.head) == probe.size and _fills(rest, int(header[1]), int(header[2]))
    if is_unlike_text:
        return True
    try:
        rest[: len(rest) - 3].decode()
    except UnicodeDecodeError:
        return True
    return False


def _fills(records: bytes, n_items: int, n_dims: int) -> bool:
    """Whether so many records, a token and its numbers each, end where the bytes end, with numbers unlike text."""
    position, is_unlike_text = 0, False
    for _ in range(n_items):
        blank = records.find(b" ", position)
        position = blank + 1 + 4 * n_dims
        if blank < 0 or position > len(records):
            return False
        is_unlike_text |= _UNLIKE_TEXT.search(records, blank + 1, position) is not None
        position += records[position : position + 1] == b"\n"
    return position == len(records) and is_unlike_text


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    del wish
    header = _HEADER.match(probe.head)
    assert header is not None, "reading follows detection"
    n_items, n_dims = int(header[1]), int(header[2])
    if not n_items or not n_dims:
        raise FormatError(
            f"The header of “{probe.name}” declares {n_items:,} items of {n_dims:,} dimensions: no vectors."
        )
    least = header.end() + n_items * (4 * n_dims + 1)
    if least > probe.size:
        raise _too_short(probe.name, n_items, n_dims, probe.size, least)
    extra_bytes = 2 * (probe.size - least) + 9 * n_items
    store = RowStore(probe.name, n_items, n_items, n_dims, extra_bytes=extra_bytes)
    scan = yield from _scanner(probe.size)
    vectors, norms = store.rows.view("<f4"), np.empty(n_items)
    with probe.path.open("rb", buffering=0) as file:
        labels, n_bad, n_trailing = yield from _scan(file, probe, header.end(), vectors, norms, scan)
    notes = store.notes()
    if n_bad:
        text = f"{n_bad:,} labels are not valid UTF-8; the bad bytes are shown as “\ufffd”."
        notes.append(Note("bad_utf8", n_bad, text))
    if n_trailing:
        text = f"{n_trailing:,} bytes follow the {n_items:,} items that the header declares; they were not read."
        notes.append(Note("trailing_bytes", n_trailing, text))
    native: FloatArray = vectors.astype(np.float32, copy=False)
    return Reading(native, FORMAT.title, labels, notes=tuple(notes), norms=norms)


def _scanner(size: int) -> Steps[ScanRows]:
    if size <= SMALL_FILE_BYTES:
        return binary_block.scan_rows
    yield from kernels.ready(TEXT_KERNELS)
    module = yield from kernels.ready(KERNEL_MODULE)
    scan: ScanRows = module.scan_rows
    return scan


def _scan(
    file: IO[bytes], probe: Probe, start: int, vectors: FloatArray, norms: DoubleArray, scan: ScanRows
) -> Steps[tuple[Labels, int, int]]:
    """Read blocks, copy their rows and measure those; blocks follow each other in one buffer, behind what was left."""
    n_items, n_dims = vectors.shape
    file.seek(start)
    offsets = np.zeros(n_items + 1, np.int64)
    state = np.zeros(N_STATE, np.int64)
    row_bytes = vectors.view(np.uint8)
    longest = LONGEST_LINE + 4 * n_dims
    buffer = np.empty(_BLOCK_BYTES + 4 * n_dims, np.uint8)
    labels = np.empty(len(buffer), np.uint8)
    pieces: list[bytes] = []
    n_held, done, n_trailing = 0, start, 0
    while n_more := file.readinto(buffer[n_held:].data):  # type: ignore[attr-defined]  # it is a raw file
        done += n_more
        block, before = buffer[: n_held + n_more], int(state[ROW])
        state[[POSITION, LABEL_BYTES]] = 0
        scan(block, row_bytes, labels, offsets, state)
        pieces.append(labels[: state[LABEL_BYTES]].tobytes())
        measure(vectors[before : state[ROW]], norms[before : state[ROW]])
        rest = block[state[POSITION] :].copy()
        size = probe.size / 1e6
        text = f"Opening {probe.name}: {done / 1e6:,.0f} of {size:,.0f} MB, {int(state[ROW]):,} items"
        yield Progress(min(1.0, done / probe.size), text)
        if state[ROW] == n_items:
            n_trailing += len(rest)
            if n_trailing == len(rest) and rest[:1].tobytes() == b"\n":
                n_trailing -= 1
            rest = rest[:0]
        elif len(rest) > longest:
            raise FormatError(
                f"Item {int(state[ROW]) + 1:,} of “{probe.name}” has a label without end; the file is damaged there."
            )
        n_held = len(rest)
        if 2 * n_held > len(buffer):
            buffer = np.empty(2 * len(buffer), np.uint8)
            labels = np.empty(len(buffer), np.uint8)
        buffer[:n_held] = rest
    if state[ROW] < n_items:
        at = done - n_held
        raise FormatError(
            f"“{probe.name}” ends at byte {done:,} inside item {int(state[ROW]) + 1:,} (which begins at byte {at:,}) "
            f"of the {n_items:,} its header declares; it was cut off. Get it again."
        )
    cleaned, n_bad = clean_labels(np.frombuffer(b"".join(pieces), np.uint8), offsets)
    return cleaned, n_bad, n_trailing


def _too_short(name: str, n_items: int, n_dims: int, size: int, least: int) -> FormatError:
    return FormatError(
        f"The header of “{name}” declares {n_items:,} items of {n_dims:,} dimensions, which need at least {least:,} "
        f"bytes, and the file has {size:,}; it was cut off or damaged. Get it again."
    )


def _write(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    check_not_empty(space, FORMAT.title)
    yield from check_labels(space, FORMAT.title, " \t\n")
    with paths[0].open("wb") as file:
        file.write(f"{space.n_items} {space.n_dims}\n".encode())
        for start in range(0, space.n_items, _WRITTEN_AT_ONCE):
            yield Progress(start / space.n_items, f"Saving: {start:,} items")
            rows = space.vectors[start : start + _WRITTEN_AT_ONCE].astype("<f4", copy=False)
            file.write(
                b"".join(space.labels.encoded(start + at) + b" " + row.tobytes() + b"\n" for at, row in enumerate(rows))
            )


FORMAT = Format(
    "word2vec-binary", "word2vec binary", (".bin",), _detect, _read, _write, writes=(".bin",), one_matrix=True
)
