"""Vectors that are still being learned as a moving picture: a point for each word, in a frame that turns gently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.space.arrays import DoubleArray, FloatArray, read_only
from embedviz.space.labels import Labels
from embedviz.training.moment import Moment

MOST_FLOATS = 1_000_000
"""Of so many numbers a frame is made; of more words only the most frequent are in it."""

_FLOATS_AT_ONCE = 1 << 16
_N_LEADING = 4_096


@dataclass(frozen=True, eq=False)
class Frame:
    """The `points` float32 (n, 2) of the first, most frequent of `words` after `epoch` epochs and a part of the next.

    They are centred, and scaled to a mean square distance of 1 from the centre; `spread` is what it was.
    """

    epoch: int
    words: Labels
    points: FloatArray
    spread: float


class Camera:
    """Sees each frame along two axes, which turn a little from frame to frame toward the directions of most variance.

    A frame takes one step of orthogonal iteration (Golub & Van Loan, Matrix Computations, §8.2.4): the axes are
    multiplied by the covariance, and the orthonormal pair nearest to that (the polar factor) is taken. So they come to
    span the plane of PCA of the 4,096 most frequent words, and never jump, flip or spin. Of all `words` only the first
    `n_words` may be looked at.
    """

    def __init__(self, words: Labels, n_dims: int, *, seed: int, n_words: int | None = None) -> None:
        self._words = words
        self._n = max(1, min(len(words) if n_words is None else n_words, MOST_FLOATS // n_dims))
        axes = np.random.default_rng([seed, 2]).standard_normal((n_dims, 2)).astype(np.float32)
        self._axes = _orthonormal(axes)

    def see(self, moment: Moment) -> Frame:
        """The frame of a moment."""
        step = max(1, _FLOATS_AT_ONCE // len(self._axes))
        points = np.empty((self._n, 2), np.float32)
        for first in range(0, self._n, step):
            np.matmul(moment.rows(first, min(first + step, self._n)), self._axes, out=points[first : first + step])
        points -= points.mean(axis=0, dtype=np.float64).astype(np.float32)
        self._axes = self._turned(moment)
        spread = float(np.sqrt(np.mean(np.einsum("ij,ij->i", points, points, dtype=np.float64))))
        if spread > 0 and np.isfinite(spread):
            points /= np.float32(spread)
        return Frame(moment.epoch, self._words, read_only(points), spread)

    def _turned(self, moment: Moment) -> FloatArray:
        """The axes one step on."""
        rows = moment.rows(0, min(self._n, _N_LEADING))
        rows = rows - rows.mean(axis=0)
        return _orthonormal(rows.T @ (rows @ self._axes), otherwise=self._axes)


def _orthonormal(axes: FloatArray | DoubleArray, otherwise: FloatArray | None = None) -> FloatArray:
    """The orthonormal columns nearest to `axes` (n_dims, 2); `otherwise` where they are not finite or fall together."""
    if otherwise is not None and not np.isfinite(axes).all():
        return otherwise
    left, sizes, right = np.linalg.svd(axes, full_matrices=False)
    if otherwise is not None and sizes[-1] <= 1e-12 * max(float(sizes[0]), 1e-30):
        return otherwise
    nearest: FloatArray = (left @ right).astype(np.float32)
    return nearest
