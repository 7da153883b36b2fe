"""Keeping a training while it runs, so that every epoch can be seen again, and a killed one goes on.

Nothing that goes wrong here ends the training: the keeper says what it was, keeps what is whole, and rests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import EmbedvizError, OptionError
from embedviz.formats import run_folders
from embedviz.formats.atomic import reason
from embedviz.formats.fasttext_subwords import Subwords
from embedviz.formats.run_arrays import ArrayFacts, in_memory, write_steps
from embedviz.formats.run_holding import HeldRun
from embedviz.formats.run_record import (
    COUNTS,
    OFFSETS,
    PART_ROWS,
    WORDS,
    RunRecord,
    Written,
    epoch_file,
    parts_file,
    read_record,
    state_file,
    write_record,
)
from embedviz.formats.run_room import LIMIT_BYTES, THINNED, make_room, thinning_note
from embedviz.formats.run_store import folder_of
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.space.labels import Labels
from embedviz.space.run import EpochRecord, Run
from embedviz.space.source import Note

_FLOAT = np.dtype("<f4")
_UNWRITTEN = ArrayFacts("|u1", (0,), 1, ())

Rows = Callable[[int, int], FloatArray]
_Files = tuple[tuple[str, NDArray[Any]], ...]


class RunKeeper:
    """Keeps one training in the runs folder: `begin`, `epoch_steps` from epoch 0 (before training), then `finish`.

    `limit_bytes` bounds what all runs take; `resume` is an interrupted or stopped run that goes on from its last epoch
    and is let go of in the end. `close` in any case: a run that was not finished is interrupted then, as one that was
    killed is; `abandon` removes it. To be used by one thread; `name` and `trouble` may be read by others.
    """

    def __init__(self, *, limit_bytes: int = LIMIT_BYTES, resume: HeldRun | None = None) -> None:
        self._limit_bytes = limit_bytes
        self._resumed = resume
        self._folder: Path | None = None
        self._lock = None if resume is None else resume.lock
        self._planned: RunRecord | None = None  # what will be written with the first epoch
        self._written: RunRecord | None = None
        self._words: _Files = ()
        self._trouble = ""

    @property
    def name(self) -> str:
        """The name of the run, by which it is opened as `run:NAME`; empty where it is not kept."""
        return "" if self._folder is None else self._folder.name

    @property
    def trouble(self) -> str:
        """Why no more is kept, as a sentence; empty while all is well."""
        return self._trouble

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs that are kept by now, ascending."""
        return () if self._written is None else tuple(sorted(self._written.kept))

    @property
    def last_epoch(self) -> int | None:
        """The last epoch that is kept, after which the training would go on; None before there is one."""
        return None if self._written is None else self._written.state_epoch

    def begin(
        self,
        *,
        words: Labels,
        counts: RowArray,
        n_dims: int,
        n_epochs: int,
        options: Mapping[str, Any],
        corpus: str,
        corpus_name: str,
        n_tokens: int,
        seed: int,
        column: str | None = None,
        content_hash: str | None = None,
        n_threads: int = 1,
        is_reproducible: bool = True,
        state_bytes: int | None = None,
        n_parts: int = 0,
        notes: Sequence[Note] = (),
    ) -> None:
        """Find a name and room for the run, or take up the one that is resumed.

        `corpus` is what to open again, `corpus_name` what a person calls it; `options` are those of the training as
        JSON can hold them; `state_bytes` those of the matrices that `epoch_steps` will get, by default two of vectors;
        `n_parts` counts the sub-words whose vectors it will get.
        """
        of_counts = np.asarray(counts, "<i8")
        self._words = ((WORDS, words.buffer), (OFFSETS, words.offsets), (COUNTS, of_counts))
        epoch_bytes = _FLOAT.itemsize * (len(words) + n_parts) * n_dims
        with self._noting_trouble():
            if self._resumed is not None:
                self._take_up(self._resumed.kept.name, n_dims, notes)
                return
            with run_folders.alone() as runs:
                run_folders.sweep(runs)
                beside = 2 * _FLOAT.itemsize * len(words) * n_dims if state_bytes is None else state_bytes
                every = make_room(n_epochs, epoch_bytes, beside, self._limit_bytes)
                self._folder, self._lock = run_folders.make_folder(runs, corpus_name)
            self._planned = RunRecord(
                run=Run(dict(options), (), n_tokens, len(words), seed, n_threads, is_reproducible, stopped=False),
                corpus=corpus,
                corpus_name=corpus_name,
                column=column,
                content_hash=content_hash,
                n_dims=n_dims,
                n_epochs=n_epochs,
                every=every,
                status="running",
                began=datetime.now(UTC),
                ended=None,
                notes=(*notes, *thinning_note(every, n_epochs, epoch_bytes)),
                words=(_UNWRITTEN, _UNWRITTEN, _UNWRITTEN),
            )

    def epoch_steps(
        self,
        epoch: int,
        record: EpochRecord | None,
        rows: Rows,
        state: Sequence[NDArray[Any]],
        parts: Subwords | None = None,
    ) -> Steps[None]:
        """Keep an epoch: the vectors, whose rows from one to another `rows` gives, and the trainer's own matrices.

        `parts` are the sub-words of a training that learns some. Epochs ascend; 0, without a record, is before
        training. None of it may change meanwhile. Once this has returned, the epoch outlives the process. Closing it
        leaves the run as it was after the epoch before.
        """
        if self.last_epoch is not None and epoch <= self.last_epoch:
            raise OptionError(f"Epoch {epoch} is kept already; the last was {self.last_epoch}.")
        folder, planned = self._folder, self._planned
        if self._trouble or folder is None or planned is None:
            return
        with self._noting_trouble():
            try:
                written = yield from self._files_steps(folder, planned, epoch, rows, state)
                if parts is not None:
                    written = yield from _parts_steps(folder, written, epoch, parts)
                if record is not None:
                    written = replace(written, run=replace(written.run, epochs=(*written.run.epochs, record)))
                self._commit(written)
            finally:
                self._tidy()

    def finish(self, run: Run, notes: Sequence[Note] = ()) -> None:
        """State that the training is complete, or was stopped, what it was and what it noted; then `close`."""
        if self._written is not None:
            notes = (*self._written.notes, *notes)
            if self._trouble:
                notes = (*notes, Note("not_kept", 1, self._trouble))
            with self._noting_trouble():
                status: Written = "stopped" if run.stopped else "complete"
                self._commit(replace(self._written, run=run, status=status, ended=datetime.now(UTC), notes=notes))
            self._tidy()
        self.close()

    def abandon(self) -> None:
        """Remove the run, as the person gave it up; one that was resumed stays as it was after its last kept epoch."""
        if self._resumed is None:
            self._written = None
        self.close()

    def close(self) -> None:
        """Let go of the run; what is kept of it stays. Doing so again does nothing."""
        folder, lock = self._folder, self._lock
        self._folder = self._lock = self._planned = None
        if lock is not None:
            lock.release()
        if folder is not None and self._written is None:
            with suppress(OSError):
                run_folders.discard(folder)

    def _take_up(self, name: str, n_dims: int, notes: Sequence[Note]) -> None:
        """Go on with a run that was not completed; OptionError where it is not of these words."""
        folder = folder_of(name)
        before = read_record(folder)
        named = before.files()
        is_same = all(np.array_equal(in_memory(folder / file, named[file]), words) for file, words in self._words)
        if not is_same or before.n_dims != n_dims:
            raise OptionError(f"The text has other words now than when the run “{name}” began")
        self._folder, self._written = folder, _going_on(before, notes)
        self._planned = self._written
        self._tidy()

    def _files_steps(
        self, folder: Path, planned: RunRecord, epoch: int, rows: Rows, state: Sequence[NDArray[Any]]
    ) -> Steps[RunRecord]:
        """Write the files of an epoch, with the first those of the words; the record that names them."""
        text = f"Keeping epoch {epoch}"
        facts: list[ArrayFacts] = []
        for file, array in self._words if self._written is None else ():
            facts.append((yield from within(_array_steps(folder / file, array, text), 0.0, 0.1)))
        shape = (planned.run.n_words, planned.n_dims)
        writing = write_steps(folder / epoch_file(epoch), _FLOAT, shape, rows, text)
        kept = {each: array for each, array in planned.kept.items() if each % planned.every == 0}
        kept[epoch] = yield from within(writing, 0.1, 0.5)
        parts: list[ArrayFacts] = []
        for part, matrix in enumerate(state):
            writing = _array_steps(folder / state_file(epoch, part), matrix, text)
            low, high = ((part + end) / len(state) for end in (0, 1))
            parts.append((yield from within(writing, 0.5 + low / 2, 0.5 + high / 2)))
        words = (facts[0], facts[1], facts[2]) if facts else planned.words
        yield Progress(1.0, text)
        return replace(planned, words=words, kept=kept, state_epoch=epoch, state=tuple(parts))

    def _commit(self, record: RunRecord) -> None:
        assert self._folder is not None, "the run was begun"
        write_record(self._folder, record)
        self._planned = self._written = record

    def _tidy(self) -> None:
        """Remove what no record names: files half written, and those of epochs and states that others replaced."""
        if self._folder is not None:
            run_folders.tidy(self._folder, () if self._written is None else self._written.files())

    @contextmanager
    def _noting_trouble(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EmbedvizError) as error:
            why = reason(error) if isinstance(error, OSError) else str(error).removesuffix(".")
            self._trouble = f"The epochs of this training are not kept any more: {why}. The training goes on."
            if self._written is None:
                self.close()


def _going_on(record: RunRecord, notes: Sequence[Note]) -> RunRecord:
    """The record of a run that goes on from its state, without what was noted when it ended."""
    epoch = record.state_epoch
    kept = {each: facts for each, facts in record.kept.items() if each <= epoch}
    parts = {each: facts for each, facts in record.parts.items() if each <= epoch}
    run = replace(record.run, epochs=tuple(each for each in record.run.epochs if each.epoch <= epoch), stopped=False)
    notes = (*(note for note in record.notes if note.kind == THINNED), *notes)
    return replace(record, run=run, kept=kept, parts=parts, status="running", ended=None, notes=notes)


def _parts_steps(folder: Path, record: RunRecord, epoch: int, parts: Subwords) -> Steps[RunRecord]:
    """Write the sub-words of an epoch, with the first which buckets they are of; the record that names them too."""
    table, rows, text = parts.table, record.part_rows, f"Keeping epoch {epoch}"
    assert isinstance(table, np.ndarray), "what is learned stands in memory"
    assert parts.kept is not None, "a training learns the buckets of its words"
    if rows is None:
        rows = yield from _array_steps(folder / PART_ROWS, parts.kept, text)
    kept = {each: facts for each, facts in record.parts.items() if each in record.kept}
    kept[epoch] = yield from _array_steps(folder / parts_file(epoch), table, text)
    return replace(record, part_rows=rows, parts=kept)


def _array_steps(path: Path, array: NDArray[Any], text: str) -> Steps[ArrayFacts]:
    dtype = array.dtype.newbyteorder("<")
    return write_steps(path, dtype, array.shape, lambda start, stop: array[start:stop], text)
