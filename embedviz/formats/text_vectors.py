"""Text rows to vectors in one pass: blocks of lines as they come, parsed by as many threads as there are cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from embedviz import kernels
from embedviz.errors import FormatError, InputError, MemoryPlanError
from embedviz.formats import text_block
from embedviz.formats.freed_memory import give_back
from embedviz.formats.label_bytes import clean_labels
from embedviz.formats.probe import Probe, changed
from embedviz.formats.registry import Reading, Wish
from embedviz.formats.row_store import RowStore
from embedviz.formats.text_block import ParseBlock, explain
from embedviz.formats.text_chunks import KERNEL_MODULE, BadLine, Chunk, Parsed, n_lines_in, parse_chunk
from embedviz.formats.text_layout import Layout
from embedviz.formats.text_lines import LineBlocks, TextSource
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import ByteArray, DoubleArray, RowArray
from embedviz.space.source import Note

SMALL_FILE_BYTES = 1 << 18
_MOST_THREADS = 8
_WAIT_SECONDS = 0.05


def read_text(probe: Probe, wish: Wish, layout: Layout | None = None) -> Steps[Reading]:
    """Read text rows as `layout` says, or `probe.layout`. Raises FormatError naming the line that is no row."""
    layout = layout if layout is not None else probe.layout
    assert layout is not None, "read_text is called after detection"
    with probe.path.open("rb", buffering=0) as file:

        def read_into(buffer: memoryview) -> int:
            return file.readinto(buffer) or 0

        file.seek(layout.start)
        source = TextSource(probe.name, probe.size, read_into, lambda: file.tell() / max(1, probe.size))
        return (yield from read_rows(source, wish, layout))


def read_rows(source: TextSource, wish: Wish, layout: Layout) -> Steps[Reading]:
    """Read the rows of a source that stands at `layout.start`. Raises FormatError naming the line that is no row."""
    check_dims(source.name, layout)
    rows = yield from _TextRows(source, layout, partial=wish.partial).fill()
    return rows


def check_dims(name: str, layout: Layout) -> None:
    """Refuse a header whose dimensions are not those of the rows."""
    declared = layout.declared
    if declared is not None and declared[1] != layout.n_dims:
        raise FormatError(
            f"The header of “{name}” declares {declared[1]:,} dimensions, but its rows have {layout.n_dims:,} "
            "numbers; correct the first line, or remove it."
        )


def only_header(name: str, declared: tuple[int, int]) -> FormatError:
    """The words for a header that nothing follows."""
    return FormatError(
        f"“{name}” holds only a header ({declared[0]:,} items of {declared[1]:,} dimensions) and no vectors; "
        "it was probably cut off while being written or copied."
    )


def text_parser(size: int | None) -> Steps[ParseBlock]:
    """The compiled parser, or the Python one for a file so small that loading the other would take longer."""
    if size is not None and size <= SMALL_FILE_BYTES:
        return text_block.parse_block
    module = yield from kernels.ready(KERNEL_MODULE)
    parse: ParseBlock = module.parse_block
    return parse


class _TextRows:
    """The matrix, norms and labels of one source while they fill, and what was noticed."""

    def __init__(self, source: TextSource, layout: Layout, *, partial: bool) -> None:
        self._source, self._layout, self._partial = source, layout, partial
        self._blocks = LineBlocks(source, layout.start)
        self._next_line = 1 + (layout.declared is not None) + layout.n_lines_before
        self._n_reserved = self._n_rows = self._n_blank = 0
        self._store = RowStore("", 0, 0, layout.n_dims)
        self._norms: DoubleArray = np.empty(0)
        self._labels: list[ByteArray] = []
        self._offsets: list[RowArray] = [np.zeros(1, np.int64)]
        self._notes: list[Note] = []
        self._is_over = False

    def fill(self) -> Steps[Reading]:
        """Read to the end."""
        block = self._blocks.next()
        if block is None and self._layout.declared is not None:
            raise only_header(self._source.name, self._layout.declared)
        if block is not None:
            self._reserve(block)
        parse = yield from text_parser(self._source.size)
        n_threads = min(_MOST_THREADS, os.cpu_count() or 1)
        waiting: deque[Future[Parsed]] = deque()
        pool = ThreadPoolExecutor(n_threads, "reading")
        try:
            while (block is not None or waiting) and not self._is_over:
                while block is not None and len(waiting) <= n_threads:
                    if not waiting:
                        self._n_reserved = self._n_rows  # what was kept free for blank lines comes back
                    chunk = self._chunk(block)
                    if chunk is None and waiting:
                        break
                    if chunk is None:
                        raise self._no_room()
                    waiting.append(pool.submit(self._parse, chunk, parse))
                    block = self._blocks.next()
                yield from self._told(waiting, is_last=block is None and len(waiting) == 1)
        finally:
            pool.shutdown(cancel_futures=True)
        self._blocks.close()
        give_back()
        return self._reading()

    def _no_room(self) -> InputError:
        if self._source.size is not None:
            return changed(self._source.name)
        return MemoryPlanError(
            f"“{self._source.name}” holds more than {self._n_rows:,} items, which is all that the memory that is free "
            "can take; unpack it and open that: its vectors can then stay on the disk."
        )

    def _told(self, waiting: deque[Future[Parsed]], *, is_last: bool) -> Steps[None]:
        """Wait for the first of the chunks that are being parsed, and take it over."""
        first = waiting.popleft()
        while True:
            try:
                parsed = first.result(_WAIT_SECONDS)
                break
            except TimeoutError:
                yield self._progress()
        if parsed.is_overfull:
            raise changed(self._source.name)
        self._take(parsed)
        if parsed.bad is not None:
            follows = b"" if is_last else self._rest_of(waiting)
            self._notes.append(self._refuse_or_drop(parsed.chunk.block, parsed.bad, follows))
            waiting.clear()
            self._is_over = True
        else:
            self._blocks.give_back(parsed.chunk.block)
        yield self._progress()

    def _rest_of(self, waiting: deque[Future[Parsed]]) -> bytes:
        """Something that is no blank line among all that follows, or nothing."""
        blocks: Iterator[ByteArray] = (each.result().chunk.block for each in waiting)
        for block in blocks:
            if found := block.tobytes().strip():
                return found
        while (more := self._blocks.next()) is not None:
            if found := more.tobytes().strip():
                return found
        return b""

    def _reserve(self, first: ByteArray) -> None:
        """Room for all rows that the source can hold, of which only those that come are ever touched."""
        n_dims, size = self._layout.n_dims, self._source.size
        n_first = max(1, n_lines_in(first))
        expected = n_first
        if size is not None:
            expected = int(n_first * max(len(first), size - self._layout.start) / len(first)) + 1
            most = (size + 1) // (2 * max(1, n_dims)) + size // 1024 + 2
            expected = min(expected, most)
        else:
            most = 1 << 62
        label_bytes = sum(map(len, first.tobytes().split(b" ", 1)[:1])) if self._layout.has_label else 0
        self._store = RowStore(self._source.name, expected, most, n_dims, extra_bytes=expected * (24 + 2 * label_bytes))
        self._norms = np.empty(len(self._store.rows))

    def _chunk(self, block: ByteArray) -> Chunk | None:
        """The block with its place in the matrix; None where there is none left."""
        n_lines = n_lines_in(block)
        n_kept = min(n_lines, (len(block) + 1) // (2 * max(1, self._layout.n_dims)) + 1)
        start = self._n_reserved
        stop = start + n_kept
        if stop > len(self._store.rows):
            return None
        self._n_reserved = stop
        chunk = Chunk(block, self._next_line, start, self._store.rows[start:stop], self._norms[start:stop])
        self._next_line += n_lines
        return chunk

    def _parse(self, chunk: Chunk, parse: ParseBlock) -> Parsed:
        parsed = parse_chunk(chunk, self._layout, parse)
        measure(chunk.vectors[: parsed.n_rows], chunk.norms[: parsed.n_rows])
        return parsed

    def _take(self, parsed: Parsed) -> None:
        """Put the rows of a chunk behind those before it."""
        start, stop, n_new = parsed.chunk.first_row, self._n_rows + parsed.n_rows, parsed.n_rows
        if start != self._n_rows and n_new:
            self._store.rows[self._n_rows : stop] = self._store.rows[start : start + n_new]
            self._norms[self._n_rows : stop] = self._norms[start : start + n_new]
        self._n_rows = stop
        self._n_blank += parsed.n_blank
        self._labels.append(parsed.labels)
        self._offsets.append(parsed.offsets[1:] + self._offsets[-1][-1:] if n_new else np.empty(0, np.int64))
        if not n_new:
            self._offsets.pop()

    def _refuse_or_drop(self, block: ByteArray, bad: BadLine, follows: bytes) -> Note:
        """Raise for a line that is no row; blank lines at the end, and a cut last line if allowed, are noted."""
        layout, name = self._layout, self._source.name
        content = block.tobytes()
        if not follows and not layout.has_label and self._n_rows and not content[bad.start :].strip():
            n_blank = content.count(b"\n", bad.start) + (not content.endswith(b"\n"))
            return Note("blank_lines", n_blank, f"{n_blank:,} blank lines at the end were skipped.")
        why = explain(content[bad.start : bad.end], layout.separator, layout.has_label, layout.n_dims)
        if follows or content[bad.end :].strip():
            raise FormatError(f"Line {bad.line:,} of “{name}” {why}; correct or remove that line.")
        if self._partial:
            return Note("partial", 1, f"The last line, line {bad.line:,}, {why}; it was left out.")
        raise FormatError(
            f"Line {bad.line:,} of “{name}”, the last one, {why}; the file was probably cut off behind "
            f"{self._n_rows:,} whole rows. Get it again, or leave that line out.",
            remedy="partial",
        )

    def _progress(self) -> Progress:
        done = self._blocks.position / 1e6
        size = "" if self._source.size is None else f" of {self._source.size / 1e6:,.0f}"
        text = f"Opening {self._source.name}: {done:,.0f}{size} MB, {self._n_rows:,} items"
        return Progress(min(1.0, self._source.done()), text)

    def _reading(self) -> Reading:
        name, layout, notes = self._source.name, self._layout, self._notes
        if not self._n_rows:
            raise FormatError(f"“{name}” holds no whole row of vectors; it was probably cut off.")
        if self._n_blank:
            notes.append(Note("blank_lines", self._n_blank, f"{self._n_blank:,} blank lines were skipped."))
        offsets = np.concatenate(self._offsets)
        self._offsets.clear()
        first = 0
        if layout.doubtful is not None and layout.doubtful[0] == self._n_rows - 1:
            layout = replace(layout, declared=layout.doubtful[:2])
            check_dims(name, layout)
            first = 1
        labels = None
        if layout.has_label:
            joined = np.concatenate(self._labels)
            self._labels.clear()
            labels, n_bad = clean_labels(joined[offsets[first] :], offsets[first:] - offsets[first])
            notes += bad_labels(n_bad)
        n_rows = self._n_rows - first
        declared = n_rows if layout.declared is None else layout.declared[0]
        if declared != n_rows:
            text = f"The header declares {declared:,} items; the file holds {n_rows:,}, and all of them were read."
            notes.append(Note("header_mismatch", abs(declared - n_rows), text))
        notes += self._store.notes()
        vectors, norms = self._store.whole(self._n_rows)[first:], self._norms[first : self._n_rows].copy()
        return Reading(vectors, _title(layout), labels, notes=tuple(notes), norms=norms)


def measure(vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]], norms: DoubleArray) -> None:
    """The Euclidean length of rows that were just read, by the kernel where it is ready."""
    module = kernels.loaded(KERNEL_MODULE)
    if module is not None:
        module.measure_rows(vectors, norms)
        return
    with np.errstate(over="ignore", invalid="ignore"):
        doubles = vectors.astype(np.float64)
        norms[:] = np.sqrt(np.einsum("ij,ij->i", doubles, doubles))


def bad_labels(n_bad: int) -> list[Note]:
    """A note where labels were not UTF-8."""
    if not n_bad:
        return []
    return [Note("bad_utf8", n_bad, f"{n_bad:,} labels are not valid UTF-8; the bad bytes are shown as “\ufffd”.")]


def _title(layout: Layout) -> str:
    if layout.declared is not None:
        return "word2vec text"
    return "GloVe text" if layout.has_label else "Projector TSV"
