"""The projection: coordinates of all items, the method that made them, and how faithful they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from embedviz.space.arrays import DoubleArray, FloatArray, read_only


@dataclass(frozen=True, eq=False)
class Projection:
    """Coordinates `points` float32 (n_items, n_components), NaN where the vector is not finite.

    Linear methods also hold `mean` (n_dims,) and `components` (n_components, n_dims), float64, by which any vector of
    the space can be placed, and `explained_variance_ratio` (n_components,), shares of the whole variance in 0..1.
    """

    points: FloatArray
    method: str
    axis_names: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    mean: DoubleArray | None = None
    components: DoubleArray | None = None
    explained_variance: DoubleArray | None = None
    explained_variance_ratio: DoubleArray | None = None

    def __post_init__(self) -> None:
        for array in (self.points, self.mean, self.components, self.explained_variance, self.explained_variance_ratio):
            if array is not None:
                read_only(array)

    @property
    def n_components(self) -> int:
        """How many coordinates each item has."""
        return int(self.points.shape[1])

    @cached_property
    def planes(self) -> dict[tuple[int, ...], FloatArray]:
        """The plane that is drawn, by its axes, (n_items, 2): one at most, filled by `raster.plane_points`."""
        return {}

    def place(self, vector: DoubleArray) -> DoubleArray | None:
        """Coordinates of any vector of the space (n_dims,), or None where the method cannot place new vectors."""
        if self.mean is None or self.components is None:
            return None
        placed: DoubleArray = self.components @ (np.asarray(vector, np.float64) - self.mean)
        return placed
