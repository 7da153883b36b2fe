"""What a point leaves on the picture: discs prepared at sub-pixel offsets, and how ink turns into light."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from embedviz.raster.style import Style
from embedviz.space.arrays import ByteArray, FloatArray

SUBPIXELS = 8
TONES = 8192
LIGHTS = 4096

_MAX_RADIUS = 64.0
_MOST_ABSORBED = 24.0
_INVISIBLE = 1.0 / 512.0


def disc_stamps(radius: float, reach: int = 0) -> FloatArray:
    """Anti-aliased discs (8, 8, size, size) float32 for centres at [eighth of y, eighth of x] of the middle pixel.

    Coverage falls over one pixel at the rim; each disc holds pi radius**2 of ink, however small. They are made at
    least `reach` pixels wide to each side of the middle one.
    """
    radius = min(max(radius, 0.0), _MAX_RADIUS)
    reach = max(stamp_reach(radius), reach)
    centres = np.arange(-reach, reach + 1) + 0.5
    away = (centres[None, :] - np.arange(SUBPIXELS)[:, None] / SUBPIXELS) ** 2
    distance = np.sqrt(away[:, None, :, None] + away[None, :, None, :])
    coverage = np.clip(max(radius, 0.5) + 0.5 - distance, 0.0, 1.0)
    ink = coverage.sum(axis=(2, 3), keepdims=True)
    return np.ascontiguousarray(coverage * (math.pi * radius**2 / ink), np.float32)


def stamp_reach(radius: float) -> int:
    """How many pixels a disc stamp extends to each side of its middle pixel."""
    return math.floor(min(max(radius, 0.5), _MAX_RADIUS) + 1)


def splat_ink(style: Style) -> float:
    """The ink of one splat: that of the disc it stands for."""
    return math.pi * style.radius**2


@dataclass(frozen=True, eq=False)
class Tones:
    """Tables from ink to alpha: `step` is how many entries one unit of ink spans, `alpha` float32 (TONES,)."""

    step: float
    alpha: FloatArray

    def picture(self, color: tuple[int, int, int], under: FloatArray) -> ByteArray:
        """Premultiplied B, G, R, A of one colour at every tone, over what lies `under` it (TONES, 4) uint8."""
        red, green, blue = color
        picture = np.empty((len(self.alpha), 4), np.uint8)
        for channel, (full, bare) in enumerate(zip((blue, green, red, 255), under, strict=True)):
            picture[:, channel] = np.round(bare + self.alpha * (np.float32(full) - bare))
        return picture


def tones_for(opacity: float, shoulder: float = 0.0) -> Tones:
    """The tone table of an opacity, exact to half a colour step.

    With u = -log(1 - opacity) * ink, alpha is 1 - (1 + shoulder u)**(-1 / shoulder), which tends to 1 - exp(-u) =
    1 - (1 - opacity)**ink as the shoulder goes to 0. Little ink shows alike with any; more than u = 24 like 24.
    """
    absorbed = -math.log1p(-min(max(opacity, 1e-6), 0.999))
    shoulder = min(max(shoulder, 0.0), 1.0)
    is_soft = shoulder > 1e-3
    most = (_INVISIBLE**-shoulder - 1) / shoulder if is_soft else -math.log(_INVISIBLE)
    most = min(most, _MOST_ABSORBED)
    absorption = np.linspace(0, most, TONES)
    layers = np.log1p(shoulder * absorption) / shoulder if is_soft else absorption
    alpha = -np.expm1(-layers)
    if most < _MOST_ABSORBED:
        alpha[-1] = 1.0
    return Tones((TONES - 1) * absorbed / most, alpha.astype(np.float32))


def to_light(palette: ByteArray) -> FloatArray:
    """sRGB colours uint8 as linear light 0..1 float32 (IEC 61966-2-1), in which colours mix as they do to the eye."""
    value = palette.astype(np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.ascontiguousarray(linear, np.float32)


def from_light() -> FloatArray:
    """A table (LIGHTS,) float32 from linear light, in steps of 1 / (LIGHTS - 1), to sRGB 0..255."""
    linear = np.linspace(0, 1, LIGHTS)
    value = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (value * 255).astype(np.float32)
