"""What the two parsers of text rows share: the state they leave behind, and the pure Python one, which is the oracle.

Both are called as `parse_block(block, separator, has_label, vectors, labels, offsets, slow, state, work)`: they read
whole lines from `block` (uint8) at `state[POSITION]` on, write rows into `vectors` (float32, rows x dims), label bytes
into `labels` (uint8, as long as the block), label ends into `offsets` (int64), and stop at the end or where
`state[STATUS]` says.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from embedviz.formats.number_grammar import is_fraction, number, trailing_numbers
from embedviz.formats.text_layout import meaningful_end
from embedviz.space.arrays import ByteArray, FloatArray, RowArray

ROW, LABEL_BYTES, POSITION, N_SLOW, LINE, N_BLANK, STATUS, BAD_START, BAD_END = range(9)
N_STATE = 9
DONE, BAD_LINE, SLOW_FULL, ROWS_FULL = range(4)
NEWLINE, RETURN = 0x0A, 0x0D

Words = NDArray[np.uint64]
ParseBlock = Callable[[ByteArray, int, bool, FloatArray, ByteArray, RowArray, RowArray, RowArray, Words], None]


def work_words(n_dims: int) -> Words:
    """What the kernel works in for rows of `n_dims` numbers, of any content."""
    return np.empty((3, 2 * (n_dims + 65)), np.uint64)


def parse_block(
    block: ByteArray,
    separator: int,
    has_label: bool,
    vectors: FloatArray,
    labels: ByteArray,
    offsets: RowArray,
    slow: RowArray,  # noqa: ARG001 - Python finishes every number at once
    state: RowArray,
    work: Words,  # noqa: ARG001
) -> None:
    """Parse lines in pure Python, for small files and as the oracle of the kernel; `slow` and `work` stay unused."""
    content = block.tobytes()
    position = int(state[POSITION])
    state[STATUS] = DONE
    with np.errstate(over="ignore"):
        while position < len(content):
            newline = content.find(b"\n", position)
            end = newline if newline >= 0 else len(content)
            line = meaningful_end(content[position:end])
            if not line and has_label:
                state[N_BLANK] += 1
            else:
                row = int(state[ROW])
                if row >= len(vectors):
                    state[STATUS] = ROWS_FULL
                    return
                parsed = split_row(line, separator, has_label, vectors.shape[1])
                if parsed is None:
                    state[STATUS], state[BAD_START], state[BAD_END] = BAD_LINE, position, end
                    return
                label, values = parsed
                vectors[row] = np.array(values, np.float64).astype(np.float32)
                used = int(state[LABEL_BYTES])
                labels[used : used + len(label)] = np.frombuffer(label, np.uint8)
                offsets[row + 1] = offsets[row] + len(label)
                state[LABEL_BYTES] += len(label)
                state[ROW] += 1
            position = end + 1
            state[POSITION] = min(position, len(content))
            state[LINE] += 1


def split_row(line: bytes, separator: int, has_label: bool, n_dims: int) -> tuple[bytes, list[float]] | None:
    """Label and numbers of one line, split from the right; None where it is no row of `n_dims` numbers."""
    mark = bytes([separator])
    fields = line.rsplit(mark, n_dims) if has_label else [b"", *line.split(mark)]
    if len(fields) != n_dims + 1:
        return None
    label = fields[0]
    if mark in label and is_fraction(label.rsplit(mark, 1)[1]):
        return None
    values = [value for value in map(number, fields[1:]) if value is not None]
    return (label, values) if len(values) == n_dims else None


def explain(line: bytes, separator: int, has_label: bool, n_dims: int) -> str:
    """What is wrong with a line that `split_row` refuses, as the end of a sentence that begins with “Line n”."""
    fields = meaningful_end(line).split(bytes([separator]))
    n_numbers = trailing_numbers(fields)
    if n_numbers < n_dims and len(fields) == n_dims + has_label:
        at = len(fields) - n_numbers - 1
        return f"holds “{_shown(fields[at])}” as number {at + 1 - has_label} of {n_dims:,}, which is not a number"
    if n_numbers == len(fields) and has_label:
        n_numbers -= 1
    return f"has {n_numbers:,} numbers where {n_dims:,} are needed"


def _shown(field: bytes) -> str:
    text = field.decode("utf-8", "replace")
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return text if len(text) <= 40 else text[:39] + "…"
