"""The epochs of a kept run as spaces: the same words in each, other vectors."""

from __future__ import annotations

import weakref
from dataclasses import replace

import numpy as np

from embedviz.errors import FileAccessError
from embedviz.formats import run_folders
from embedviz.formats.fasttext_ngrams import NgramShape
from embedviz.formats.fasttext_subwords import Subwords
from embedviz.formats.opening import finished_space
from embedviz.formats.registry import Reading
from embedviz.formats.run_arrays import in_memory, is_there, mapped, whole
from embedviz.formats.run_names import PREFIX, parted
from embedviz.formats.run_record import (
    COUNTS,
    OFFSETS,
    PART_ROWS,
    WORDS,
    RunRecord,
    damaged,
    parts_file,
    read_record,
)
from embedviz.formats.run_store import folder_of, mapped_epoch
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.run import Run
from embedviz.space.source import Note, Source
from embedviz.space.table import Column, Table


class RunEpochs:
    """The epochs of a run, each a space with the same `labels` and `metadata`; a run that goes on may gain some.

    While `labels` live, the run is not removed to make room. With `alike`, a space of the same words, its labels and
    metadata are shared. Raises OptionError, FormatError or FileAccessError, as do all methods once the run is gone.
    """

    def __init__(self, name: str, *, alike: EmbeddingSpace | None = None) -> None:
        self._folder = folder_of(name)
        lock = run_folders.hold_open(self._folder)
        self._record = read_record(self._folder)
        labels, counts = self._words()
        if alike is not None and alike.labels == labels:
            self.labels, self.metadata = alike.labels, alike.metadata
        else:
            column = Column("number", counts.astype(np.float64), np.zeros(len(counts), np.bool_))
            self.labels, self.metadata = labels, Table(len(counts), {"count": column})
        if lock is not None:
            weakref.finalize(self.labels, lock.release)
        self._checked: set[int] = set()
        self._part_rows: RowArray | None = None
        self._spaces: weakref.WeakValueDictionary[int, EmbeddingSpace] = weakref.WeakValueDictionary()

    @property
    def name(self) -> str:
        """The name of the run."""
        return self._folder.name

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs that are kept now, ascending; 0 is before training."""
        return tuple(sorted(self._current().kept))

    def run(self, epoch: int) -> Run:
        """The run as it was after an epoch."""
        run = self._current().run
        return replace(run, epochs=tuple(each for each in run.epochs if each.epoch <= epoch))

    def vectors(self, epoch: int) -> FloatArray:
        """The vectors after an epoch, float32 (n_words, n_dims), mapped and read-only."""
        record = self._record if epoch in self._record.kept else self._current()
        try:
            vectors = mapped_epoch(self._folder, record, epoch, is_checked=epoch in self._checked)
        except FileAccessError:  # a run that goes on may have left this epoch out by now
            vectors = mapped_epoch(self._folder, self._current(), epoch)
        self._checked.add(epoch)
        return vectors

    def space(self, epoch: int | None = None) -> EmbeddingSpace:
        """The space after an epoch, by default the last that is kept; nothing of it is copied or measured yet.

        While somebody uses it, the same object is given again.
        """
        if epoch is None:
            epoch = self.epochs[-1]
        known = self._spaces.get(epoch)
        if known is not None:
            return known
        vectors, run = self.vectors(epoch), self.run(epoch)
        source, notes, subwords = self._source(run, epoch), self._notes(epoch), self._subwords(epoch)
        space = EmbeddingSpace(vectors, self.labels, source, self.metadata, notes, subwords)
        self._spaces[epoch] = space
        return space

    def _current(self) -> RunRecord:
        """The record, read again while the run may still change."""
        if self._record.status == "running":
            self._record = read_record(self._folder)
        return self._record

    def _words(self) -> tuple[Labels, np.ndarray[tuple[int], np.dtype[np.int64]]]:
        named = self._record.files()
        buffer, offsets, counts = (in_memory(self._folder / file, named[file]) for file in (WORDS, OFFSETS, COUNTS))
        if offsets[0] != 0 or offsets[-1] != len(buffer) or (np.diff(offsets) < 0).any():
            raise damaged(self._folder)
        return Labels(buffer, offsets), counts

    def _subwords(self, epoch: int) -> Subwords | None:
        """What composes other words as they were after an epoch; None where no sub-words were learned, or kept."""
        record, options = self._current(), self._record.run.options
        facts, rows = record.parts.get(epoch), record.part_rows
        if facts is None or rows is None or not is_there(self._folder / parts_file(epoch), facts):
            return None
        if self._part_rows is None:
            self._part_rows = in_memory(self._folder / PART_ROWS, rows)
        shape = NgramShape(*(whole(options[name]) for name in ("min_n", "max_n", "n_buckets")))
        return Subwords(mapped(self._folder / parts_file(epoch), facts), shape, self._part_rows)

    def _source(self, run: Run, epoch: int) -> Source:
        record = self._record
        asked = {**record.run.options, "corpus": record.corpus, "run": self.name, "epoch": epoch}
        if record.column is not None:
            asked["column"] = record.column
        done = f"{epoch:,} of {record.n_epochs:,} epochs"
        about = f"Trained by {run.options.get('algorithm')} on {run.n_tokens:,} tokens, {done}, seed {run.seed}."
        return Source(record.corpus_name, "trained", None, record.content_hash, about, (), asked, run)

    def _notes(self, epoch: int) -> tuple[Note, ...]:
        if epoch:
            text = f"These are the vectors after epoch {epoch:,} of {self._record.n_epochs:,}."
        else:
            text = "These are the vectors before training: chance alone."
        return (*self._record.notes, Note("epoch", 1, text))


def epochs_of(name: str, *, alike: EmbeddingSpace | None = None) -> RunEpochs:
    """The epochs of a run; reads its words, once for all of them."""
    return RunEpochs(name, alike=alike)


def open_run_steps(name: str, epoch: int | None = None) -> Steps[EmbeddingSpace]:
    """Open a run after an epoch, by default the last that is kept; its labels ordered, its vectors measured.

    Raises OptionError where there is no such run or epoch, FormatError where it is damaged, FileAccessError where it
    was removed meanwhile.
    """
    yield Progress(0.0, f"Opening {PREFIX}{name}")
    space = RunEpochs(name).space(epoch)
    reading = Reading(space.vectors, space.source.format, space.labels, space.metadata, subwords=space.subwords)
    return (yield from finished_space(reading, space.source, space.notes))


def named_run_steps(text: str) -> Steps[EmbeddingSpace]:
    """Open what `run:NAME` or `run:NAME@EPOCH` says; raises as `open_run_steps` does."""
    name, epoch = parted(text)
    return (yield from open_run_steps(name, epoch))
