"""What a score is worth: how two items taken at random score, so that one can say how rare a neighbour is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from embedviz.errors import EmbedvizError
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import unranked_rows

N_PAIRS, SEED = 100_000, 1
_CHUNK_FLOATS = 1 << 18


@dataclass(frozen=True, eq=False)
class NullScores:
    """Scores of pairs of different items by one metric: `nearness` float64, ascending, greater is nearer.

    The pairs were drawn at random with `seed`, or are all there are, where those are no more (`is_whole`).
    """

    metric: str
    nearness: DoubleArray
    seed: int
    is_whole: bool

    @property
    def n_pairs(self) -> int:
        """How many pairs there are."""
        return len(self.nearness)

    def share_farther(self, score: float) -> float:
        """The share of the pairs, 0..1, that are less near than `score`; equal ones do not count."""
        nearness = score if metric_named(self.metric).is_similarity else -score
        return float(np.searchsorted(self.nearness, nearness, side="left")) / self.n_pairs

    def share_text(self, score: float) -> str:
        """That share in percent, rounded down, with no more digits than the number of pairs can tell."""
        share, finest = self.share_farther(score), 1 / self.n_pairs
        most = max(0, min(3, math.floor(math.log10(self.n_pairs)) - 2))
        if share > 1 - finest / 2:
            return "100 %" if self.is_whole else f"> {_down(1 - finest, most)} %"
        digits = next((digits for digits in range(1, most) if share < 1 - 10.0 ** -(2 + digits)), most)
        return f"{_down(share, min(digits, most))} %"

    @property
    def pairs_text(self) -> str:
        """Which pairs they are, in words."""
        if self.is_whole:
            return f"all {self.n_pairs:,} pairs of items"
        return f"{self.n_pairs:,} random pairs of items (seed {self.seed})"


def null_steps(space: EmbeddingSpace, metric: str, *, n_pairs: int = N_PAIRS, seed: int = SEED) -> Steps[NullScores]:
    """Score `n_pairs` random pairs of different ranked items by `metric`, or every pair where there are no more.

    Raises EmbedvizError where fewer than two items are ranked, OptionError for another metric.
    """
    chosen = metric_named(metric)
    ranked = np.setdiff1d(np.arange(space.n_items), unranked_rows(space, chosen), assume_unique=True)
    n_ranked = len(ranked)
    if n_ranked < 2:
        raise EmbedvizError("Fewer than two items can be ranked, so there are no pairs to compare with.")
    is_whole = n_ranked * (n_ranked - 1) // 2 <= n_pairs
    first, second = _every_pair(n_ranked) if is_whole else _random_pairs(n_ranked, n_pairs, seed)
    scores = np.empty(len(first))
    step = max(1, _CHUNK_FLOATS // max(1, space.n_dims))
    for start in range(0, len(first), step):
        yield Progress(start / len(first), "Scoring random pairs")
        part = slice(start, start + step)
        one = space.vectors[ranked[first[part]]].astype(np.float64)
        other = space.vectors[ranked[second[part]]].astype(np.float64)
        scores[part] = _pair_scores(one, other, metric)
    nearness = np.sort(scores if chosen.is_similarity else -scores)
    return NullScores(metric, read_only(nearness), seed, is_whole)


def _every_pair(n_items: int) -> tuple[RowArray, RowArray]:
    first, second = np.triu_indices(n_items, 1)
    return first, second


def _random_pairs(n_items: int, n_pairs: int, seed: int) -> tuple[RowArray, RowArray]:
    """Ordered pairs of two different positions, each as likely as any other."""
    random = np.random.default_rng(seed)
    first = random.integers(0, n_items, n_pairs)
    return first, (first + random.integers(1, n_items, n_pairs)) % n_items


def _pair_scores(one: DoubleArray, other: DoubleArray, metric: str) -> DoubleArray:
    """The scores of two rows of vectors, position by position."""
    if metric in ("cosine", "dot"):
        products: DoubleArray = (one * other).sum(axis=1)
        if metric == "dot":
            return products
        lengths = np.sqrt((one * one).sum(axis=1)) * np.sqrt((other * other).sum(axis=1))
        cosines: DoubleArray = np.clip(products / lengths, -1.0, 1.0)
        return cosines
    gaps = np.abs(one - other)
    distances: DoubleArray = np.sqrt((gaps * gaps).sum(axis=1)) if metric == "euclidean" else gaps.sum(axis=1)
    return distances


def _down(share: float, digits: int) -> str:
    """A share in percent, rounded down to some digits; a rounding error of the product does not take one away."""
    scale = 10**digits
    return f"{math.floor(share * 100 * scale + 1e-6) / scale:.{digits}f}"
