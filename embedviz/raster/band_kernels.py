"""The compiled kernels of whole bands of a picture: what lies in one is found, inked and toned in one call.

A thread that came back to Python in between would wait there for its lock, longer than many of these steps take. Bands
are taken one after the other, by whichever thread has time; each is drawn alike, whoever draws it.

What `draw_bands` is given, the kernels it calls tell: after the bands come the tiles and the
level that is drawn (`runs_in_box`), its entries, the points that are `lost` off the grid, the colours and the look
(`splats` with their `amount` and box where `is_splat`, else `discs` with their `stamps`), then what a thread works in:
`flat` is a buffer of `n_rows` rows with `pad` pixels around them, `ink` or `ink_colored` the same memory in its shape
(the other is empty), and the tones.
"""

from __future__ import annotations

from embedviz.kernels import kernel, take
from embedviz.raster.compiled import discs, discs_colored, tone, tone_colored
from embedviz.raster.drawing import ShareArray
from embedviz.raster.splat_kernels import splats, splats_colored
from embedviz.raster.tile_kernels import runs_in_box
from embedviz.space.arrays import CodeArray, FloatArray, PixelArray, RowArray

_INTS = "Array(int32, 1, 'C', True)"
_RUNS = "Array(int64, 2, 'C', True)"
_LINE = "Array(float32, 1, 'C', True)"
_PLANE = "Array(float32, 2, 'C', True)"
_TILES = f"{_PLANE}, {_LINE}, {_INTS}, {_INTS}, int64, int64, float64, float64, float64, int64, int64"
_ENTRIES = f"{_PLANE}, {_LINE}, {_RUNS}, {_INTS}, {_INTS}, {_PLANE}, Array(uint16, 2, 'C', True)"
_LOOK = "float64, float64, float64, float64, int64, float64, Array(float32, 4, 'C', True), float64, float64"
_WORK = "int64, int64, int64, int64[::1], int64[:, ::1], int64[:, ::1], int32[::1], float32[:, ::1], float32[::1]"
_INKS = "float32[:, ::1], float32[:, :, ::1]"
_TONES = f"float32, Array(uint32, 1, 'C', True), {_LINE}, {_LINE}, {_LINE}"
_BANDS = f"int64[::1], {_RUNS}, {_TILES}, {_ENTRIES}, {_LOOK}, {_WORK}"


@kernel(
    f"int64(int64, {_RUNS}, {_PLANE}, {_INTS}, {_INTS}, int64, int64, float64, float64, float64, int64, int64, "
    "int64[::1], int64[:, ::1], int64[:, ::1], float32[::1])"
)
def begin(
    band: int,
    bands: RowArray,
    points: FloatArray,
    starts: CodeArray,
    table: CodeArray,
    table_depth: int,
    shift: int,
    x_grid: float,
    y_grid: float,
    scale: float,
    bits: int,
    leaf: int,
    box: RowArray,
    stack: RowArray,
    runs: RowArray,
    flat: FloatArray,
) -> int:
    """Wipe the buffer and find the runs of a band; returns how many."""
    for side in range(4):
        box[side] = bands[band, 2 + side]
    for at in range(flat.shape[0]):
        flat[at] = 0
    return runs_in_box(points, starts, table, table_depth, shift, x_grid, y_grid, scale, bits, box, leaf, stack, runs)


@kernel(f"void({_BANDS}, {_INKS}, {_TONES}, uint32[:, ::1])")
def draw_bands(
    taken: RowArray,
    bands: RowArray,
    points: FloatArray,
    points_line: FloatArray,
    starts: CodeArray,
    tile_table: CodeArray,
    table_depth: int,
    shift: int,
    x_grid: float,
    y_grid: float,
    scale: float,
    bits: int,
    leaf: int,
    places: FloatArray,
    places_line: FloatArray,
    lost: RowArray,
    no_starts: CodeArray,
    codes: CodeArray,
    table: FloatArray,
    shares: ShareArray,
    x_low: float,
    scale_x: float,
    y_high: float,
    scale_y: float,
    is_splat: int,
    amount: float,
    stamps: FloatArray,
    across: float,
    upright: float,
    n_rows: int,
    width: int,
    pad: int,
    box: RowArray,
    stack: RowArray,
    runs: RowArray,
    corners: CodeArray,
    parts: FloatArray,
    flat: FloatArray,
    ink: FloatArray,
    ink_colored: FloatArray,
    step: float,
    picture: PixelArray,
    alphas: FloatArray,
    values: FloatArray,
    under: FloatArray,
    out: PixelArray,
) -> None:
    """Draw bands until all of them are `taken`; in colours where `ink_colored` has rows, else in one.

    A row of `bands` (b, 6) is the first row of the picture and the one after the last, and the box of `runs_in_box`.
    """
    is_colored, band = ink_colored.shape[0] > 0, take(taken)
    while band < bands.shape[0]:
        top, bottom = bands[band, 0], bands[band, 1]
        n_runs = begin(
            band, bands, points, starts, tile_table, table_depth, shift, x_grid, y_grid, scale, bits, leaf, box, stack,
            runs, flat,
        )  # fmt: skip
        found = runs[:n_runs]
        if is_splat and is_colored:
            splats_colored(
                places_line, starts, found, codes, table, shares, x_low, scale_x, y_high, scale_y, top, amount,
                across, upright, n_rows, width, corners, parts, flat,
            )  # fmt: skip
            splats_colored(
                points_line, no_starts, lost, codes, table, shares, x_low, scale_x, y_high, scale_y, top, amount,
                1.0, 1.0, n_rows, width, corners, parts, flat,
            )  # fmt: skip
        elif is_splat:
            splats(
                places_line, starts, found, codes, table, shares, x_low, scale_x, y_high, scale_y, top, amount,
                across, upright, n_rows, width, corners, parts, flat,
            )  # fmt: skip
            splats(
                points_line, no_starts, lost, codes, table, shares, x_low, scale_x, y_high, scale_y, top, amount,
                1.0, 1.0, n_rows, width, corners, parts, flat,
            )  # fmt: skip
        elif is_colored:
            discs_colored(
                places, starts, found, codes, table, shares, x_low, scale_x, y_high, scale_y, top, stamps,
                ink_colored,
            )  # fmt: skip
            discs_colored(
                points, no_starts, lost, codes, table, shares, x_low, scale_x, y_high, scale_y, top, stamps,
                ink_colored,
            )  # fmt: skip
        else:
            discs(
                places, starts, found, codes, table, shares, x_low, scale_x, y_high, scale_y, top, stamps,
                ink,
            )  # fmt: skip
            discs(
                points, no_starts, lost, codes, table, shares, x_low, scale_x, y_high, scale_y, top, stamps,
                ink,
            )  # fmt: skip
        if is_colored:
            tone_colored(ink_colored, pad, top, step, alphas, values, under, out, top, bottom)
        else:
            tone(ink, pad, top, step, picture, out, top, bottom)
        band = take(taken)


READY = True
