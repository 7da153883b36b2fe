"""What is left of a plot to touch and to name where some colours are hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.progress import Progress, Steps, within
from embedviz.raster.coloring import Coloring
from embedviz.raster.landmarks import Landmarks, landmark_steps
from embedviz.raster.tiles import Tiles, tile_steps
from embedviz.space.arrays import FloatArray, read_only


@dataclass(frozen=True, eq=False)
class Seen:
    """`points` float32 (n, 2), NaN where an item is hidden, their tiles, and which of them to name first."""

    points: FloatArray
    tiles: Tiles
    landmarks: Landmarks


def seen_steps(points: FloatArray, coloring: Coloring) -> Steps[Seen]:
    """Leave out of `points` (n, 2) what the colouring hides."""
    yield Progress(0.0, "Sorting what is shown")
    shown = coloring.shown()
    left = points if shown is None else read_only(np.where(shown[:, None], points, np.float32(np.nan)))
    tiles = yield from within(tile_steps(left), 0.1, 0.8)
    landmarks = yield from within(landmark_steps(left), 0.8, 1.0)
    return Seen(left, tiles, landmarks)
