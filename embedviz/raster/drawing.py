"""One picture to be drawn: the points, where they are seen, and how they look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.errors import OptionError
from embedviz.raster.ink import to_light
from embedviz.raster.style import Style
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, CodeArray, FloatArray

Color = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class ColorCodes:
    """A colour per point: `codes` int32 (n,) into `lights` float32 (m, 3), linear light; others take the last row."""

    codes: CodeArray
    lights: FloatArray


@dataclass(frozen=True, eq=False)
class Drawing:
    """All that a route needs: `points` float32 (n, 2), and either one `color` or `color_codes`."""

    points: FloatArray
    viewport: Viewport
    style: Style
    color: Color
    color_codes: ColorCodes | None = None


def checked_points(points: FloatArray) -> FloatArray:
    """`points` as float32 (n, 2) in C order; OptionError for another shape."""
    points = np.ascontiguousarray(points, np.float32)
    if points.ndim != 2 or points.shape[1] != 2:
        raise OptionError(f"Points to draw have two coordinates each; these form an array of shape {points.shape}.")
    return points


def checked_codes(n_points: int, codes: CodeArray, palette: ByteArray) -> ColorCodes:
    """Codes and palette, ready for drawing; OptionError where they do not fit the points."""
    codes, palette = np.ascontiguousarray(codes, np.int32), np.ascontiguousarray(palette, np.uint8)
    if codes.shape != (n_points,):
        raise OptionError(f"{n_points:,} points need as many colour codes, not an array of shape {codes.shape}.")
    if palette.ndim != 2 or palette.shape[1] != 3 or not len(palette):
        raise OptionError(f"A palette has one row of red, green, blue per colour, not the shape {palette.shape}.")
    return ColorCodes(codes, to_light(palette))


def checked_picture(out: ByteArray | None, viewport: Viewport) -> ByteArray:
    """The picture to draw into, uint8 (height, width, 4) in C order; a new one if there is none."""
    shape = (viewport.height, viewport.width, 4)
    if out is None:
        return np.empty(shape, np.uint8)
    if out.shape != shape or out.dtype != np.uint8 or not out.flags.c_contiguous or not out.flags.writeable:
        raise OptionError(f"A picture to draw into is writeable uint8 {shape} in C order, not {out.dtype} {out.shape}.")
    return out
