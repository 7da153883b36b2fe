"""Where a training stands while it runs, where it may begin, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from embedviz.formats.fasttext_subwords import Subwords
from embedviz.space.arrays import FloatArray
from embedviz.space.composing import Composer
from embedviz.space.run import EpochRecord


@dataclass(frozen=True, eq=False)
class Moment:
    """A moment of a training, to be looked at before its next step, which changes what is seen.

    `epoch` counts the epochs that are done. `rows(first, last)` gives the vectors of some words as they are now,
    float32 (last - first, n_dims), perhaps without copying. `state` are the trainer's own matrices, from which it can
    go on. `record` stands at the end of an epoch; without it, `is_start` tells the moment before the first. `parts` are
    the sub-words that are learned, if any, as they are now.
    """

    epoch: int
    rows: Callable[[int, int], FloatArray]
    state: tuple[FloatArray, ...] = ()
    record: EpochRecord | None = None
    is_start: bool = False
    parts: Subwords | None = None


@dataclass(frozen=True)
class EpochKept:
    """The vectors after these `epochs` (ascending, 0 before the first) are kept by now, as those of the run `run`."""

    run: str
    epochs: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Start:
    """Where a training begins that does not begin anew: the `state` of a Moment, and the records of epochs done."""

    state: tuple[FloatArray, ...]
    records: tuple[EpochRecord, ...] = ()


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training learned: `vectors` float32 (n_words, n_dims), a record per epoch, and how it was computed.

    `stopped` says that it was ended early; the last record is then of an unfinished epoch. `remarks` are sentences
    about what was changed while it ran. `composer` gives vectors to words that were not learned, where it can.
    """

    vectors: FloatArray
    records: tuple[EpochRecord, ...]
    is_reproducible: bool
    n_threads: int
    stopped: bool
    remarks: tuple[str, ...] = ()
    composer: Composer | None = None
