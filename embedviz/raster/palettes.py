"""Colours of classes and of scales, chosen to be told apart by everyone and to stand out from their ground."""

from __future__ import annotations

import numpy as np

from embedviz.raster.drawing import Color
from embedviz.raster.ink import to_light
from embedviz.space.arrays import ByteArray

GROUNDS: dict[bool, Color] = {False: (0xFF, 0xFF, 0xFF), True: (0x12, 0x15, 0x19)}

MISSING: dict[bool, Color] = {False: (0x8A, 0x92, 0x9C), True: (0x7A, 0x83, 0x8E)}

SCALE_COLORS = 256

_CONTRAST = 3.0
_GREY_SPREAD = 0.2
_SOFTENED = 0.25

# Okabe and Ito 2008, "Color Universal Design". Blue and vermillion come late: they are neighbours and query as well.
_OKABE_ITO = ("009E73", "CC79A7", "56B4E9", "E69F00", "000000", "F0E442", "0072B2", "D55E00")

# The ends of viridis that vanish into the ground are left out.
_SCALE_RANGE = {False: (0.0, 0.86), True: (0.22, 1.0)}

# The middle is the ground but for a breath, for items fade but do not vanish.
_DIVERGING = {
    False: ("1F4E9E", "7FA6D9", "E6E9EE", "E8927F", "A81420"),
    True: ("86BEFF", "3F72B0", "262B32", "B04A42", "FF8A7A"),
}


def class_palette(n_classes: int, *, dark: bool) -> ByteArray:
    """Colours uint8 (n_classes, 3): Okabe-Ito to eight classes, Glasbey beyond, without its greys, repeating.

    Each is drawn towards black or white until its contrast with the ground is 3:1 (WCAG 2.2, 1.4.11).
    """
    if n_classes <= len(_OKABE_ITO):
        base = np.array([list(bytes.fromhex(code)) for code in _OKABE_ITO], np.uint8)
    else:
        base = _glasbey()
    readable = np.array([_readable(color, GROUNDS[dark]) for color in base], np.uint8)
    palette: ByteArray = readable[np.arange(n_classes) % len(readable)]
    return palette


def scale_palette(*, dark: bool) -> ByteArray:
    """256 colours of viridis from low to high, uint8 (256, 3)."""
    import cmap

    low, high = _SCALE_RANGE[dark]
    colors = np.asarray(cmap.Colormap("viridis")(np.linspace(low, high, SCALE_COLORS)))
    palette: ByteArray = np.round(colors[:, :3] * 255).astype(np.uint8)
    return palette


def diverging_palette(low: float, high: float, *, dark: bool) -> ByteArray:
    """256 colours for the values from `low` < 0 to `high` > 0: blue, close to the ground at 0, red; uint8 (256, 3).

    The side that reaches farther ends in the full colour, so that equal distances from 0 are equally strong.
    """
    stops = np.array([list(bytes.fromhex(code)) for code in _DIVERGING[dark]], np.float64)
    ends = np.array([low, high]) / max(-low, high)
    places = np.linspace(ends[0], ends[1], SCALE_COLORS)
    channels = [np.interp(places, np.linspace(-1, 1, len(stops)), stops[:, channel]) for channel in range(3)]
    palette: ByteArray = np.round(np.column_stack(channels)).astype(np.uint8)
    return palette


def contrast(one: ByteArray, other: ByteArray) -> float:
    """The contrast of two sRGB colours, 1..21 (WCAG 2.2)."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    darker, lighter = sorted(float(to_light(color) @ weights) for color in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def _glasbey() -> ByteArray:
    """The colours of Glasbey et al. 2007, a little softer; greys are left to missing values."""
    import cmap

    stops = np.array([stop.color.rgba[:3] for stop in cmap.Colormap("glasbey:glasbey").color_stops])
    colorful = np.ptp(stops, axis=1) > _GREY_SPREAD
    vivid = stops[colorful]
    grey = vivid @ np.array([0.299, 0.587, 0.114])
    base: ByteArray = np.round((vivid + _SOFTENED * (grey[:, None] - vivid)) * 255).astype(np.uint8)
    return base


def _readable(color: ByteArray, ground: Color) -> ByteArray:
    """`color` itself, or the first mixture with black (on a light ground) or white (on a dark one) that is readable."""
    goal = np.array([255, 255, 255] if sum(ground) < 3 * 128 else [0, 0, 0], np.float64)
    mixed = color
    for share in np.linspace(0, 1, 101):
        mixed = np.round(color + (goal - color) * share).astype(np.uint8)
        if contrast(mixed, np.array(ground, np.uint8)) >= _CONTRAST:
            break
    return mixed
