"""The compiled kernels of selecting: which rows lie in a lasso, or under a brush.

Points that follow each other on the Z-order curve lie close together. So blocks of them, and small pieces of blocks,
are compared as a whole, by the box they fill, with the edges that could matter; only where an edge passes through the
box of a piece are its points tested one by one.
"""

from __future__ import annotations

from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, CodeArray, DoubleArray, FloatArray, RowArray

_POINTS = "Array(float32, 2, 'C', True)"
_INTS = "Array(int32, 1, 'C', True)"
_EDGES = "Array(float64, 2, 'C', True)"

PIECE, BLOCK = 64, 4096


@kernel(f"void({_POINTS}, {_INTS}, int64, int64, {_EDGES}, int64[::1], uint8[::1])")
def flag_polygon(
    points: FloatArray,
    order: CodeArray,
    first: int,
    last: int,
    edges: DoubleArray,
    near: RowArray,
    flags: ByteArray,
) -> None:
    """Set the flags of the rows among sorted points `first` to `last` in a polygon, by the even-odd rule.

    `edges` (m, 4) are x and y of both ends, the first m of `near` (2 m,) the numbers 0 to m - 1; the rest is room.
    """
    n_edges, block_end, n_block = edges.shape[0], 0, 0
    last = min(last, points.shape[0], order.shape[0])
    start = max(0, first)
    while start < last and near.shape[0] >= 2 * n_edges:
        whole = start >= block_end
        end = min(start + (BLOCK if whole else PIECE), last)
        x_low = x_high = float(points[start, 0])
        y_low = y_high = float(points[start, 1])
        for i in range(start, end):
            x, y = float(points[i, 0]), float(points[i, 1])
            x_low, x_high, y_low, y_high = min(x_low, x), max(x_high, x), min(y_low, y), max(y_high, y)
        slack = 1e-9 * (abs(x_low) + abs(x_high))
        n_near, is_in = 0, False
        for place in range(n_edges if whole else n_block):
            edge = place if whole else near[place]
            xa, ya, xb, yb = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
            # the place where an edge is crossed is rounded by as much as its ends are large
            room = slack + 1e-9 * (abs(xa) + abs(xb))
            if min(ya, yb) > y_high or max(ya, yb) <= y_low or max(xa, xb) < x_low - room:
                continue
            if whole:
                near[n_near] = edge
                n_near += 1
            elif min(xa, xb) > x_high + room and min(ya, yb) <= y_low and max(ya, yb) > y_high:
                is_in = not is_in
            else:
                near[n_edges + n_near] = edge
                n_near += 1
        if whole:
            block_end, n_block = end, n_near
            if n_near == 0:
                start = end
            continue
        for i in range(start, min(end, last)):
            inside = is_in
            if n_near > 0:
                x, y = float(points[i, 0]), float(points[i, 1])
                for place in range(n_near):
                    edge = near[n_edges + place]
                    xa, ya, xb, yb = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
                    if (min(ya, yb) <= y) & (y < max(ya, yb)):
                        crossed = xa + (y - ya) / (yb - ya) * (xb - xa)
                        inside ^= x < max(min(xa, xb), min(max(xa, xb), crossed))
            row = order[i]
            if inside and 0 <= row < flags.shape[0]:
                flags[row] = 1
        start = end


@kernel(
    f"void({_POINTS}, {_INTS}, int64, int64, float64, float64, float64, float64, {_EDGES}, float64, int64[::1], "
    "uint8[::1])"
)
def flag_brush(
    points: FloatArray,
    order: CodeArray,
    first: int,
    last: int,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    path: DoubleArray,
    radius: float,
    near: RowArray,
    flags: ByteArray,
) -> None:
    """Set the flags of the rows among sorted points `first` to `last` that lie within `radius` pixels of a line.

    `path` (m, 4) are x and y in pixels of both ends of each stretch, `near` (2 m,) is room.
    """
    square, n_stretches, block_end, n_block = radius * radius, path.shape[0], 0, 0
    last = min(last, points.shape[0], order.shape[0])
    start = max(0, first)
    while start < last and near.shape[0] >= 2 * n_stretches:
        whole = start >= block_end
        end = min(start + (BLOCK if whole else PIECE), last)
        left = right = (points[start, 0] - x_low) * scale_x
        upper = lower = (y_high - points[start, 1]) * scale_y
        for i in range(start, end):
            x, y = (points[i, 0] - x_low) * scale_x, (y_high - points[i, 1]) * scale_y
            left, right, upper, lower = min(left, x), max(right, x), min(upper, y), max(lower, y)
        n_near = 0
        for place in range(n_stretches if whole else n_block):
            stretch = place if whole else near[place]
            xa, ya, xb, yb = path[stretch, 0], path[stretch, 1], path[stretch, 2], path[stretch, 3]
            if min(xa, xb) - radius > right or max(xa, xb) + radius < left:
                continue
            if min(ya, yb) - radius > lower or max(ya, yb) + radius < upper:
                continue
            near[n_near if whole else n_stretches + n_near] = stretch
            n_near += 1
        if whole:
            block_end, n_block = end, n_near
        if whole and n_near > 0:
            continue
        if n_near == 0:
            start = end
            continue
        latest = 0
        for i in range(start, end):
            x, y = (points[i, 0] - x_low) * scale_x, (y_high - points[i, 1]) * scale_y
            for step in range(n_near):
                place = latest + step if latest + step < n_near else latest + step - n_near
                stretch = near[n_stretches + place]
                xa, ya = path[stretch, 0], path[stretch, 1]
                along_x, along_y = path[stretch, 2] - xa, path[stretch, 3] - ya
                length = along_x * along_x + along_y * along_y
                share = ((x - xa) * along_x + (y - ya) * along_y) / length if length > 0 else 0.0
                share = min(max(share, 0.0), 1.0)
                away_x, away_y = x - xa - share * along_x, y - ya - share * along_y
                if away_x * away_x + away_y * away_y <= square:
                    latest, row = place, order[i]
                    if 0 <= row < flags.shape[0]:
                        flags[row] = 1
                    break
        start = end


READY = True
