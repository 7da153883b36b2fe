"""How large the vectors are, measured once: what bounds the rounding error of a float32 scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.space.arrays import DoubleArray, FlagArray, FloatArray, RowArray, read_only

SMALLEST_USUAL, LARGEST_USUAL = 2.0**-80, 2.0**100
_SPREAD = 64.0
_MANY = 4096
_CHUNK_FLOATS = 1 << 18


@dataclass(frozen=True, eq=False)
class Magnitudes:
    """Which rows a float32 scan can rank, and the figures of those.

    `odd_rows` are finite and not zero, yet so long or so short that one float32 scale does not fit them and the rest:
    they are looked at in float64. `largest` is the longest norm of the usual rows; `inverse_norms` float32 (n_items,)
    is 1 / norm for the usual rows and 0 for all others.
    """

    odd_rows: RowArray
    largest: float
    inverse_norms: FloatArray


@dataclass(frozen=True, eq=False)
class Centered:
    """The usual rows about their mean: `mean` float64 (n_dims,), `half_squares` float32 (n_items,) |x - mean|² / 2."""

    mean: DoubleArray
    half_squares: FloatArray
    largest_half_square: float


def measure(norms: DoubleArray) -> Magnitudes:
    """Sort rows into usual and odd by their `norms` (float64, not finite where the vector is not)."""
    finite = np.isfinite(norms)
    ranked = finite & (norms > 0)
    lengths = norms[ranked]
    typical = float(np.median(lengths, overwrite_input=True)) if len(lengths) else LARGEST_USUAL
    limit = min(_SPREAD * typical, LARGEST_USUAL)
    if np.count_nonzero(lengths > limit) > _MANY:
        limit = LARGEST_USUAL
    with np.errstate(invalid="ignore"):
        odd = ranked & ((norms > limit) | (norms < SMALLEST_USUAL))
    usual = ranked & ~odd
    inverse = np.zeros(len(norms), np.float32)
    np.divide(1.0, norms, out=inverse, where=usual, casting="same_kind")
    largest = float(np.max(norms, initial=0.0, where=usual))
    return Magnitudes(read_only(np.flatnonzero(odd)), largest, read_only(inverse))


def center(vectors: FloatArray, usual: FlagArray) -> Centered:
    """Measure the rows marked `usual` (n_items, bool) about their mean, in float64 chunks."""
    n_items, n_dims = vectors.shape
    step = max(1, _CHUNK_FLOATS // max(1, n_dims))
    total = np.zeros(n_dims)
    for start in range(0, n_items, step):
        total += vectors[start : start + step][usual[start : start + step]].sum(axis=0, dtype=np.float64)
    mean = total / max(1, int(np.count_nonzero(usual)))
    halves = np.zeros(n_items, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, n_items, step):
            gaps = vectors[start : start + step] - mean
            halves[start : start + step] = np.einsum("ij,ij->i", gaps, gaps) / 2
    halves[~usual] = 0
    return Centered(read_only(mean), read_only(halves), float(halves.max(initial=0.0)))
