"""The path from one item to another along true neighbours.

Both ends walk outward, each step from an item to one of its k nearest, and meet: so of the two items of every step one
is among the k nearest of the other, and a path exists even to an item that is in nobody's list. The shortest of all
such paths is sought by Dijkstra's rule from both ends; neighbours are searched for, over all rows, only where a walk
arrives. A path is found once the walks meet; that none is shorter is sure once both have gone as far as it is long.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.batch import search_many_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import Metric, metric_named

MOST_LOOKED_AT = 2_000
"""More are looked at in a space that is searched quickly."""

_AT_ONCE = 16
_PRODUCTS = 2e10


@dataclass(frozen=True, eq=False)
class NeighborPath:
    """A path of `rows` (n,) from one end to the other; empty where none was found.

    Step i goes from rows[i] to rows[i + 1]: its `scores` (n - 1,) by the metric, and `ranks` (n - 1,): one item of the
    step is so many-th nearest to the other, from the first where `is_forward`. `length` is the sum of 1 - cosine, or of
    the distances, inf without a path. `n_looked_at` items had their neighbours searched; where `is_complete`, no path
    is shorter (or there is none), else the search ended at its limit.
    """

    rows: RowArray
    scores: DoubleArray
    ranks: RowArray
    is_forward: tuple[bool, ...]
    length: float
    k: int
    metric: str
    n_looked_at: int
    is_complete: bool


@dataclass
class _Walk:
    """One end's walk: how far each item is, from where it was reached, and what is still to be settled."""

    start: int
    distances: dict[int, float] = field(default_factory=dict)
    came_from: dict[int, int] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    heap: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.distances[self.start] = 0.0
        self.heap.append((0.0, self.start))

    def radius(self) -> float:
        """How far the nearest unsettled item is; inf where nothing is left."""
        while self.heap and self.heap[0][1] in self.settled:
            heapq.heappop(self.heap)
        return self.heap[0][0] if self.heap else float("inf")

    def way_back(self, row: int) -> list[int]:
        rows = [row]
        while rows[-1] != self.start:
            rows.append(self.came_from[rows[-1]])
        return rows


def neighbor_path_steps(
    space: EmbeddingSpace, start: int, end: int, *, k: int = 20, metric: str = "cosine", most: int | None = None
) -> Steps[NeighborPath]:
    """Find the shortest path between two rows along the `k` nearest neighbours of each item.

    Gives up once the neighbours of `most` items were searched (None: some seconds' worth). Raises
    OptionError for rows or a `k` that cannot be, or for the dot product, which is no distance; QueryError for an end
    that has no neighbours.
    """
    chosen = metric_named(metric)
    if metric == "dot":
        raise OptionError("The dot product is no distance, so a path has no length by it; choose another metric.")
    for row in (start, end):
        if not 0 <= row < space.n_items:
            raise OptionError(f"There is no item #{row}; this space has {space.n_items:,}.")
    if start == end:
        raise OptionError(f"A path needs two items; both ends are “{space.name(start)}”.")
    if k < 1:
        raise OptionError(f"k is {k}; a step goes to one of at least 1 neighbour.")
    if most is None:
        most = max(MOST_LOOKED_AT, int(_PRODUCTS / max(1, space.vectors.size)))
    walks = _Walk(start), _Walk(end)
    near: dict[int, tuple[RowArray, DoubleArray]] = {}
    best, meeting = float("inf"), -1
    while True:
        radii = walks[0].radius(), walks[1].radius()
        is_complete = min(radii) >= best
        if is_complete:
            break
        walk, other = walks if radii[0] <= radii[1] else walks[::-1]
        row = walk.heap[0][1]
        if row not in near:
            if len(near) >= most:
                break
            wanted = _next_rows(walks, near, min(_AT_ONCE, most - len(near)), row)
            near.update((yield from _search_steps(space, wanted, k, chosen, len(near), most)))
        walk.settled.add(row)
        heapq.heappop(walk.heap)
        for neighbor, length in zip(near[row][0].tolist(), _lengths(near[row][1], chosen).tolist(), strict=True):
            distance = walk.distances[row] + length
            if distance < min(best, walk.distances.get(neighbor, float("inf"))):
                walk.distances[neighbor] = distance
                walk.came_from[neighbor] = row
                heapq.heappush(walk.heap, (distance, neighbor))
                through = distance + other.distances.get(neighbor, float("inf"))
                if through < best:
                    best, meeting = through, neighbor
    rows, n_forward = ([], 0) if meeting < 0 else _joined(walks, meeting)
    return _path(rows, n_forward, near, (best, k, chosen.name, len(near), is_complete))


def _next_rows(
    walks: tuple[_Walk, _Walk], near: dict[int, tuple[RowArray, DoubleArray]], n: int, first: int
) -> list[int]:
    """The row that is due, and those that will be due soon: many questions at once cost less than one by one."""
    soon = [heapq.nsmallest(n, walk.heap) for walk in walks]
    ordered = [first, *(row for _, row in sorted(soon[0] + soon[1]) if row not in near)]
    return list(dict.fromkeys(ordered))[:n]


def _search_steps(
    space: EmbeddingSpace, rows: list[int], k: int, metric: Metric, n_before: int, most: int
) -> Steps[dict[int, tuple[RowArray, DoubleArray]]]:
    steps = search_many_steps(
        space, space.vectors[rows].astype(np.float64), k, metric=metric.name, exclude=[(row,) for row in rows]
    )
    text = f"Looked at the neighbours of {n_before:,} items"
    try:
        while True:
            next(steps)
            yield Progress(n_before / most, text)
    except StopIteration as stop:
        return dict(zip(rows, stop.value, strict=True))
    finally:
        steps.close()


def _lengths(scores: DoubleArray, metric: Metric) -> DoubleArray:
    return np.maximum(1 - scores, 0.0) if metric.is_similarity else scores


def _joined(walks: tuple[_Walk, _Walk], meeting: int) -> tuple[list[int], int]:
    """All rows from end to end, and how many steps were walked from the first end."""
    forward = walks[0].way_back(meeting)[::-1]
    return [*forward, *walks[1].way_back(meeting)[1:]], len(forward) - 1


def _path(
    rows: list[int],
    n_forward: int,
    near: dict[int, tuple[RowArray, DoubleArray]],
    facts: tuple[float, int, str, int, bool],
) -> NeighborPath:
    scores, ranks = [], []
    for step, (one, other) in enumerate(pairwise(rows)):
        asked, found = (one, other) if step < n_forward else (other, one)
        at = int(np.flatnonzero(near[asked][0] == found)[0])
        scores.append(float(near[asked][1][at]))
        ranks.append(at + 1)
    return NeighborPath(
        read_only(np.array(rows, np.int64)),
        read_only(np.array(scores, np.float64)),
        read_only(np.array(ranks, np.int64)),
        tuple(step < n_forward for step in range(len(scores))),
        *facts,
    )
