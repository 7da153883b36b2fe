"""A matrix of scores as a picture: a colour for every cell, and the legend that says what they mean."""

from __future__ import annotations

import numpy as np

from embedviz.raster.coloring import Legend, color_by
from embedviz.space.arrays import ByteArray, DoubleArray, FlagArray, read_only
from embedviz.space.table import Column


def heat_picture(scores: DoubleArray, *, title: str, dark: bool) -> tuple[ByteArray, Legend]:
    """Colours uint8 (n, n, 3) of scores (n, n), and their legend.

    The scale runs from the least to the greatest score of two different items: the diagonal, where each stands beside
    itself, would squeeze all others together, and takes the colour of the nearer end.
    """
    n = len(scores)
    apart: FlagArray = ~np.eye(n, dtype=np.bool_)
    known = scores[apart & np.isfinite(scores)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    cells = np.clip(scores, low, high).ravel()
    coloring = color_by(Column("number", cells, ~np.isfinite(cells)), title=title, dark=dark, limits=(low, high))
    colors: ByteArray = coloring.palette[coloring.codes].reshape(n, n, 3)
    return read_only(np.ascontiguousarray(colors)), coloring.legend
