"""fastText's own models (.bin, quantized .ftz): the vectors of their words, and the sub-words that compose others."""

from __future__ import annotations

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.byte_stream import ByteStream
from embedviz.formats.fasttext_layout import Arguments, Dictionary, arguments_of, read_dictionary
from embedviz.formats.fasttext_ngrams import NgramShape
from embedviz.formats.fasttext_quantized import read_quantized
from embedviz.formats.fasttext_subwords import Subwords
from embedviz.formats.label_bytes import clean_labels
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.progress import Steps, within
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

_READ_SHARE = 0.7
_SENTENCE_END = b"</s>"


def _detect(probe: Probe) -> bool:
    return arguments_of(probe.head) is not None


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    """Words with the vectors fastText gives them: the mean of a word's own and those of its n-grams.

    The end of a sentence, `</s>`, has n-grams in files without the mark only, as in the fastText of their time. Labels
    with bad UTF-8 have the n-grams of their bytes in the file.
    """
    del wish
    with probe.path.open("rb") as file:
        stream = ByteStream(file, probe.size, probe.name)
        arguments, words = yield from within(read_dictionary(stream), 0.0, _READ_SHARE)
        vectors, table, table_at = yield from within(_matrix(stream, arguments, words), 0.0, _READ_SHARE)
        notes = yield from within(_rest(stream, arguments), 0.0, _READ_SHARE)
    subwords = None
    if arguments.longest and len(table):
        shape = NgramShape(arguments.shortest, arguments.longest, arguments.n_buckets)
        at = table_at if probe.path == probe.shown else None
        subwords = Subwords(table, shape, _kept(words, arguments, len(table), probe.name), at)
        text = f"Opening {probe.name}"
        alone = _sentence_ends(words, arguments)
        own = vectors[alone]
        yield from within(subwords.complete(vectors, words.buffer, words.offsets, text), _READ_SHARE, 1.0)
        vectors[alone] = own
        text = f"Words that are not among the items get vectors composed from {len(table):,} sub-words."
        notes.append(Note("subwords", len(table), text))
    labels, n_bad = clean_labels(words.buffer, words.offsets)
    if n_bad:
        text = f"{n_bad:,} labels are not valid UTF-8; the bad bytes are shown as “\ufffd”."
        notes.append(Note("bad_utf8", n_bad, text))
    if table_at is None:
        text = "The model is quantized: its vectors are what is left of those it was trained with."
        notes.append(Note("quantized", arguments.n_words, text))
    counts = Column("number", words.counts, np.zeros(arguments.n_words, bool))
    return Reading(
        vectors,
        FORMAT.title,
        labels,
        Table(arguments.n_words, {"count": counts}),
        tuple(notes),
        subwords=subwords,
    )


def _matrix(
    stream: ByteStream, arguments: Arguments, words: Dictionary
) -> Steps[tuple[FloatArray, FloatArray, int | None]]:
    """The words' own vectors, those of the sub-words, and at which byte these begin; None if they are quantized."""
    n_words, n_dims = arguments.n_words, arguments.n_dims
    is_quantized = bool(stream.take(1, "the kind of the matrix")[0]) if arguments.is_marked else False
    if is_quantized:
        rows = yield from read_quantized(stream, n_dims)
        _check_rows(stream, arguments, words, len(rows))
        return rows[:n_words].copy(), rows[n_words:].copy(), None
    if words.pruned is not None and len(words.pruned):
        raise FormatError(f"“{stream.name}” was made by a faulty version of fastText (pruned, not quantized).")
    n_rows, width = stream.values("qq", "the header of the matrix")
    if width != n_dims or n_rows < 0:
        raise FormatError(
            f"The matrix of “{stream.name}”, before byte {stream.position:,}, declares {n_rows:,} rows of {width:,} "
            f"dimensions, and the model has {n_dims:,}; the file is damaged. Get it again."
        )
    _check_rows(stream, arguments, words, n_rows)
    what = f"a matrix of {n_rows:,} rows of {n_dims:,} dimensions"
    stream.need(4 * n_rows * n_dims, what)
    n_table = n_rows - n_words if arguments.longest else 0
    check_memory(stream.name, n_words, n_dims, extra_bytes=4 * n_table * n_dims + 2 * words.buffer.nbytes)
    vectors, table = np.empty((n_words, n_dims), "<f4"), np.empty((n_table, n_dims), "<f4")
    yield from stream.fill(vectors, what, f"Opening {stream.name}: {n_words:,} words")
    at = stream.position
    yield from stream.fill(table, what, f"Opening {stream.name}: {n_table:,} sub-words")
    yield from stream.skip(4 * n_dims * (n_rows - n_words - n_table), what, f"Opening {stream.name}")
    return vectors.astype(np.float32, copy=False), table.astype(np.float32, copy=False), at


def _check_rows(stream: ByteStream, arguments: Arguments, words: Dictionary, n_rows: int) -> None:
    n_more = arguments.n_buckets if words.pruned is None else len(words.pruned)
    expected = arguments.n_words + n_more
    if n_rows < arguments.n_words or (arguments.longest and n_rows != expected):
        raise FormatError(
            f"The matrix of “{stream.name}” has {n_rows:,} rows, and the model needs {expected:,} (words and "
            "sub-words); the file is damaged. Get it again."
        )


def _rest(stream: ByteStream, arguments: Arguments) -> Steps[list[Note]]:
    """Read over the output matrix, which must be whole, and note what follows it."""
    text = f"Opening {stream.name}: checking the end"
    is_quantized = bool(stream.take(1, "the kind of the output matrix")[0]) if arguments.is_marked else False
    if is_quantized:
        _, n_rows, _, n_codes = stream.values("?qqi", "the output matrix")
        least = n_codes + 16 + 4 * arguments.n_dims * 256
        if n_rows < 0 or n_codes < 0 or least > stream.n_left:
            stream.need(max(least, stream.n_left + 1), "the output matrix")
        yield from stream.skip(stream.n_left, "the output matrix", text)
        return []
    n_rows, width = stream.values("qq", "the header of the output matrix")
    if n_rows < 0 or width != arguments.n_dims:
        raise FormatError(
            f"The output matrix of “{stream.name}”, before byte {stream.position:,}, declares {n_rows:,} rows of "
            f"{width:,} dimensions; the file is damaged. Get it again."
        )
    yield from stream.skip(4 * n_rows * width, "the output matrix", text)
    n_trailing = stream.n_left
    yield from stream.skip(n_trailing, "the end", text)
    if not n_trailing:
        return []
    return [Note("trailing_bytes", n_trailing, f"{n_trailing:,} bytes follow the model; they were not read.")]


def _sentence_ends(words: Dictionary, arguments: Arguments) -> list[int]:
    """Rows of words that have no n-grams."""
    if not arguments.is_marked:
        return []
    content, offsets = words.buffer.tobytes(), words.offsets
    alike = np.flatnonzero(np.diff(offsets) == len(_SENTENCE_END)).tolist()
    return [row for row in alike if content[offsets[row] : offsets[row + 1]] == _SENTENCE_END]


def _kept(words: Dictionary, arguments: Arguments, n_rows: int, name: str) -> RowArray | None:
    """The buckets of a pruned model, ascending, and the row of each."""
    if words.pruned is None:
        return None
    buckets, rows = words.pruned[:, 0].astype(np.int64), words.pruned[:, 1].astype(np.int64)
    if not (np.all((buckets >= 0) & (buckets < arguments.n_buckets)) and np.all((rows >= 0) & (rows < n_rows))):
        raise FormatError(f"The list of kept n-grams in “{name}” points outside the model; the file is damaged.")
    order = np.argsort(buckets, kind="stable")
    return np.stack([buckets[order], rows[order]])


FORMAT = Format("fasttext", "fastText model", (".bin", ".ftz"), _detect, _read, one_matrix=True)
