"""Contrast: text reaches 4.5:1 on its grounds, marks 3:1, in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from embedviz.views import theme as themes

TEXTS = (
    ("text", ("window", "panel", "ground", "tint")),
    ("muted", ("window", "panel", "ground")),
    ("accent", ("window", "panel", "ground", "tint")),
    ("error", ("window",)),
    ("on_accent", ("accent",)),
    ("query_text", ("ground",)),
)
MARKS = (("query", ("ground",)), ("neighbor", ("ground", "panel", "tint")), ("rest", ("ground",)))


def luminance(color: str) -> float:
    shares = QColor(color).getRgbF()[:3]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("roles", "least"), [(TEXTS, 4.5), (MARKS, 3.0)], ids=["texts", "marks"])
def test_every_role_stands_out_from_its_grounds(theme, roles, least):
    faint = [
        f"{role} on {ground}: {contrast(getattr(theme, role), getattr(theme, ground)):.2f}"
        for role, grounds in roles
        for ground in grounds
        if contrast(getattr(theme, role), getattr(theme, ground)) < least
    ]
    assert not faint
