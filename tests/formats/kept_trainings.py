"""A training whose vectors are known in advance, kept by a RunKeeper as a real one is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from embedviz import formats
from embedviz.formats import KeptRun, RunKeeper
from embedviz.formats.fasttext_ngrams import NgramShape
from embedviz.formats.fasttext_subwords import Subwords
from embedviz.progress import finish
from embedviz.space.arrays import FloatArray
from embedviz.space.labels import Labels
from embedviz.space.run import EpochRecord, Run

WORDS = ("the", "König", "", "the", "日本", "e\N{COMBINING ACUTE ACCENT}")
N_DIMS, WIDTH, N_EPOCHS = 3, 16, 3
OPTIONS = {
    "algorithm": "skip-gram",
    "n_dims": N_DIMS,
    "epochs": N_EPOCHS,
    "n_threads": None,
    "lines": "sentences",
    "min_n": 1,
    "max_n": 2,
    "n_buckets": 7,
}


def matrix(epoch: int, part: int, width: int) -> FloatArray:
    """Numbers (n_words, width) of one matrix after an epoch; part 0 is the vectors."""
    return np.random.default_rng([epoch, part]).random((len(WORDS), width), np.float32) - np.float32(0.5)


def vectors_after(epoch: int) -> FloatArray:
    """What the training learned."""
    return matrix(epoch, 0, N_DIMS)


def state_after(epoch: int) -> tuple[np.ndarray[Any, Any], ...]:
    """The trainer's own matrices."""
    return matrix(epoch, 1, WIDTH), matrix(epoch, 2, WIDTH), np.arange(epoch, epoch + 4.0)


def record_of(epoch: int) -> EpochRecord:
    """The record of an epoch; NaN where a figure is missing."""
    missing = float("nan") if epoch == 2 else 0.5
    return EpochRecord(epoch, 2 / epoch, 1.5 / epoch, missing, 0.025, 1e6 / 3, f"“König” moved in epoch {epoch}.")


def run_of(n_epochs: int, *, stopped: bool = False) -> Run:
    """The whole run."""
    return Run(OPTIONS, tuple(map(record_of, range(1, n_epochs + 1))), 1234, len(WORDS), 7, 2, False, stopped)


def begin(keeper: RunKeeper, n_epochs: int = N_EPOCHS, *, corpus_name: str = "small world", **other: Any) -> None:
    """Begin as a training does that has read its text."""
    keeper.begin(
        **{
            "words": Labels.from_strings(WORDS),
            "counts": np.arange(len(WORDS), 0, -1),
            "n_dims": N_DIMS,
            "n_epochs": n_epochs,
            "options": OPTIONS,
            "corpus": "sample:small-world",
            "corpus_name": corpus_name,
            "n_tokens": 1234,
            "seed": 7,
            "column": None,
            "content_hash": "c0ffee",
            "n_threads": 2,
            "is_reproducible": False,
            **other,
        }
    )


def parts_after(epoch: int) -> Subwords:
    """Sub-words that the training learned, in four buckets of seven."""
    buckets = np.array([[0, 2, 5, 6], [3, 0, 1, 2]])
    return Subwords(matrix(epoch, 3, N_DIMS)[:4], NgramShape(1, 2, 7), buckets)


def keep(keeper: RunKeeper, epochs: Iterable[int], *, with_parts: bool = False) -> None:
    """Keep some epochs, one after the other, `with_parts` as a training that learns sub-words."""
    for epoch in epochs:
        vectors = vectors_after(epoch)
        record = record_of(epoch) if epoch else None
        parts = parts_after(epoch) if with_parts else None

        def rows(first: int, last: int, vectors: FloatArray = vectors) -> FloatArray:
            return vectors[first:last]

        finish(keeper.epoch_steps(epoch, record, rows, state_after(epoch), parts))


def kept_training(n_epochs: int = N_EPOCHS, *, title: str = "", **other: Any) -> str:
    """Keep a whole training; the name of the run."""
    keeper = RunKeeper(limit_bytes=other.pop("limit_bytes", 10**9))
    begin(keeper, n_epochs, **other)
    keep(keeper, range(n_epochs + 1))
    name = keeper.name
    keeper.finish(run_of(n_epochs))
    if title:
        formats.rename_run(name, title)
    return name


def check_whole(run: KeptRun, *, with_parts: bool = False) -> None:
    """All that a run names is what the training gave; figures are compared as text, since NaN is unlike itself."""
    spaces = formats.epochs_of(run.name)
    for epoch in run.kept_epochs:
        assert formats.epoch_vectors(run.name, epoch).tobytes() == vectors_after(epoch).tobytes()
        parts = spaces.space(epoch).subwords
        assert (parts is not None) == with_parts
        if isinstance(parts, Subwords):
            assert [each.tobytes() for each in (parts.table, parts.kept)] == [
                each.tobytes() for each in (parts_after(epoch).table, parts_after(epoch).kept)
            ]
    assert list(map(str, run.run.epochs)) == [str(record_of(epoch)) for epoch in range(1, len(run.run.epochs) + 1)]
    epoch, state = formats.run_state(run.name)
    assert [part.tobytes() for part in state] == [part.tobytes() for part in state_after(epoch)]
    assert epoch == run.kept_epochs[-1] == len(run.run.epochs)
    space = spaces.space()
    assert tuple(space.labels) == WORDS
    assert space.metadata["count"].values.tolist() == [6, 5, 4, 3, 2, 1]
