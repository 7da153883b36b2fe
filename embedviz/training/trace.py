"""What an epoch changed, in one sentence: whose neighbors changed most, and how settled the rest is."""

from __future__ import annotations

import math

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import CodeArray, FloatArray, read_only
from embedviz.space.labels import Labels

N_FREQUENT, N_NEAREST = 2_000, 10
_KEPT_SHARE = 0.7
_N_NAMED = 3
_CHUNK = 64
_MOST_PRODUCTS = 2_000_000_000
_LONGEST_NAME = 24


def neighborhoods_steps(vectors: FloatArray, n_words: int = N_FREQUENT) -> Steps[CodeArray]:
    """The 10 nearest of the first `n_words` rows to each of them by cosine, int32 (n, 10), nearest first.

    Fewer than 10 where there are not so many words, and fewer words where so many dimensions take long; ties by row.
    """
    n_words = min(n_words, math.isqrt(_MOST_PRODUCTS // vectors.shape[1]))
    unit = vectors[:n_words] / np.maximum(np.linalg.norm(vectors[:n_words], axis=1, keepdims=True), 1e-30)
    n, k = len(unit), min(N_NEAREST, len(unit) - 1)
    nearest = np.empty((n, k), np.int32)
    for start in range(0, n, _CHUNK):
        scores = unit[start : start + _CHUNK] @ unit.T
        rows = np.arange(len(scores))
        scores[rows, start + rows] = -np.inf
        best = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
        order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
        nearest[start : start + _CHUNK] = np.take_along_axis(best, order, axis=1)
        yield Progress(None, f"Comparing {n:,} words")
    return read_only(nearest)


def kept_neighbors(before: CodeArray, after: CodeArray) -> CodeArray:
    """How many neighbors of each word in `before` (n, k) are among those in `after` (n, k), int32 (n,)."""
    kept: CodeArray = (before[:, :, None] == after[:, None, :]).sum(axis=(1, 2), dtype=np.int32)
    return kept


def first_sentence(words: Labels, nearest: CodeArray) -> str:
    """The sentence of the first epoch: whom the most frequent words stand next to, pairs not said twice."""
    pairs: list[tuple[int, int]] = []
    for word, other in enumerate(nearest[:, 0].tolist()):
        if (other, word) not in pairs:
            pairs.append((word, other))
        if len(pairs) == _N_NAMED:
            break
    said = [f"{_shown(words[word])} to {_shown(words[other])}" for word, other in pairs]
    said[0] = said[0].replace(" to ", " is nearest to ", 1)
    return f"The first neighbourhoods: {_listed(said)}."


def change_sentence(words: Labels, before: CodeArray, after: CodeArray) -> str:
    """The sentence of a later epoch: whose neighbors changed most since the one before, and how settled the rest is."""
    n, k = after.shape
    kept = kept_neighbors(before, after)
    least = -(-int(10 * _KEPT_SHARE) * k // 10)
    share = int(100 * np.count_nonzero(kept >= least) / n)
    of_all = f"the {n:,} most frequent words" if len(words) > n else f"all {n:,} words"
    settled = f"{share} % of {of_all} kept at least {least} of {k}."
    moved = [row for row in np.argsort(kept, kind="stable")[:_N_NAMED].tolist() if kept[row] < k]
    if not moved:
        return f"No word changed its neighbours; {settled}"
    named = _listed([_shown(words[row]) for row in moved])
    whose = "their" if len(moved) > 1 else "its"
    return f"{named} changed {whose} neighbours most; {settled}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _shown(word: str) -> str:
    return f"“{word if len(word) <= _LONGEST_NAME else word[: _LONGEST_NAME - 1] + '…'}”"
