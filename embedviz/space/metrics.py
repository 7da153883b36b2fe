"""The four metrics by which items are near."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from embedviz.errors import OptionError
from embedviz.space.arrays import DoubleArray


@dataclass(frozen=True)
class Metric:
    """A metric: its name, how it reads on screen, and whether greater scores are nearer (a similarity)."""

    name: str
    title: str
    is_similarity: bool
    explanation: str


METRICS = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            Metric("cosine", "Cosine", True, "cosine similarity of unit vectors, greater is nearer"),
            Metric("dot", "Dot product", True, "dot product of raw vectors, greater is nearer"),
            Metric("euclidean", "Euclidean", False, "Euclidean distance of raw vectors, smaller is nearer"),
            Metric("manhattan", "Manhattan", False, "Manhattan distance of raw vectors, smaller is nearer"),
        )
    }
)


def metric_named(name: str) -> Metric:
    """The metric of that name; OptionError names the four there are."""
    if name not in METRICS:
        raise OptionError(f"There is no metric “{name}”; choose {', '.join(METRICS)}.")
    return METRICS[name]


def score_shares(metric: str, scores: DoubleArray) -> DoubleArray:
    """How long a bar each score of one answer gets (k,), 0..1.

    A cosine is its own length; a dot product is measured against the greatest; a distance d against the least,
    as least / d.
    """
    if not len(scores):
        return scores
    if metric == "cosine":
        return np.clip(scores, 0.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = scores / scores.max() if metric_named(metric).is_similarity else scores.min() / scores
    clipped: DoubleArray = np.clip(np.nan_to_num(shares, nan=1.0), 0.0, 1.0)
    return clipped
