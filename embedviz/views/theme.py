"""The colours and measures of the window, in one place; everything else asks for a role."""

from __future__ import annotations

from dataclasses import dataclass, replace

GRID = 4
PADDING = 16
GAP = 12
RADIUS = 8
CONTROL_HEIGHT = 30
ROW_HEIGHT = 26
QUERY_HEIGHT = 36
BODY_PX = 13
QUERY_PX = 15
TITLE_PX = 15
HEAD_PX = 11


@dataclass(frozen=True)
class Theme:
    """One colour, `#RRGGBB`, for each role."""

    name: str
    is_dark: bool
    window: str
    panel: str
    ground: str
    hairline: str
    text: str
    muted: str
    accent: str
    tint: str
    on_accent: str
    query: str
    query_text: str
    neighbor: str
    rest: str
    error: str


LIGHT = Theme(
    name="light",
    is_dark=False,
    window="#F6F7F9",
    panel="#FFFFFF",
    ground="#FFFFFF",
    hairline="#DFE3E8",
    text="#1D232B",
    muted="#66707C",
    accent="#0B6BCB",
    tint="#E5F0FB",
    on_accent="#FFFFFF",
    query="#D55E00",
    query_text="#BD5300",
    neighbor="#0072B2",
    rest="#7C8DA3",
    error="#B42318",
)

DARK = Theme(
    name="dark",
    is_dark=True,
    window="#15181C",
    panel="#1C2025",
    ground="#121519",
    hairline="#2C323A",
    text="#E6E9ED",
    muted="#98A2AE",
    accent="#5CB0FF",
    tint="#1E3246",
    on_accent="#10151B",
    query="#FF9D5C",
    query_text="#FF9D5C",
    neighbor="#6CC3F5",
    rest="#71829A",
    error="#FF8A80",
)


def themed(*, is_dark: bool, high_contrast: bool = False) -> Theme:
    """The theme for a light or dark system; under high contrast, hairlines and muted text take the text's colour."""
    theme = DARK if is_dark else LIGHT
    return replace(theme, hairline=theme.text, muted=theme.text) if high_contrast else theme
