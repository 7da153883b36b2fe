"""One block of text lines: parsed on any thread into the rows of the matrix that are kept free for it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from embedviz import kernels
from embedviz.formats import text_block
from embedviz.formats.number_grammar import number
from embedviz.formats.text_block import ParseBlock
from embedviz.formats.text_layout import Layout
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray, RowArray

KERNEL_MODULE = "embedviz.formats.text_kernels"
_SLOW_TOKENS = 1 << 12


@dataclass(frozen=True)
class Chunk:
    """Whole lines, the number of the first of them, and the rows of the matrix that are kept free for them."""

    block: ByteArray
    first_line: int
    first_row: int
    vectors: FloatArray
    norms: DoubleArray


@dataclass(frozen=True)
class BadLine:
    """A line that is no row: its number in the file, and where it stands in its block."""

    line: int
    start: int
    end: int


@dataclass
class Parsed:
    """What a chunk held: rows, the bytes of their labels and their ends, blank lines, and the line that stopped it."""

    chunk: Chunk
    n_rows: int = 0
    labels: ByteArray = field(default_factory=lambda: np.empty(0, np.uint8))
    offsets: RowArray = field(default_factory=lambda: np.zeros(1, np.int64))
    n_blank: int = 0
    bad: BadLine | None = None
    is_overfull: bool = False


def n_lines_in(block: ByteArray) -> int:
    """How many lines a block has; the last may lack its newline."""
    module = kernels.loaded(KERNEL_MODULE)
    counted = np.count_nonzero(block == text_block.NEWLINE) if module is None else module.newlines_in(block)
    n_lines = int(counted)
    return n_lines + (len(block) > 0 and block[-1] != text_block.NEWLINE)


def parse_chunk(chunk: Chunk, layout: Layout, parse: ParseBlock) -> Parsed:
    """Parse a chunk up to its end, or to the first line that is no row. Runs on any thread."""
    block, vectors = chunk.block, chunk.vectors
    labels = np.empty(len(block), np.uint8)
    offsets = np.zeros(len(vectors) + 1, np.int64)
    slow = np.empty((max(_SLOW_TOKENS, layout.n_dims), 4), np.int64)
    state, work = np.zeros(text_block.N_STATE, np.int64), text_block.work_words(layout.n_dims)
    state[text_block.LINE] = chunk.first_line
    parsed = Parsed(chunk)
    while state[text_block.POSITION] < len(block) and parsed.bad is None:
        first_line, first_byte = int(state[text_block.LINE]), int(state[text_block.POSITION])
        state[text_block.N_SLOW] = 0
        parse(block, layout.separator, layout.has_label, vectors, labels, offsets, slow, state, work)
        parsed.bad = _finish_slow(block, vectors, offsets, slow, state, first_line, first_byte)
        if parsed.bad is None and state[text_block.STATUS] == text_block.BAD_LINE:
            line, start, end = state[[text_block.LINE, text_block.BAD_START, text_block.BAD_END]].tolist()
            parsed.bad = BadLine(line, start, end)
        if state[text_block.STATUS] == text_block.ROWS_FULL:
            parsed.is_overfull = True
            break
    parsed.n_rows, parsed.n_blank = int(state[text_block.ROW]), int(state[text_block.N_BLANK])
    parsed.labels = labels[: offsets[parsed.n_rows]].copy()
    parsed.offsets = offsets[: parsed.n_rows + 1]
    return parsed


def _finish_slow(
    block: ByteArray,
    vectors: FloatArray,
    offsets: RowArray,
    slow: RowArray,
    state: RowArray,
    first_line: int,
    first_byte: int,
) -> BadLine | None:
    """Let Python read what the kernel left to it; the first line where that is no number, if any."""
    whole_rows = int(state[text_block.ROW])
    with np.errstate(over="ignore"):
        for row, column, start, end in slow[: int(state[text_block.N_SLOW])].tolist():
            if row >= whole_rows:
                break
            value = number(block[start:end].tobytes())
            if value is None:
                content = block.tobytes()
                line_start = content.rfind(b"\n", 0, start) + 1
                line_end = content.find(b"\n", end)
                state[text_block.ROW] = row
                state[text_block.LABEL_BYTES] -= offsets[whole_rows] - offsets[row]
                line = first_line + content.count(b"\n", first_byte, line_start)
                return BadLine(line, line_start, line_end if line_end >= 0 else len(block))
            vectors[row, column] = np.float32(value)
    return None
