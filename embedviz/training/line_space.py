"""Every line or paragraph of a text as an item: the vectors of its words, pooled."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from embedviz.errors import FormatError, OptionError
from embedviz.formats.blocks import new_hash
from embedviz.formats.growing_rows import GrowingRows
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.opening import finished_space
from embedviz.formats.registry import Reading
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Note, Source
from embedviz.space.table import Column, Table
from embedviz.training.line_pooling import LinePooling, PooledLines
from embedviz.training.options import Lines
from embedviz.training.sentence_pooling import SentenceComposer, word_space
from embedviz.training.small_world import SMALL_WORLD
from embedviz.training.text_source import TextSource, corpus_name, source_steps
from embedviz.training.tokenizing import decoded
from embedviz.training.word_rows import WordRows, word_rows_steps
from embedviz.training.word_weights import Weighting, WordWeights, word_weights

Unit = Literal["line", "paragraph"]

_LABEL_COPIES = 2  # the pieces, and the buffer they are joined to
_BYTES_PER_LINE = 160  # a piece of label, and numbers of the line while they are lists


@dataclass
class _Gathered:
    """What was made of a text so far; `files` says how many items each file gave."""

    vectors: GrowingRows
    labels: list[bytes] = field(default_factory=list)
    numbers: list[RowArray] = field(default_factory=list)
    n_words: list[RowArray] = field(default_factory=list)
    n_unknown: list[RowArray] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    n_left_out: int = 0
    n_all_words: int = 0
    n_all_unknown: int = 0
    n_bad_bytes: int = 0

    def add(self, lines: PooledLines, first_number: int, n_dims: int) -> None:
        """Take over the lines with a known word; `first_number` is that of the first of them all."""
        kept = np.flatnonzero(lines.n_known)
        n_words, n_known = lines.n_words[kept], lines.n_known[kept]
        room: FloatArray = self.vectors.room(len(kept), n_dims)
        room[:] = lines.sums[kept] / n_known[:, None]
        self.labels += [lines.texts[at].encode("utf-8", "replace") for at in kept.tolist()]
        self.numbers.append(first_number + kept)
        self.n_words.append(n_words)
        self.n_unknown.append(n_words - n_known)
        self.files[-1] += len(kept)
        self.n_left_out += sum(map(bool, lines.texts)) - len(kept)
        self.n_all_words += int(lines.n_words.sum())
        self.n_all_unknown += int(lines.n_words.sum() - lines.n_known.sum())

    def metadata(self, unit: Unit, files: Sequence[str]) -> Table:
        """The columns: where each item stands in the text, and how many words it has."""
        n_items = len(self.labels)
        columns = {unit: self.numbers, "n_tokens": self.n_words, "n_unknown": self.n_unknown}
        empty = np.zeros(0, np.int64)
        whole = np.zeros(n_items, np.bool_)
        table = {
            name: Column("number", np.concatenate([empty, *parts]).astype(np.float64), whole)
            for name, parts in columns.items()
        }
        if len(files) > 1:
            codes = np.repeat(np.arange(len(files), dtype=np.int32), self.files)
            table["file"] = Column("category", codes, whole, tuple(files))
        return Table(n_items, table)


def line_space_steps(
    space: EmbeddingSpace,
    path: str | os.PathLike[str],
    *,
    unit: Unit = "line",
    weighting: Weighting = "mean",
    column: str | None = None,
) -> Steps[EmbeddingSpace]:
    """Make a space whose items are the lines, or paragraphs, of a text: each the mean of the vectors of its words.

    Words are found as `word_finding` says; `weighting` is that of `word_weights`. `path` is what a training takes:
    a text, a folder, a table with a text `column`, one of these packed, or `sample:NAME`. Metadata: `line` (or
    `paragraph`, blank ones not counted) from 1 in its file, `n_tokens`, `n_unknown`, and `file` if there are several.
    Lines without a known word are left out, equal ones are kept; notes count them. The space composes vectors for typed
    words and sentences as its items got theirs. Raises OptionError, FileAccessError, FormatError, MemoryPlanError.
    """
    if unit not in get_args(Unit):
        raise OptionError(f"The unit is {unit!r}; choose {' or '.join(get_args(Unit))}.")
    path = os.fspath(path)
    space = word_space(space)
    weights = word_weights(space, weighting)
    with ExitStack() as stack:
        ends: Lines = "running" if unit == "paragraph" else "sentences"
        source = yield from within(source_steps(path, column, stack, ends), 0.0, 0.05)
        words = yield from within(word_rows_steps(space), 0.05, 0.1)
        digest = new_hash()
        gathered = yield from within(_gather(source, space, words, weights, unit, digest.update), 0.1, 0.9)
        files = [part.probe.name for part in source.parts]
    if not gathered.labels:
        raise FormatError(
            f"No {unit} of “{source.name}” holds a word of “{space.source.name}”; open vectors of words in the "
            "language of the text, or train on it."
        )
    asked = {"unit": unit, "weighting": weighting, "space": space.source.name}
    asked["corpus"] = path if path == SMALL_WORLD else str(Path(path).absolute())
    if column is not None:
        asked["column"] = column
    said = f"Its {unit}s, each pooled from the words of {space.source.name} ({weights.said})."
    made_of = Source(corpus_name(path), "lines", None, digest.hexdigest(), said, (), asked)
    notes = tuple(_notes(gathered, words, unit, space.source.name))
    metadata = gathered.metadata(unit, files)
    labels = Labels.from_encoded(gathered.labels)
    gathered.labels.clear()
    reading = Reading(gathered.vectors.whole(), "lines", labels, metadata, subwords=SentenceComposer(space, weights))
    return (yield from within(finished_space(reading, made_of, notes), 0.9, 1.0))


def _gather(
    source: TextSource,
    space: EmbeddingSpace,
    words: WordRows,
    weights: WordWeights,
    unit: Unit,
    digest: Callable[[bytes], object],
) -> Steps[_Gathered]:
    """Pool every line of a text; MemoryPlanError before what the text will need is more than is free."""
    gathered = _Gathered(GrowingRows(source.name))
    before, total, is_planned = 0, max(1, source.n_bytes), False
    for part in source.parts:
        pooling = LinePooling(words, weights, space.n_dims)
        gathered.files.append(0)
        n_before = 1
        for block, share in TextSource(source.name, (part,)).blocks():
            digest(block)
            text, n_bad = decoded(block)
            gathered.n_bad_bytes += n_bad
            lines = pooling.pooled(text)
            gathered.add(lines, n_before, space.n_dims)
            n_before += len(lines.texts)
            done = min(1.0, (before + share * part.probe.size) / total)
            if not is_planned and gathered.labels:
                is_planned = True
                _check_memory(source.name, gathered, space.n_dims, done)
            yield Progress(done, f"Pooling the {unit}s of {source.name}: {len(gathered.labels):,} so far")
        before += part.probe.size
    return gathered


def _check_memory(name: str, gathered: _Gathered, n_dims: int, share: float) -> None:
    """Whether there will be room, if the text goes on as it began."""
    n_items = round(len(gathered.labels) / max(share, 1e-9))
    n_label_bytes = round(sum(map(len, gathered.labels)) / max(share, 1e-9))
    check_memory(name, n_items, n_dims, extra_bytes=_LABEL_COPIES * n_label_bytes + _BYTES_PER_LINE * n_items)


def _notes(gathered: _Gathered, words: WordRows, unit: Unit, name: str) -> list[Note]:
    n_left, n_all = gathered.n_left_out, gathered.n_all_words
    lines = f"1 {unit} holds" if n_left == 1 else f"{n_left:,} {unit}s hold"
    left = f"{lines} no word of {name} and {'was' if n_left == 1 else 'were'} left out."
    unknown = f"{gathered.n_all_unknown:,} of {n_all:,} words of the text are not among those of {name}."
    other = f"{words.n_fallen_back:,} of {n_all:,} words of the text were found by another spelling (case or Unicode)."
    composed = f"{words.n_composed:,} of {n_all:,} words of the text got vectors composed from their sub-words."
    bad = f"{gathered.n_bad_bytes:,} bytes of the text are not UTF-8; they were taken as blanks."
    told = (
        ("no_known_word", n_left, left),
        ("unknown_words", gathered.n_all_unknown, unknown),
        ("other_spelling", words.n_fallen_back, other),
        ("composed_words", words.n_composed, composed),
        ("bad_utf8", gathered.n_bad_bytes, bad),
    )
    return [Note(kind, count, text) for kind, count, text in told if count]
