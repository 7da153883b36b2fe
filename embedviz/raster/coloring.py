"""Colour by a metadata column: a code per item, a palette, and the legend that says what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from embedviz.errors import OptionError
from embedviz.raster.drawing import Color
from embedviz.raster.palettes import MISSING, SCALE_COLORS, class_palette, scale_palette
from embedviz.space.arrays import ByteArray, CodeArray, DoubleArray, FlagArray, RowArray, read_only
from embedviz.space.table import Column

MOST_CLASSES = 10_000
NONE = "(none)"

_LOW_PERCENT, _HIGH_PERCENT = 2, 98


@dataclass(frozen=True)
class LegendEntry:
    """One class: its name, its colour, and how many items have it."""

    name: str
    color: Color
    count: int


@dataclass(frozen=True)
class Legend:
    """What colours mean: `entries` of classes, most frequent first and missing values last, or a scale.

    A scale runs through `colors` from the value `low` to the value `high`, as text; its only entry can be the missing
    values. `note` says what the colours leave out or repeat, and is empty where there is nothing to say.
    """

    kind: Literal["classes", "scale"]
    entries: tuple[LegendEntry, ...]
    low: str = ""
    high: str = ""
    colors: tuple[Color, ...] = ()
    note: str = ""


@dataclass(frozen=True, eq=False)
class Coloring:
    """A colour for every item: `codes` int32 (n,) into `palette` uint8 (m, 3), whose last row is for missing values."""

    codes: CodeArray
    palette: ByteArray
    legend: Legend

    def __post_init__(self) -> None:
        read_only(self.codes)
        read_only(self.palette)


def colorable(column: Column) -> bool:
    """Whether a column can colour the plot: numbers, times, flags, and categories of up to 10,000 classes."""
    return column.kind in ("number", "time", "flag") or (
        column.kind == "category" and len(column.names) <= MOST_CLASSES
    )


def color_by(column: Column, *, dark: bool) -> Coloring:
    """Colour items by a column, for a light or a dark ground; OptionError where the column cannot colour."""
    if not colorable(column):
        why = f"{len(column.names):,} classes" if column.kind == "category" else f"{column.kind} values"
        raise OptionError(
            f"A column of {why} cannot colour the plot; choose one of numbers, times, flags or at most "
            f"{MOST_CLASSES:,} classes."
        )
    missing = np.asarray(column.missing)
    if column.kind in ("number", "time"):
        return _color_by_scale(column, missing, dark=dark)
    values = np.asarray(column.values)
    if column.kind == "flag":
        return _color_by_class(np.where(values, 0, 1), ("yes", "no"), missing, dark=dark)
    return _color_by_class(values, column.names, missing | (values < 0) | (values >= len(column.names)), dark=dark)


def _color_by_class(values: RowArray, names: tuple[str, ...], missing: FlagArray, *, dark: bool) -> Coloring:
    """Classes in order of frequency, ties in their own order; the last code is for missing values."""
    counts = np.bincount(values[~missing], minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(names) + 1, np.int32)
    rank[order] = np.arange(len(names))
    rank[-1] = len(names)
    codes = rank[np.where(missing, len(names), values)]
    palette = np.concatenate([class_palette(len(names), dark=dark), np.array([MISSING[dark]], np.uint8)])
    entries = [LegendEntry(names[at], _color(palette[rank[at]]), int(counts[at])) for at in order if counts[at]]
    n_colors = len(np.unique(palette[:-1], axis=0))
    note = f"{len(names):,} classes share {n_colors:,} colours" if n_colors < len(names) else ""
    return Coloring(codes, palette, Legend("classes", (*entries, *_missing_entry(missing, dark=dark)), note=note))


def _color_by_scale(column: Column, missing: FlagArray, *, dark: bool) -> Coloring:
    """Codes from the 2nd to the 98th percentile; values beyond them take the end colours."""
    values: DoubleArray = (
        np.asarray(column.values).astype("int64" if column.kind == "time" else "float64").astype(float)
    )
    missing = missing | np.isnan(values)
    known = values[~missing & np.isfinite(values)]
    # halved, so that the distance between the ends of what float64 holds is no overflow
    low, high = 2 * np.percentile(known / 2, [_LOW_PERCENT, _HIGH_PERCENT]) if len(known) else (0.0, 0.0)
    if not low < high and len(known):
        low, high = known.min(), known.max()
    with np.errstate(over="ignore", invalid="ignore"):
        share = (values / 2 - low / 2) / (high / 2 - low / 2) if low < high else np.full(len(values), 0.5)
    share = np.clip(np.where(missing, 0.0, share), 0.0, 1.0)
    codes = np.where(missing, SCALE_COLORS, np.round(share * (SCALE_COLORS - 1))).astype(np.int32)
    palette = np.concatenate([scale_palette(dark=dark), np.array([MISSING[dark]], np.uint8)])
    beyond = int(np.count_nonzero(~missing & ((values < low) | (values > high))))
    note = f"{beyond:,} values beyond the 2nd to 98th percentile take the end colours" if beyond else ""
    legend = Legend(
        "scale",
        _missing_entry(missing, dark=dark),
        low=_value_text(low, column.kind) if len(known) else "",
        high=_value_text(high, column.kind) if len(known) else "",
        colors=tuple(_color(row) for row in palette[:-1]),
        note=note,
    )
    return Coloring(codes, palette, legend)


def _missing_entry(missing: FlagArray, *, dark: bool) -> tuple[LegendEntry, ...]:
    n_missing = int(np.count_nonzero(missing))
    return (LegendEntry(NONE, MISSING[dark], n_missing),) if n_missing else ()


def _value_text(value: float, kind: str) -> str:
    if kind == "time":
        return str(np.datetime64(round(value), "ms").astype("datetime64[s]")).replace("T", " ")
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e12 or value == round(value) < 1000 else f"{value:.4g}"


def _color(row: ByteArray) -> Color:
    red, green, blue = row.tolist()
    return red, green, blue
