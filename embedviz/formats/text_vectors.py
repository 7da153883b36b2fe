"""Text rows to vectors in two passes: count and hash the lines, then parse them into the one matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import IO

import numpy as np

from embedviz import kernels
from embedviz.errors import FormatError
from embedviz.formats import text_block
from embedviz.formats.blocks import BLOCK_BYTES, line_blocks, new_hash
from embedviz.formats.label_bytes import clean_labels
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.number_grammar import number
from embedviz.formats.probe import Probe, changed
from embedviz.formats.registry import Reading, Wish
from embedviz.formats.text_block import ParseBlock, explain
from embedviz.formats.text_layout import Layout
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import ByteArray, FloatArray, RowArray
from embedviz.space.source import Note

KERNEL_MODULE = "embedviz.formats.text_kernels"
SMALL_FILE_BYTES = 1 << 18
_SLOW_TOKENS = 1 << 15
_FIRST_PASS_SHARE = 0.25


@dataclass(frozen=True)
class Survey:
    """What the first pass found: where the rows begin, how many there can be, and the hash of all bytes."""

    layout: Layout
    n_rows: int
    content_hash: str


@dataclass(frozen=True)
class Rows:
    """The matrix and label bytes while they fill; `state` is that of the block parsers."""

    vectors: FloatArray
    offsets: RowArray
    label_pieces: list[bytes]
    slow: RowArray
    state: RowArray


def read_text(probe: Probe, wish: Wish, layout: Layout | None = None) -> Steps[Reading]:
    """Read text rows as `layout` says, or `probe.layout`. Raises FormatError naming the line that is no row."""
    layout = layout if layout is not None else probe.layout
    assert layout is not None, "read_text is called after detection"
    with probe.path.open("rb") as file:
        survey = yield from within(_survey(file, probe, layout), 0.0, _FIRST_PASS_SHARE)
        check_declared(probe.name, survey)
        check_memory(probe.name, survey.n_rows, layout.n_dims, extra_bytes=probe.size // 4 + 8 * survey.n_rows)
        parse = yield from within(_parser(probe.size), _FIRST_PASS_SHARE, _FIRST_PASS_SHARE)
        file.seek(survey.layout.start)
        rows, notes = yield from within(
            _parse(file, probe, survey, parse, partial=wish.partial), _FIRST_PASS_SHARE, 1.0
        )
    n_rows = int(rows.state[text_block.ROW])
    vectors = rows.vectors[:n_rows]
    labels = None
    if layout.has_label:
        buffer = np.frombuffer(b"".join(rows.label_pieces), np.uint8)
        labels, n_bad = clean_labels(buffer, rows.offsets[: n_rows + 1])
        notes += _label_notes(n_bad)
    declared = survey.layout.declared
    if declared is not None and declared[0] != n_rows:
        text = f"The header declares {declared[0]:,} items; the file holds {n_rows:,}, and all of them were read."
        notes.append(Note("header_mismatch", abs(declared[0] - n_rows), text))
    return Reading(vectors, _title(survey.layout), labels, notes=tuple(notes), content_hash=survey.content_hash)


def check_declared(name: str, survey: Survey) -> None:
    """Refuse a header without rows, or one whose dimensions are not those of the rows."""
    declared = survey.layout.declared
    if declared is not None and survey.n_rows == 0:
        raise FormatError(
            f"“{name}” holds only a header ({declared[0]:,} items of {declared[1]:,} dimensions) and no vectors; "
            "it was probably cut off while being written or copied."
        )
    if declared is not None and declared[1] != survey.layout.n_dims:
        raise FormatError(
            f"The header of “{name}” declares {declared[1]:,} dimensions, but its rows have {survey.layout.n_dims:,} "
            "numbers; correct the first line, or remove it."
        )


def _title(layout: Layout) -> str:
    if layout.declared is not None:
        return "word2vec text"
    return "GloVe text" if layout.has_label else "Projector TSV"


def _survey(file: IO[bytes], probe: Probe, layout: Layout) -> Steps[Survey]:
    digest = new_hash()
    n_lines, done, last = 0, 0, b"\n"
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
        n_lines += block.count(b"\n")
        done, last = done + len(block), block[-1:]
        yield Progress(done / max(done, probe.size), f"Opening {probe.name}: counting rows")
    n_lines += last != b"\n"
    if layout.doubtful is not None and layout.doubtful[0] == n_lines - 1:
        items, dims, length = layout.doubtful
        layout = replace(layout, start=layout.start + length, declared=(items, dims))
    n_rows = n_lines - (layout.declared is not None)
    most = (done - layout.start) // (2 * max(1, layout.n_dims)) + 1
    return Survey(layout, max(0, min(n_rows, most)), digest.hexdigest())


def _parser(size: int) -> Steps[ParseBlock]:
    """The compiled parser, or the Python one for a file so small that loading the other would take longer."""
    if size <= SMALL_FILE_BYTES:
        return text_block.parse_block
    module = yield from kernels.ready(KERNEL_MODULE)
    parse: ParseBlock = module.parse_block
    return parse


def _parse(
    file: IO[bytes], probe: Probe, survey: Survey, parse: ParseBlock, *, partial: bool
) -> Steps[tuple[Rows, list[Note]]]:
    layout = survey.layout
    rows = Rows(
        np.empty((survey.n_rows, layout.n_dims), np.float32),
        np.zeros(survey.n_rows + 1, np.int64),
        [],
        np.zeros((max(_SLOW_TOKENS, layout.n_dims), 4), np.int64),
        np.zeros(text_block.N_STATE, np.int64),
    )
    rows.state[text_block.LINE] = 1 + (layout.declared is not None) + layout.n_lines_before
    notes: list[Note] = []
    done = layout.start
    for content in line_blocks(file, probe.name):
        block = np.frombuffer(content, np.uint8)
        labels = np.empty(len(block), np.uint8)
        rows.state[[text_block.POSITION, text_block.LABEL_BYTES]] = 0
        while rows.state[text_block.POSITION] < len(block):
            bad = _parse_some(block, labels, layout, rows, parse)
            yield Progress(
                min(1.0, (done + int(rows.state[text_block.POSITION])) / max(1, probe.size)),
                f"Opening {probe.name}: {int(rows.state[text_block.ROW]):,} items",
            )
            if rows.state[text_block.STATUS] == text_block.ROWS_FULL:
                raise changed(probe.name)
            if bad is not None:
                notes.append(_refuse_or_drop(probe, layout, content, bad, done, rows, partial=partial))
                break
        rows.label_pieces.append(labels[: rows.state[text_block.LABEL_BYTES]].tobytes())
        done += len(block)
    if rows.state[text_block.ROW] == 0:
        raise FormatError(f"“{probe.name}” holds no whole row of vectors; it was probably cut off.")
    if rows.state[text_block.N_BLANK]:
        n_blank = int(rows.state[text_block.N_BLANK])
        notes.append(Note("blank_lines", n_blank, f"{n_blank:,} blank lines were skipped."))
    return rows, notes


def _parse_some(
    block: ByteArray, labels: ByteArray, layout: Layout, rows: Rows, parse: ParseBlock
) -> tuple[int, int, int] | None:
    """Parse on until the parser stops; the first bad line as (line number, start, end in the block), if any."""
    state, first_line, first_byte = rows.state, int(rows.state[text_block.LINE]), int(rows.state[text_block.POSITION])
    state[text_block.N_SLOW] = 0
    parse(block, layout.separator, layout.has_label, rows.vectors, labels, rows.offsets, rows.slow, state)
    whole_rows = int(state[text_block.ROW])
    with np.errstate(over="ignore"):
        for row, column, start, end in rows.slow[: int(state[text_block.N_SLOW])].tolist():
            if row >= whole_rows:
                break
            value = number(block[start:end].tobytes())
            if value is None:
                content = block.tobytes()
                line_start = content.rfind(b"\n", 0, start) + 1
                line_end = content.find(b"\n", end)
                state[text_block.ROW] = row
                state[text_block.LABEL_BYTES] -= rows.offsets[whole_rows] - rows.offsets[row]
                line = first_line + content.count(b"\n", first_byte, line_start)
                return line, line_start, line_end if line_end >= 0 else len(block)
            rows.vectors[row, column] = np.float32(value)
    if state[text_block.STATUS] == text_block.BAD_LINE:
        return int(state[text_block.LINE]), int(state[text_block.BAD_START]), int(state[text_block.BAD_END])
    return None


def _refuse_or_drop(
    probe: Probe, layout: Layout, content: bytearray, bad: tuple[int, int, int], done: int, rows: Rows, *, partial: bool
) -> Note:
    """Raise for a line that is no row; blank lines at the end, and a cut last line if allowed, are noted instead."""
    line, start, end = bad
    is_end = done + len(content) >= probe.size
    if is_end and not layout.has_label and rows.state[text_block.ROW] and not content[start:].strip():
        n_blank = content.count(b"\n", start) + (not content.endswith(b"\n"))
        rows.state[text_block.POSITION] = len(content)
        return Note("blank_lines", n_blank, f"{n_blank:,} blank lines at the end were skipped.")
    why = explain(bytes(content[start:end]), layout.separator, layout.has_label, layout.n_dims)
    is_last = is_end and not content[end:].strip()
    if not is_last:
        raise FormatError(f"Line {line:,} of “{probe.name}” {why}; correct or remove that line.")
    n_rows = int(rows.state[text_block.ROW])
    if partial:
        rows.state[text_block.POSITION] = len(content)
        return Note("partial", 1, f"The last line, line {line:,}, {why}; it was left out.")
    raise FormatError(
        f"Line {line:,} of “{probe.name}”, the last one, {why}; the file was probably cut off. Get it again, "
        f"or open the {n_rows:,} whole rows before it with --partial."
    )


def _label_notes(n_bad: int) -> list[Note]:
    if not n_bad:
        return []
    return [Note("bad_utf8", n_bad, f"{n_bad:,} labels are not valid UTF-8; the bad bytes are shown as “\ufffd”.")]
