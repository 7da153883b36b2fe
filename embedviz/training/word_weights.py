"""How much each word counts in the mean of a sentence: all alike, or the less the more frequent it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from embedviz.errors import OptionError
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace

Weighting = Literal["mean", "frequency"]

COUNT_COLUMN = "count"
SMOOTHING = 1e-3
"""The a of a / (a + p): Arora, Liang and Ma, A Simple but Tough-to-Beat Baseline for Sentence Embeddings, 2017, §4."""


@dataclass(frozen=True, eq=False)
class WordWeights:
    """The weight of each word of a space in a sentence.

    By `mean` every word weighs 1. By `frequency` (smooth inverse frequency, SIF) a word of probability p weighs
    a / (a + p), where p is its count by the sum of all counts; a word without a count weighs 1, the limit for p = 0.
    The common component that SIF takes away afterwards is left in: a single sentence has none.
    """

    weighting: Weighting
    counts: DoubleArray | None
    total: float

    def of(self, rows: RowArray) -> DoubleArray:
        """The weights (n,) of the words in some rows; rows that are not in the space weigh 1."""
        weights = np.ones(len(rows))
        if self.counts is not None and self.total > 0:
            inside = (rows >= 0) & (rows < len(self.counts))
            weights[inside] = SMOOTHING / (SMOOTHING + self.counts[rows[inside]] / self.total)
        return read_only(weights)

    @property
    def said(self) -> str:
        """The weighting in words."""
        return "weighted by inverse frequency" if self.weighting == "frequency" else "mean"


def word_weights(space: EmbeddingSpace, weighting: Weighting) -> WordWeights:
    """The weights of the words of a space; OptionError for `frequency` where it has no column `count`."""
    if weighting not in get_args(Weighting):
        raise OptionError(f"The weighting is {weighting!r}; choose {' or '.join(get_args(Weighting))}.")
    if weighting == "mean":
        return WordWeights("mean", None, 0.0)
    if not has_counts(space):
        raise OptionError(
            f"“{space.source.name}” has no numbers in a column “{COUNT_COLUMN}”, so its words cannot be weighted by "
            "frequency; choose the mean, or add a table with that column."
        )
    column = space.metadata[COUNT_COLUMN]
    counts = np.asarray(column.values, np.float64)
    usable = np.isfinite(counts) & (counts > 0) & ~column.missing
    counts = np.where(usable, counts, 0.0)
    return WordWeights("frequency", read_only(counts), float(counts.sum()))


def has_counts(space: EmbeddingSpace) -> bool:
    """Whether the words of a space have counts: a column of numbers called `count`."""
    return COUNT_COLUMN in space.metadata and space.metadata[COUNT_COLUMN].kind == "number"
