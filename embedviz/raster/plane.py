"""The plane, or the space, that is drawn: two or three axes of a projection, and what they are called."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import OptionError
from embedviz.space.arrays import DoubleArray, FloatArray, read_only
from embedviz.space.projection import Projection

Axes = tuple[int, ...]

N_SOLID = 3
_BLOCK_ROWS = 1 << 13  # which stay in the processor's cache while their columns are taken


def plane_points(projection: Projection, axes: Axes = (0, 1)) -> FloatArray:
    """The points (n_items, 2) float32 in C order on the first two axes; the second is zero where there is but one.

    The last plane is kept with its projection: what a worker laid out, the window need not.
    """
    axes = axes[:2]
    known = projection.planes.get(axes)
    if known is None:
        known = read_only(np.ascontiguousarray(on_plane(projection.points, axes), np.float32))
        projection.planes.clear()
        projection.planes[axes] = known
    return known


def solid_points(projection: Projection, axes: Axes) -> FloatArray:
    """The points (n_items, 3) float32 in C order on three axes; OptionError for an axis that is not there."""
    if len(axes) != N_SOLID:
        raise OptionError(f"A plot in space has three axes, not {len(axes)}.")
    return read_only(np.ascontiguousarray(on_plane(projection.points, axes), np.float32))


def is_solid(projection: Projection | None, axes: Axes) -> bool:
    """Whether three axes are asked for and the projection has components for them."""
    return projection is not None and len(axes) == N_SOLID and projection.n_components >= N_SOLID


def on_plane(coordinates: FloatArray | DoubleArray, axes: Axes = (0, 1)) -> FloatArray | DoubleArray:
    """Columns of `coordinates` (n, n_components), two or three; OptionError for an axis that is not there."""
    n_components = coordinates.shape[1]
    if n_components == 1:
        line: NDArray[Any] = np.column_stack([coordinates[:, 0], np.zeros_like(coordinates[:, 0])])
        return line
    for axis in axes:
        if not 0 <= axis < n_components:
            raise OptionError(
                f"Axis {axis:,} was asked for, and the projection has the axes 0 to {n_components - 1:,}."
            )
    plane: NDArray[Any] = np.empty((len(coordinates), len(axes)), coordinates.dtype)
    for start in range(0, len(coordinates), _BLOCK_ROWS):
        block = coordinates[start : start + _BLOCK_ROWS]
        for column, axis in enumerate(axes):
            plane[start : start + _BLOCK_ROWS, column] = block[:, axis]
    return plane


def axis_title(projection: Projection, axis: int) -> str:
    """An axis in words: its name, and its share of the variance where that is known."""
    if axis >= projection.n_components:
        return ""
    name, ratio = projection.axis_names[axis], projection.explained_variance_ratio
    return name if ratio is None else f"{name} ({100 * float(ratio[axis]):.1f} %)"
