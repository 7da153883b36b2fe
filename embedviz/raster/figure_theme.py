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
    "Droid Sans Fallback",
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

    ground: str
    hairline: str
    text: str
    muted: str
    query: str
    query_text: str
    neighbors: str
    accent: str
    rest: Color


LIGHT = Theme(
    ground="#FFFFFF",
    hairline="#DFE3E8",
    text="#1D232B",
    muted="#66707C",
    query="#D55E00",
    query_text="#BD5300",
    neighbors="#0072B2",
    accent="#0B6BCB",
    rest=(0x7C, 0x8D, 0xA3),
)

DARK = Theme(
    ground="#121519",
    hairline="#2C323A",
    text="#E6E9ED",
    muted="#98A2AE",
    query="#FF9D5C",
    query_text="#FF9D5C",
    neighbors="#6CC3F5",
    accent="#5CB0FF",
    rest=(0x71, 0x82, 0x9A),
)


def font_families() -> list[str]:
    """The families that stand on this machine, in the order in which they are asked for a character."""
    from matplotlib import font_manager

    present = set(font_manager.fontManager.get_font_names())
    return [name for name in _FONTS if name in present]


def rgb(color: str) -> Color:
    """A colour from `#RRGGBB`."""
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue
