"""Drawing words as negatives: in proportion to their counts to the power of 3/4 (Mikolov et al. 2013, §2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from embedviz.space.arrays import CodeArray, RowArray, read_only

_POWER = 0.75
ChanceArray = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Noise:
    """An alias table: a word taken evenly stays with its `chances` uint32 of 2**32, else becomes its `others` int32."""

    chances: ChanceArray
    others: CodeArray

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> CodeArray:
        """Draw words, int32 of `shape`."""
        words = rng.integers(0, len(self.others), shape, np.int32)
        stays = rng.integers(0, 1 << 32, shape, np.uint32) <= self.chances[words]
        return np.where(stays, words, self.others[words])


def noise_of(counts: RowArray, compiled: ModuleType) -> Noise:
    """The table for words of these counts (int64, none of them 0)."""
    shares = counts.astype(np.float64) ** _POWER
    shares /= shares.mean()
    chances, others = np.empty(len(counts), np.uint32), np.empty(len(counts), np.int32)
    compiled.fill_alias_table(shares, chances, others, np.empty(len(counts), np.int32))
    return Noise(read_only(chances), read_only(others))


def keep_chances(counts: RowArray, subsample: float) -> ChanceArray:
    """How often a token of each word is read, of 2**32: all below the share `subsample` of the text, less above.

    The chance is sqrt(t / f) + t / f for a word of share f, as word2vec's program computes it.
    """
    if subsample <= 0:
        return np.full(len(counts), 0xFFFFFFFF, np.uint32)
    ratio = subsample * counts.sum() / counts
    chances: ChanceArray = (np.minimum(np.sqrt(ratio) + ratio, 1.0) * 0xFFFFFFFF).astype(np.uint32)
    return chances
