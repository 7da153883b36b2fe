"""How the points of a plot look, whatever the camera sees."""

from __future__ import annotations

from dataclasses import dataclass, replace

from embedviz.raster import Coloring, Style, style_for
from embedviz.space.arrays import RowArray
from embedviz.views.theme import Theme

SELECTED_STRENGTH, SELECTED_COLORED_STRENGTH = 2.0, 1.2


@dataclass(frozen=True, eq=False)
class Look:
    """Colours, what is selected, whether the rest is held back, and the factors of size and opacity."""

    theme: Theme
    coloring: Coloring | None = None
    selection: RowArray | None = None
    is_faded: bool = False
    size: float = 1.0
    opacity: float = 1.0

    def styles(self, n_in_view: int, ratio: float) -> tuple[Style, Style]:
        """How all items are drawn for as many in view, and the selected ones once more, stronger."""
        style = style_for(n_in_view, pixel_ratio=ratio).adjusted(self.size, self.opacity)
        if self.coloring is not None:
            style = style.vivid()
        strength = SELECTED_STRENGTH if self.coloring is None else SELECTED_COLORED_STRENGTH
        strong = replace(style, opacity=min(1.0, strength * style.opacity))
        return style.faded() if self.is_faded else style, strong
