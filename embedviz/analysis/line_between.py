"""Everything placed on the line from one item to another: how far along, and how far off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.neighbors import unranked_rows

_CHUNK_FLOATS = 1 << 20


@dataclass(frozen=True, eq=False)
class LineBetween:
    """The line from one row (place 0) to another (place 1), between unit vectors where `of_units`.

    `rows` (k,) are the items nearest to the line of those that lie between its ends, by their place; `places` (k,)
    t = (x - a)·(b - a) / |b - a|² and `distances` (k,) from the line, the `length` of which is |b - a|. `all_places`
    float64 (n_items,) holds t of every item, NaN where one is in no ranking; `n_between` items lie between the ends.
    """

    ends: tuple[int, int]
    rows: RowArray
    places: DoubleArray
    distances: DoubleArray
    all_places: DoubleArray
    length: float
    of_units: bool
    n_between: int


def line_between_steps(
    space: EmbeddingSpace, start: int, end: int, k: int = 40, metric: str = "cosine"
) -> Steps[LineBetween]:
    """Place every item on the line from `start` to `end` in double precision; by cosine as unit vectors, else as it is.

    Raises OptionError for rows or a `k` that cannot be, and where both ends have the same vector.
    """
    barred = unranked_rows(space, metric_named(metric))
    for row in (start, end):
        if not 0 <= row < space.n_items:
            raise OptionError(f"There is no item #{row}; this space has {space.n_items:,}.")
        if row in barred:
            raise OptionError(
                f"The vector of “{space.name(row)}” has no place to begin a line at; choose another item."
            )
    if k < 1:
        raise OptionError(f"k is {k}; ask for at least 1 item.")
    of_units = metric == "cosine"
    lengths = space.norms if of_units else np.ones(space.n_items)
    a, b = (space.vectors[row].astype(np.float64) / lengths[row] for row in (start, end))
    way = b - a
    square = float(way @ way)
    if not square > 0:
        raise OptionError(
            f"“{space.name(start)}” and “{space.name(end)}” have the same vector, so no line leads from one to the "
            "other; choose two different items."
        )
    places, distances = np.empty(space.n_items), np.empty(space.n_items)
    step = max(1, _CHUNK_FLOATS // max(1, space.n_dims))
    with np.errstate(all="ignore"):
        for first in range(0, space.n_items, step):
            yield Progress(first / space.n_items, "Placing all items on the line")
            part = slice(first, first + step)
            gaps = space.vectors[part] / lengths[part, None] - a
            places[part] = gaps @ way / square
            gaps -= places[part, None] * way
            distances[part] = np.sqrt(np.einsum("ij,ij->i", gaps, gaps))
    places[barred] = np.nan
    between = np.flatnonzero((places >= 0) & (places <= 1))
    between = between[(between != start) & (between != end)]
    near = between[np.lexsort((between, distances[between]))[:k]]
    rows = near[np.lexsort((near, places[near]))]
    return LineBetween(
        (start, end),
        read_only(rows),
        read_only(places[rows]),
        read_only(distances[rows]),
        read_only(places),
        float(np.sqrt(square)),
        of_units,
        len(between),
    )
