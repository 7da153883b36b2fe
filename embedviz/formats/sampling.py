"""Readings cut down to a random sample, and the files beside them, which are about all rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from embedviz.formats.companions import attach
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Reading, Wish
from embedviz.formats.row_sample import RowSample
from embedviz.progress import Steps

_ABOUT_MEMORY = "memory_mapped"


def attach_sampled(reading: Reading, probe: Probe, wish: Wish) -> Steps[Reading]:
    """Give a reading what stands beside it, as `attach` does, then keep the sample that was asked for, if one was."""
    if wish.sample is None:
        return (yield from attach(reading, probe, wish))
    if reading.drawn_from is None:
        return drawn((yield from attach(reading, probe, wish)), wish.sample)
    if reading.labels is None or wish.labels is not None or wish.metadata is not None:
        n_items, vectors = reading.drawn_from, reading.vectors
        stand_in = np.broadcast_to(np.float32(0), (n_items, vectors.shape[1]))  # only its length is looked at
        attached = yield from attach(replace(reading, vectors=stand_in), probe, wish)
        reading = replace(_beside(attached, wish.sample, n_items), vectors=vectors)
    return replace(reading, notes=(*reading.notes, wish.sample.note(reading.drawn_from or 0)))


def drawn(reading: Reading, sample: RowSample) -> Reading:
    """The rows of a sample of a whole reading; vectors that were mapped because they are many come into memory."""
    n_items = len(reading.vectors)
    rows = sample.rows(n_items)
    kept = replace(
        _beside(reading, sample, n_items),
        vectors=np.ascontiguousarray(reading.vectors[rows]),
        norms=None if reading.norms is None else reading.norms[rows],
    )
    notes = [note for note in reading.notes if note.kind != _ABOUT_MEMORY]
    return replace(kept, notes=(*notes, sample.note(n_items)))


def _beside(reading: Reading, sample: RowSample, n_items: int) -> Reading:
    """Labels and metadata of the rows of a sample."""
    rows = sample.rows(n_items)
    labels = None if reading.labels is None else reading.labels.subset(rows)
    return replace(reading, labels=labels, metadata=None if reading.metadata is None else reading.metadata.take(rows))
