"""The colours and fonts of a figure, light and dark."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.raster.drawing import Color

_FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Noto Emoji",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Segoe UI",
    "Segoe UI Symbol",
    "PingFang SC",
    "Hiragino Sans",
    "Apple SD Gothic Neo",
    "Arial Unicode MS",
)


@dataclass(frozen=True)
class Theme:
    """Colours by role, as matplotlib reads them; `rest` is the colour of items without another."""

    window: str
    ground: str
    hairline: str
    text: str
    muted: str
    query: str
    neighbors: str
    rest: Color


LIGHT = Theme("#F6F7F9", "#FFFFFF", "#DFE3E8", "#1D232B", "#66707C", "#D55E00", "#0072B2", (0x7C, 0x8D, 0xA3))
DARK = Theme("#15181C", "#121519", "#2C323A", "#E6E9ED", "#98A2AE", "#FF9D5C", "#6CC3F5", (0x71, 0x82, 0x9A))


def font_families() -> list[str]:
    """The families that stand on this machine, in the order in which they are asked for a character."""
    from matplotlib import font_manager

    present = set(font_manager.fontManager.get_font_names())
    return [name for name in _FONTS if name in present]
