"""Density: how many items lie near each item on the plane, by a smoothed histogram."""

from __future__ import annotations

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FlagArray, FloatArray

NEAR_SHARE = 0.01

_RADIUS_CELLS = 4
_CHUNK_ROWS = 1 << 18
_SAMPLE = 200_000
_OUTSIDE = 0.1  # percent of the items at each end of an axis that may lie outside of the grid
_TEXT = "Measuring density"


def density_steps(points: FloatArray) -> Steps[DoubleArray]:
    """About how many of `points` float32 (n, 2) lie within 1 % of the plot's longer side of each, float64 (n,).

    Each counts itself, so the least is 1; NaN where a point is not finite. The few that lie far outside of the others
    count as alone.
    """
    n_points = len(points)
    near: DoubleArray = np.full(n_points, np.nan)
    yield Progress(0.0, _TEXT)
    low, side = _square(points)
    n_cells = round(_RADIUS_CELLS / NEAR_SHARE)
    width = n_cells + 2 * (_RADIUS_CELLS + 1)
    counts = np.zeros(width * width, np.int64)
    for start in range(0, n_points, _CHUNK_ROWS):
        yield Progress(0.4 * start / n_points, _TEXT)
        places, inside = _places(points[start : start + _CHUNK_ROWS], low, side, n_cells)
        cells = places[inside].astype(np.int64)
        counts += np.bincount(cells[:, 1] * width + cells[:, 0], minlength=width * width)
    smooth = _within_radius(counts.reshape(width, width).astype(np.float64))
    for start in range(0, n_points, _CHUNK_ROWS):
        yield Progress(0.5 + 0.5 * start / n_points, _TEXT)
        chunk = points[start : start + _CHUNK_ROWS]
        places, inside = _places(chunk, low, side, n_cells)
        found = np.where(np.isfinite(chunk).all(axis=1), 1.0, np.nan)
        found[inside] = np.maximum(_between(smooth, places[inside] - 0.5), 1.0)
        near[start : start + _CHUNK_ROWS] = found
    return near


def _square(points: FloatArray) -> tuple[DoubleArray, float]:
    """The corner and the side of the square that holds almost all finite points."""
    sample = points[:: max(1, len(points) // _SAMPLE)]
    sample = sample[np.isfinite(sample).all(axis=1)].astype(np.float64)
    if not len(sample):
        return np.zeros(2), 1.0
    low, high = np.percentile(sample, [_OUTSIDE, 100 - _OUTSIDE], axis=0)
    side = float((high - low).max())
    return low - 0.05 * side, 1.1 * side if side > 0 else 1.0


def _places(points: FloatArray, low: DoubleArray, side: float, n_cells: int) -> tuple[DoubleArray, FlagArray]:
    """Where points lie in cells, with the margin that the radius needs, and which of them lie in the square."""
    with np.errstate(invalid="ignore", over="ignore"):
        places = (points.astype(np.float64) - low) * (n_cells / side)
        inside: FlagArray = np.all((places >= 0) & (places < n_cells), axis=1)
    return places + (_RADIUS_CELLS + 1), inside


def _within_radius(counts: DoubleArray) -> DoubleArray:
    """The sums of `counts` over a disc about the middle of each cell."""
    reach = _RADIUS_CELLS
    offsets = np.arange(-reach - 1, reach + 2)
    away = np.hypot(offsets[:, None], offsets[None, :])
    weights = np.clip(reach + 0.5 - away, 0.0, 1.0)
    weights *= np.pi * reach**2 / weights.sum()
    padded = np.pad(counts, reach + 1)
    height, width = counts.shape
    sums = np.zeros_like(counts)
    for row, column in np.argwhere(weights > 0).tolist():
        sums += weights[row, column] * padded[row : row + height, column : column + width]
    return sums


def _between(values: DoubleArray, places: DoubleArray) -> DoubleArray:
    """Values (h, w) at `places` (n, 2) in x and y, between the middles of cells."""
    corner = places.astype(np.int64)
    (x, y), (right, down) = corner.T, (places - corner).T
    upper = values[y, x] * (1 - right) + values[y, x + 1] * right
    lower = values[y + 1, x] * (1 - right) + values[y + 1, x + 1] * right
    found: DoubleArray = upper * (1 - down) + lower * down
    return found
