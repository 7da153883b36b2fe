"""Picking: how many items are in view, and which is nearest to the cursor. Exact, over all items, unless it says so."""

from __future__ import annotations

import math

import numpy as np

from embedviz import kernels
from embedviz.raster.culling import STACK, TILE_KERNELS, Box, outliers, runs_in
from embedviz.raster.inking import view_numbers
from embedviz.raster.selecting import rows_in_box, widened
from embedviz.raster.tiles import Tiles
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import CodeArray, DoubleArray, FloatArray, RowArray

COMPILED = "embedviz.raster.compiled"

_CHUNK_ROWS = 1 << 16
_MOST_COUNTED = 1 << 18
_EDGE_LEAF, _EDGE_SHARE = 1024, 0.2
_NO_KERNELS = -2


def count_in_view(points: FloatArray | Tiles, viewport: Viewport) -> int:
    """How many of `points` float32 (n, 2), or of tiles of them, lie on the picture, its edges included."""
    if isinstance(points, Tiles):
        return _count_tiles(points, viewport)
    points = np.ascontiguousarray(points, np.float32)
    return _count(points, np.array([[0, len(points)]]), viewport)


def estimate_in_view(points: FloatArray | Tiles, viewport: Viewport) -> int:
    """How many of `points` float32 (n, 2), or of tiles of them, lie on the picture, to some percent where many do.

    Of very many points one in some is looked at; of tiles that the edge cuts half is taken to be seen.
    """
    if isinstance(points, Tiles):
        runs = runs_in(points, points.levels[0], _seen(viewport), leaf=_EDGE_LEAF)
        n_within, n_cut = (
            int((some[:, 1] - some[:, 0]).sum()) for some in (runs[runs[:, 2] != 0], runs[runs[:, 2] == 0])
        )
        return n_within + n_cut // 2 if n_cut < _EDGE_SHARE * n_within else _count_tiles(points, viewport)
    step = -(-len(points) // _MOST_COUNTED)
    return count_in_view(points[::step] if step > 1 else points, viewport) * max(1, step)


def _seen(viewport: Viewport) -> Box:
    return Box.of_pixels(viewport, 0, viewport.width, 0, viewport.height)


def _count_tiles(tiles: Tiles, viewport: Viewport) -> int:
    """Tiles that lie within are counted whole, the others point by point."""
    runs = runs_in(tiles, tiles.levels[0], _seen(viewport))
    whole = runs[:, 2] != 0
    n_whole = int((runs[whole, 1] - runs[whole, 0]).sum())
    return n_whole + _count(tiles.points, np.concatenate([runs[~whole], outliers(tiles)]), viewport)


def _count(points: FloatArray, runs: RowArray, viewport: Viewport) -> int:
    compiled = kernels.loaded(COMPILED)
    if compiled is not None:
        size = float(viewport.width), float(viewport.height)
        return int(compiled.count(points, runs, *view_numbers(viewport), *size))
    found = 0
    for first, last in runs[:, :2].tolist():
        for start in range(first, last, _CHUNK_ROWS):
            x, y = viewport.exact_pixels(points[start : min(start + _CHUNK_ROWS, last)])
            found += int(np.count_nonzero((x >= 0) & (x <= viewport.width) & (y >= 0) & (y <= viewport.height)))
    return found


def nearest(points: FloatArray | Tiles, viewport: Viewport, px: float, py: float, within: float = 8.0) -> int | None:
    """The row nearest to a pixel position on the screen, at most `within` pixels away, or None.

    Distances are float64; of items equally near the lowest row is taken. Items that are not finite are never picked.
    """
    if not (math.isfinite(px) and math.isfinite(py)):
        return None
    if isinstance(points, Tiles):
        found = _walk(points, viewport, px, py, within, np.zeros(4), skipped=-1)
        if found != _NO_KERNELS:
            return found if found >= 0 else None
        best = _lowest_nearest(points.points, points.order, viewport, px, py, within)
        return best if best >= 0 else None
    corners = [viewport.to_data(px + side, py + side) for side in (-within, within)]
    (x0, y0), (x1, y1) = corners
    rows = rows_in_box(points, *widened(x0, x1), *widened(y0, y1))
    if not len(rows):
        return None
    x, y = viewport.exact_pixels(points[rows])
    away = (x - px) ** 2 + (y - py) ** 2
    best = int(away.argmin())
    return int(rows[best]) if away[best] <= within**2 else None


def nearest_in_direction(tiles: Tiles, viewport: Viewport, row: int, dx: float, dy: float) -> int | None:
    """The row nearest to item `row` on the screen among those in direction (dx, dy), in pixels; or None.

    An item is in a direction where the way to it turns from that by at most 45 degrees; what lies at the very same
    place is in none. Of items equally near the lowest row is taken.
    """
    length = math.hypot(dx, dy)
    if not (0 <= row < len(tiles)) or not math.isfinite(length) or length == 0:
        return None
    dx, dy = dx / length, dy / length
    point = tiles.points[np.flatnonzero(tiles.order == row)]
    if not np.isfinite(point).all():
        return None
    (px,), (py,) = viewport.exact_pixels(point)
    cone = np.array([dx - dy, dy + dx, dx + dy, dy - dx])
    found = _walk(tiles, viewport, float(px), float(py), math.inf, cone, skipped=row)
    if found != _NO_KERNELS:
        return found if found >= 0 else None
    finite = tiles.points[: tiles.n_finite]
    x, y = viewport.exact_pixels(finite)
    x, y = x - px, y - py
    away = x * x + y * y
    ahead = (cone[0] * x + cone[1] * y >= 0) & (cone[2] * x + cone[3] * y >= 0) & (away > 0)
    if not ahead.any():
        return None
    return int(tiles.order[: tiles.n_finite][ahead & (away == away[ahead].min())].min())


def _walk(
    tiles: Tiles, viewport: Viewport, px: float, py: float, within: float, cone: DoubleArray, *, skipped: int
) -> int:
    compiled, grid, raw = kernels.loaded(TILE_KERNELS), tiles.grid, tiles.levels[0]
    if compiled is None:
        return _NO_KERNELS
    view = np.concatenate([np.array(view_numbers(viewport)), cone])
    facts = grid.x_low, grid.y_low, grid.scale, grid.bits, tiles.n_finite, skipped, view, px, py
    reach, stack = np.array([float(within) ** 2]), np.empty(STACK, np.int64)
    return int(compiled.nearest(tiles.points, tiles.order, raw.table, raw.table_depth, *facts, reach, stack))


def _lowest_nearest(
    points: FloatArray, order: CodeArray, viewport: Viewport, px: float, py: float, within: float
) -> int:
    x, y = viewport.exact_pixels(points)
    away = (x - px) ** 2 + (y - py) ** 2
    away = np.where(np.isfinite(away), away, np.inf)
    least = away.min(initial=np.inf)
    return int(order[away == least].min()) if least <= within**2 else -1
