"""A sheet that matplotlib draws on: text, lines, dots and pictures, in units with y down from the upper left corner."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.raster.figure_png import encoded, lay_under, over, premultiplied, straight
from embedviz.raster.figure_spec import PIXELS_PER_INCH, FigureKind, FigureSpec
from embedviz.raster.figure_theme import DARK, LIGHT, font_families, rgb
from embedviz.raster.placement import LabelBox
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, DoubleArray, FloatArray

_POINTS_PER_PIXEL = 72.0 / PIXELS_PER_INCH
_SMALLEST_UNIT = 0.6


class Sheet:
    """A figure of `width` x `height` pixels of 1/96 inch; `unit` scales text and lines, 1 at 1280 x 800."""

    def __init__(self, spec: FigureSpec, kind: FigureKind) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = spec.size
        self.kind, self.scale, self._spec = kind, spec.scale, spec
        self.theme = DARK if spec.dark else LIGHT
        self.unit = max(min(self.width / 1280, self.height / 800), _SMALLEST_UNIT)
        self._families = [*font_families(), "sans-serif"]
        self.figure = Figure(
            figsize=(self.width / PIXELS_PER_INCH, self.height / PIXELS_PER_INCH),
            dpi=PIXELS_PER_INCH * self.scale,
            facecolor="none" if spec.transparent or kind == "png" else self.theme.ground,
        )
        canvas: Any = FigureCanvasAgg(self.figure)
        self._canvas = canvas
        self._paper: Any = self.figure.add_axes((0, 0, 1, 1), zorder=2)
        self._paper.set_axis_off()
        self._layer = 10
        self._paper.set_xlim(0, self.width)
        self._paper.set_ylim(self.height, 0)
        self._fonts: dict[tuple[float, bool], Any] = {}
        self._ground = None if spec.transparent else rgb(self.theme.ground)
        self._points: tuple[ByteArray, int, int] | None = None
        self._behind: ByteArray | None = None

    def font(self, pixels: float, *, bold: bool = False) -> Any:
        """A font of some height in units."""
        from matplotlib.font_manager import FontProperties

        if (pixels, bold) not in self._fonts:
            size = pixels * self.unit * _POINTS_PER_PIXEL
            weight = "bold" if bold else "normal"
            self._fonts[pixels, bold] = FontProperties(family=self._families, size=size, weight=weight)
        return self._fonts[pixels, bold]

    def width_of(self, text: str, font: Any) -> float:
        """How wide a line of text is, in pixels."""
        return self.extent(text, font)[0]

    def extent(self, text: str, font: Any) -> tuple[float, float]:
        """Width and height of a line of text in pixels."""
        width, height, _ = self._canvas.get_renderer().get_text_width_height_descent(text, font, ismath=False)
        return float(width) / self.scale, float(height) / self.scale

    def text(self, x: float, y: float, text: str, font: Any, color: str, *, halo: bool = False, **options: Any) -> None:
        """One line of plain text; `halo` sets it off from what is under it."""
        options |= {"fontproperties": font, "parse_math": False}
        if halo:
            # An outline of its own: text with an effect would be turned into shapes in SVG and PDF.
            from matplotlib.patheffects import Stroke

            edge = Stroke(linewidth=self.points(3), foreground=self.theme.ground, alpha=0.85, joinstyle="round")
            layer = self._next_layer()
            self._paper.text(x, y, text, color=self.theme.ground, path_effects=[edge], zorder=layer, **options)
        self._paper.text(x, y, text, color=color, zorder=self._next_layer(), **options)

    def lines(
        self, segments: DoubleArray, color: str, alphas: DoubleArray, clip: LabelBox, *, width: float = 1.25
    ) -> None:
        """Straight lines (k, 2, 2), each with its own opacity, inside of `clip`."""
        from matplotlib.collections import LineCollection
        from matplotlib.colors import to_rgba

        colors = [to_rgba(color, float(alpha)) for alpha in alphas]
        lines = LineCollection(list(segments), colors=colors, linewidths=self.points(width), zorder=self._next_layer())
        self._paper.add_collection(lines, autolim=False)
        lines.set_clip_path(self._rectangle(clip))

    def circles(
        self,
        centers: DoubleArray,
        radius: float,
        *,
        fill: Any,
        edge: str = "none",
        edge_width: float = 0,
        clip: LabelBox | None = None,
    ) -> None:
        """Circles of one `radius` in units at `centers` (k, 2) pixels, of one colour `fill` or one each."""
        dots = self._paper.scatter(
            centers[:, 0],
            centers[:, 1],
            s=(2 * self.points(radius)) ** 2,
            facecolors=fill,
            edgecolors=edge,
            linewidths=self.points(edge_width),
            zorder=self._next_layer(),
        )
        if clip is not None:
            dots.set_clip_path(self._rectangle(clip))

    def box(self, box: LabelBox, color: Any) -> None:
        """A filled rectangle."""
        patch = self._rectangle(box)
        patch.set(facecolor=color, edgecolor="none", linewidth=0, zorder=self._next_layer())
        self._paper.add_patch(patch)

    def polygon(self, corners: DoubleArray, color: Any, *, clip: LabelBox | None = None) -> None:
        """A filled shape with `corners` (k, 2) in pixels, inside of `clip`."""
        from matplotlib.patches import Polygon

        shape = self._paper.add_patch(Polygon(corners, facecolor=color, edgecolor="none", zorder=self._next_layer()))
        if clip is not None:
            shape.set_clip_path(self._rectangle(clip))

    def lay_behind(self, draw: Callable[[Sheet], None]) -> None:
        """Let `draw` draw what stands behind the points, before these come onto the sheet."""
        if self.kind != "png":
            draw(self)
            return
        other = Sheet(self._spec, self.kind)
        draw(other)
        other._canvas.draw()
        self._behind = np.asarray(other._canvas.buffer_rgba())

    def points_picture(self, painted: ByteArray, place: LabelBox) -> None:
        """The painted points, premultiplied B, G, R, A, on a `place` of whole pixels, under all that is drawn later."""
        if self.kind != "png":
            self.picture(straight(painted), place)
            return
        x, y = round(place.x * self.scale), round(place.y * self.scale)
        if self._behind is not None:
            height, width = painted.shape[:2]
            painted = over(premultiplied(self._behind[y : y + height, x : x + width]), painted)
        self._points = painted, x, y  # laid under at the end: matplotlib takes seconds for a large picture

    def picture(self, pixels: ByteArray, place: LabelBox) -> None:
        """R, G, B, A pixels (height, width, 4), scaled to a `place`."""
        from matplotlib.image import AxesImage

        extent = (place.x, place.x + place.width, place.y + place.height, place.y)
        image = AxesImage(self._paper, extent=extent, origin="upper", interpolation="none", zorder=self._next_layer())
        image.set_data(pixels)
        self._paper.add_artist(image)

    def points(self, units: float) -> float:
        """A length in units as the typographic points matplotlib wants."""
        return units * self.unit * _POINTS_PER_PIXEL

    def written(self, *, title: str, program: str, day: date | None) -> Steps[bytes]:
        """The whole sheet as a file of its kind, with a title, what drew it and perhaps a date inside."""
        yield Progress(0.0, f"Writing {self.kind.upper()}")
        if self.kind == "png":
            self._canvas.draw()
            pixels = np.array(self._canvas.buffer_rgba())
            for share in lay_under(pixels, *(self._points or (np.zeros((0, 0, 4), np.uint8), 0, 0)), self._ground):
                yield Progress(share, "Writing PNG")
            texts = {"Title": title, "Software": program}
            return encoded(pixels, pixels_per_inch=PIXELS_PER_INCH * self.scale, texts=texts)
        inside: dict[str, Any] = {"Title": title} if title else {}
        inside["Creator"] = program
        if self.kind == "svg":
            inside["Date"] = None if day is None else day.isoformat()
        else:
            inside["CreationDate"] = None if day is None else datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        file = io.BytesIO()
        self.figure.savefig(file, format=self.kind, metadata=inside)
        return file.getvalue()

    def _rectangle(self, box: LabelBox) -> Any:
        from matplotlib.patches import Rectangle

        return Rectangle((box.x, box.y), box.width, box.height, transform=self._paper.transData)

    def _next_layer(self) -> int:
        """What is drawn later lies on top, whatever its kind."""
        self._layer += 1
        return self._layer


def on_sheet(points: FloatArray | DoubleArray, viewport: Viewport, frame: LabelBox) -> DoubleArray:
    """Pixels (n, 2) of the sheet where data `points` (n, 2) lie."""
    x, y = viewport.exact_pixels(points)
    return np.column_stack([x + frame.x, y + frame.y])
