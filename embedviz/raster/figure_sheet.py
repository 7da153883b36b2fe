"""A sheet of pixels that matplotlib draws on: text, lines, dots and boxes, y down from the upper left corner."""

from __future__ import annotations

from typing import Any

import numpy as np

from embedviz.raster.figure_theme import Theme, font_families
from embedviz.space.arrays import ByteArray, DoubleArray

_DPI = 100.0
_POINTS_PER_PIXEL = 72.0 / _DPI
_MOST_CHARACTERS = 40


class Sheet:
    """A figure of `width` x `height` pixels; `unit` scales text and lines, 1 at 1280 x 800."""

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height, self.theme = width, height, theme
        self.unit = min(max(min(width / 1280, height / 800), 0.6), 4.0)
        self._families = font_families()
        self.figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=theme.window)
        canvas: Any = FigureCanvasAgg(self.figure)
        self._renderer: Any = canvas.get_renderer()
        self._paper: Any = self.figure.add_axes((0, 0, 1, 1), zorder=2)
        self._paper.set_axis_off()
        self._layer = 10
        self._paper.set_xlim(0, width)
        self._paper.set_ylim(height, 0)

    def font(self, pixels: float, *, bold: bool = False) -> Any:
        """A font of some height in units."""
        from matplotlib.font_manager import FontProperties

        size = pixels * self.unit * _POINTS_PER_PIXEL
        return FontProperties(family=self._families, size=size, weight="bold" if bold else "normal")

    def measure(self, text: str, font: Any) -> tuple[float, float]:
        """Width and height of a line of text in pixels."""
        width, height, _ = self._renderer.get_text_width_height_descent(text, font, ismath=False)
        return float(width), float(height)

    def text(self, x: float, y: float, text: str, font: Any, color: str, *, halo: bool = False, **options: Any) -> None:
        """One line of plain text; `halo` sets it off from what is under it."""
        from matplotlib.patheffects import withStroke

        effects = [withStroke(linewidth=self.points(3), foreground=self.theme.ground, alpha=0.85)] if halo else None
        self._paper.text(
            x,
            y,
            text,
            fontproperties=font,
            color=color,
            parse_math=False,
            path_effects=effects,
            zorder=self._next_layer(),
            **options,
        )

    def lines(self, segments: DoubleArray, color: str, alphas: DoubleArray) -> None:
        """Straight lines (k, 2, 2), each with its own opacity."""
        from matplotlib.collections import LineCollection
        from matplotlib.colors import to_rgba

        colors = [to_rgba(color, float(alpha)) for alpha in alphas]
        self._paper.add_collection(
            LineCollection(list(segments), colors=colors, linewidths=self.points(1.25), zorder=self._next_layer())
        )

    def circles(self, centers: DoubleArray, radius: float, *, fill: str, edge: str, edge_width: float) -> None:
        """Circles of one `radius` in units at `centers` (k, 2) pixels."""
        size = (2 * self.points(radius)) ** 2
        self._paper.scatter(
            centers[:, 0],
            centers[:, 1],
            s=size,
            facecolors=fill,
            edgecolors=edge,
            linewidths=self.points(edge_width),
            zorder=self._next_layer(),
        )

    def box(self, x: float, y: float, width: float, height: float, color: Any, *, edge: str = "none") -> None:
        """A filled rectangle."""
        from matplotlib.patches import Rectangle

        self._paper.add_patch(
            Rectangle(
                (x, y),
                width,
                height,
                facecolor=color,
                edgecolor=edge,
                linewidth=self.points(1),
                zorder=self._next_layer(),
            )
        )

    def picture(self, pixels: ByteArray, x: int, y: int) -> None:
        """Opaque R, G, B pixels (height, width, 3) with their upper left corner at (x, y), not resampled."""
        self.figure.figimage(pixels, xo=x, yo=self.height - y - len(pixels), origin="upper", zorder=0)

    def _next_layer(self) -> int:
        """What is drawn later lies on top, whatever its kind."""
        self._layer += 1
        return self._layer

    def points(self, units: float) -> float:
        """A length in units as the typographic points matplotlib wants."""
        return units * self.unit * _POINTS_PER_PIXEL


def plain_line(text: str, most: int = _MOST_CHARACTERS) -> str:
    """Text as one line without control characters, elided beyond `most` characters."""
    line = "".join(character if character.isprintable() else " " for character in text).strip()
    return line if len(line) <= most else line[: most - 1] + "…"


def on_ground(premultiplied: ByteArray, ground: tuple[int, int, int]) -> ByteArray:
    """A premultiplied B, G, R, A picture laid on an opaque ground: R, G, B uint8 (height, width, 3)."""
    rest = 255 - premultiplied[..., 3:].astype(np.uint16)
    under = (rest * np.array(ground, np.uint16) + 127) // 255
    laid: ByteArray = np.minimum(premultiplied[..., 2::-1] + under, 255).astype(np.uint8)
    return laid
