"""The compiled kernels of tiles: which runs of the Z-order curve lie in a box, and the entry nearest to a place.

Both walk down the quads of the grid: a quad is a contiguous run, whose four quarters are found in the table of tiles
or, below it, by bisection. Columns and rows of entries come from the same arithmetic that sorted them, so what lies in
which quad is exact. A stack of quads holds depth, column, row, first and last entry.
"""

from __future__ import annotations

from embedviz.kernels import kernel
from embedviz.space.arrays import CodeArray, DoubleArray, FloatArray, RowArray

_POINTS = "Array(float32, 2, 'C', True)"
_INTS = "Array(int32, 1, 'C', True)"
_GRID = "float64, float64, float64, int64"


@kernel(f"int64({_POINTS}, {_INTS}, {_INTS}, int64, int64, {_GRID}, int64[::1], int64, int64[:, ::1], int64[:, ::1])")
def runs_in_box(
    points: FloatArray,
    starts: CodeArray,
    table: CodeArray,
    table_depth: int,
    shift: int,
    x_grid: float,
    y_grid: float,
    scale: float,
    bits: int,
    box: RowArray,
    leaf: int,
    stack: RowArray,
    runs: RowArray,
) -> int:
    """Find runs that together hold all entries of a level in a box; returns how many.

    `box` is the first and last column and the first and last row, included. `runs` are filled with first and last
    entry and whether the quad lies within the box, its edges left out. `leaf` entries are not worth cutting further.
    """
    deepest, n_runs, side = bits - shift, 0, 1 << bits
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = 0, 0, 0, 0
    stack[0, 4] = table[table.shape[0] - 1]
    height = 1
    while height > 0:
        height -= 1
        depth, column, row = stack[height, 0], stack[height, 1], stack[height, 2]
        first, last = stack[height, 3], stack[height, 4]
        if first >= last:
            continue
        left, low = column << (bits - depth), row << (bits - depth)
        right, high = left + (1 << (bits - depth)) - 1, low + (1 << (bits - depth)) - 1
        if (left > box[1]) | (right < box[0]) | (low > box[3]) | (high < box[2]):
            continue
        inside = (left > box[0]) & (right < box[1]) & (low > box[2]) & (high < box[3])
        if inside or last - first <= leaf or depth >= deepest or height + 4 > stack.shape[0]:
            if n_runs > 0 and runs[n_runs - 1, 1] == first and runs[n_runs - 1, 2] == inside:
                runs[n_runs - 1, 1] = last
            elif n_runs < runs.shape[0]:
                runs[n_runs, 0], runs[n_runs, 1], runs[n_runs, 2] = first, last, inside
                n_runs += 1
            else:
                runs[n_runs - 1, 1], runs[n_runs - 1, 2] = last, 0
            continue
        below = bits - depth - 1
        end = last
        for quarter in range(3, -1, -1):
            start = first
            if quarter > 0 and depth < table_depth:
                tile = 0
                wide, tall = 2 * column + (quarter & 1), 2 * row + (quarter >> 1)
                for bit in range(depth + 1):
                    tile |= (((wide >> bit) & 1) << (2 * bit)) | (((tall >> bit) & 1) << (2 * bit + 1))
                start = table[tile << (2 * (table_depth - depth - 1))]
            elif quarter > 0:
                start, beyond = first, end
                while start < beyond:
                    middle = (start + beyond) >> 1
                    at = starts[middle] if starts.shape[0] > middle else middle
                    x = min(max(int((points[at, 0] - x_grid) * scale), 0), side - 1)
                    y = min(max(int((points[at, 1] - y_grid) * scale), 0), side - 1)
                    if ((x >> below) & 1) + 2 * ((y >> below) & 1) < quarter:
                        start = middle + 1
                    else:
                        beyond = middle
            stack[height, 0] = depth + 1
            stack[height, 1], stack[height, 2] = 2 * column + (quarter & 1), 2 * row + (quarter >> 1)
            stack[height, 3], stack[height, 4] = start, end
            height += 1
            end = start
    return n_runs


@kernel(
    f"int64({_POINTS}, {_INTS}, {_INTS}, int64, {_GRID}, int64, int64, float64[::1], float64, float64, float64[::1], "
    "int64[:, ::1])"
)
def nearest(
    points: FloatArray,
    order: CodeArray,
    table: CodeArray,
    table_depth: int,
    x_grid: float,
    y_grid: float,
    scale: float,
    bits: int,
    n_finite: int,
    skipped: int,
    view: DoubleArray,
    px: float,
    py: float,
    within: DoubleArray,
    stack: RowArray,
) -> int:
    """Find the row of the point nearest to pixel (px, py), the lowest of equals, or -1.

    `view` is x_low, pixels per x, y_high, pixels per y; then two pairs (a, b): a point counts only where a (x - px) +
    b (y - py) is at least 0 for both. `within[0]` is the squared distance up to which to look; it becomes the one
    found. Points at a distance of exactly 0 are left out where `skipped`, a row, is not negative.
    """
    x_low, scale_x, y_high, scale_y = view[0], view[1], view[2], view[3]
    best, best_row, side = within[0], -1, 1 << bits
    a, b, c, d = view[4], view[5], view[6], view[7]
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = 0, 0, 0, 0
    n_gridded = table[table.shape[0] - 1]
    stack[0, 4] = n_gridded
    stack[1, 0], stack[1, 3], stack[1, 4] = -1, n_gridded, n_finite
    height = 2
    while height > 0:
        height -= 1
        depth, column, row = stack[height, 0], stack[height, 1], stack[height, 2]
        first, last = stack[height, 3], stack[height, 4]
        if first >= last:
            continue
        if depth >= 0:
            wide = 1 << (bits - depth)
            # one cell more on each side than the quad has: rounding must not cut a point off
            left = (x_grid + (column * wide - 1) / scale - x_low) * scale_x - px
            right = (x_grid + (column * wide + wide + 1) / scale - x_low) * scale_x - px
            upper = (y_high - (y_grid + (row * wide + wide + 1) / scale)) * scale_y - py
            lower = (y_high - (y_grid + (row * wide - 1) / scale)) * scale_y - py
            away_x, away_y = max(left, -right, 0.0), max(upper, -lower, 0.0)
            if away_x * away_x + away_y * away_y > best * (1 + 1e-9):
                continue
            if a * (right if a > 0 else left) + b * (lower if b > 0 else upper) < 0:
                continue
            if c * (right if c > 0 else left) + d * (lower if d > 0 else upper) < 0:
                continue
        if depth < 0 or last - first <= 24 or depth >= bits or height + 4 > stack.shape[0]:
            for i in range(first, min(last, points.shape[0])):
                x = (points[i, 0] - x_low) * scale_x - px
                y = (y_high - points[i, 1]) * scale_y - py
                away = x * x + y * y
                if away > best or (away == best and best_row >= 0 and order[i] > best_row):
                    continue
                if not (away <= best) or (skipped >= 0 and (order[i] == skipped or away == 0)):
                    continue
                if (a * x + b * y >= 0) & (c * x + d * y >= 0):
                    best, best_row = away, order[i]
            continue
        below = bits - depth - 1
        # the quarter that holds the place is looked at first, so it is put on the stack last
        middle_x, middle_y = (left + right) * 0.5, (upper + lower) * 0.5
        near = (1 if middle_x < 0 else 0) + (2 if middle_y > 0 else 0)
        base, end = height, last
        for quarter in range(3, -1, -1):
            start = first
            if quarter > 0 and depth < table_depth:
                tile = 0
                x_tile, y_tile = 2 * column + (quarter & 1), 2 * row + (quarter >> 1)
                for bit in range(depth + 1):
                    tile |= (((x_tile >> bit) & 1) << (2 * bit)) | (((y_tile >> bit) & 1) << (2 * bit + 1))
                start = table[tile << (2 * (table_depth - depth - 1))]
            elif quarter > 0:
                start, beyond = first, end
                while start < beyond:
                    middle = (start + beyond) >> 1
                    x_cell = min(max(int((points[middle, 0] - x_grid) * scale), 0), side - 1)
                    y_cell = min(max(int((points[middle, 1] - y_grid) * scale), 0), side - 1)
                    if ((x_cell >> below) & 1) + 2 * ((y_cell >> below) & 1) < quarter:
                        start = middle + 1
                    else:
                        beyond = middle
            # slots by how far a quarter differs from the near one: 3, then 1 or 2, then itself on top
            slot = base + 3 - (quarter ^ near)
            stack[slot, 0] = depth + 1
            stack[slot, 1], stack[slot, 2] = 2 * column + (quarter & 1), 2 * row + (quarter >> 1)
            stack[slot, 3], stack[slot, 4] = start, end
            end = start
        height = base + 4
    within[0] = best
    return best_row


@kernel(f"void({_POINTS}, {_INTS}, int64[:, ::1], float64[::1], uint8[::1])")
def flag_runs(points: FloatArray, order: CodeArray, runs: RowArray, box: DoubleArray, flags: CodeArray) -> None:
    """Set the flag of every row in runs that lie inside, and of those in a data box (edges included) in the others."""
    for run in range(runs.shape[0]):
        inside = runs[run, 2] != 0
        for i in range(max(0, runs[run, 0]), min(points.shape[0], runs[run, 1])):
            x, y = points[i, 0], points[i, 1]
            if inside or ((x >= box[0]) & (x <= box[1]) & (y >= box[2]) & (y <= box[3])):
                row = order[i]
                if 0 <= row < flags.shape[0]:
                    flags[row] = 1


READY = True
