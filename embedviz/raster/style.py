"""How large and how opaque points are drawn: by how many are in view, so that a plot is neither bare nor a blot."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

DISCS_UP_TO = 150_000

_N_IN_VIEW = (1, 100, 1_000, 10_000, 40_000, 150_000, 400_000, 1_000_000, 10_000_000)
_RADIUS = (5.0, 4.5, 3.6, 2.5, 1.35, 0.64, 0.6, 0.58, 0.56)
_OPACITY = (0.85, 0.75, 0.5, 0.3, 0.31, 0.34, 0.24, 0.15, 0.04)
_SHOULDER = (0.0, 0.0, 0.0, 0.0, 0.2, 0.55, 0.85, 1.0, 1.0)
_FADED = 0.6
_VIVID = 1.8
_MOST_OPAQUE = 0.9
_SPLAT_UP_TO = 0.8


@dataclass(frozen=True)
class Style:
    """`radius` of a disc in device pixels and `opacity` 0..1 where one disc covers a pixel.

    With `splat` the same amount of ink, pi radius**2, is spread over the four nearest pixels instead. `shoulder` 0..1
    is how slowly much ink becomes opaque: at 0 as layers of paint do, at 1 so slowly that a core of a hundred layers
    can still be told from one of ten.
    """

    radius: float
    opacity: float
    splat: bool = False
    shoulder: float = 0.0

    def vivid(self) -> Style:
        """The same points, more opaque, so that the colours of classes and scales can be told apart."""
        return replace(self, opacity=min(_MOST_OPAQUE, self.opacity * _VIVID))

    def faded(self) -> Style:
        """The same points, held back behind something that stands out."""
        return replace(self, opacity=self.opacity * _FADED)

    def adjusted(self, size: float = 1.0, opacity: float = 1.0) -> Style:
        """The same with the user's factors: `size` of the radius, `opacity` of the ink's strength.

        A splat that grows is drawn as a disc once it covers more than its four pixels would show.
        """
        radius = self.radius * max(size, 0.0)
        absorbed = -math.log1p(-min(self.opacity, 0.999)) * max(opacity, 0.0)
        is_splat = self.splat and radius < _SPLAT_UP_TO
        return replace(self, radius=radius, opacity=-math.expm1(-absorbed), splat=is_splat)


def style_for(n_in_view: int, pixel_ratio: float = 1.0) -> Style:
    """The style for `n_in_view` points on a screen of `pixel_ratio` device pixels per unit.

    All runs smoothly with the logarithm of the number. At DISCS_UP_TO a disc has shrunk to the size of a splat with
    the same ink, so the passage from one to the other is not seen. Splats cannot grow with `pixel_ratio`: towards them
    opacity makes up for the size.
    """
    order, orders = math.log(max(1, n_in_view)), np.log(_N_IN_VIEW)
    growth = float(np.interp(order, np.log((10_000, DISCS_UP_TO)), (pixel_ratio, 1.0)))
    opacity = float(np.interp(order, orders, _OPACITY))
    return Style(
        radius=float(np.interp(order, orders, _RADIUS)) * growth,
        opacity=1 - (1 - opacity) ** ((pixel_ratio / growth) ** 2),
        splat=n_in_view > DISCS_UP_TO,
        shoulder=float(np.interp(order, orders, _SHOULDER)),
    )
