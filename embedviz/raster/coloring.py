"""Colours for all items: a code per item, a palette, and the legend that says what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np

from embedviz.errors import OptionError
from embedviz.raster.drawing import Color
from embedviz.raster.palettes import (
    MISSING,
    SCALE_COLORS,
    class_palette,
    diverging_palette,
    scale_palette,
)
from embedviz.raster.scales import (
    HIGH_PERCENT,
    LOW_PERCENT,
    Limits,
    ScaleKind,
    ScaleTick,
    check_limits,
    is_signed,
    scale_codes,
    scale_ends,
    scale_ticks,
    value_text,
)
from embedviz.raster.text_classes import has_few_classes, text_classes
from embedviz.space.arrays import ByteArray, CodeArray, DoubleArray, FlagArray, FloatArray, RowArray, read_only
from embedviz.space.labels import Labels
from embedviz.space.table import Column

MOST_LISTED = 10_000
NONE = "(none)"


@dataclass(frozen=True)
class LegendEntry:
    """One class: its name, its colour, how many items have it, and their `code`."""

    name: str
    color: Color
    count: int
    code: int = 0


@dataclass(frozen=True)
class Legend:
    """What colours mean: `entries` of classes, most frequent first and missing values last, or a scale.

    `title` is the name of what is shown. A scale runs through `colors` from `low` to `high`, as text and as `ends`,
    with `ticks` between; `n_below` and `n_above` values lie beyond. Its only entry can be the missing values. Of very
    many classes the most frequent are listed, `n_more` are not. `note` says what the colours leave out or repeat, and
    is empty where there is nothing to say.
    """

    kind: Literal["classes", "scale"]
    entries: tuple[LegendEntry, ...]
    low: str = ""
    high: str = ""
    colors: tuple[Color, ...] = ()
    note: str = ""
    title: str = ""
    ends: tuple[float, float] = (0.0, 0.0)
    ticks: tuple[ScaleTick, ...] = ()
    n_below: int = 0
    n_above: int = 0
    n_more: int = 0
    scale_kind: ScaleKind = "number"


@dataclass(frozen=True, eq=False)
class Coloring:
    """A colour for every item: `codes` int32 (n,) into `palette` uint8 (m, 3), whose last row is for missing values.

    `alphas` float32 (m,) say how much of its ink each colour shows: 0 hides its items; None shows all in full.
    """

    codes: CodeArray
    palette: ByteArray
    legend: Legend
    alphas: FloatArray | None = None

    def __post_init__(self) -> None:
        read_only(self.codes)
        read_only(self.palette)
        if self.alphas is not None:
            read_only(self.alphas)

    def shown(self) -> FlagArray | None:
        """Which items are drawn at all (n, bool), or None where no colour is hidden."""
        if self.alphas is None or self.alphas.all():
            return None
        flags: FlagArray = (self.alphas > 0)[self.codes]
        return flags


def colorable(column: Column) -> bool:
    """Whether a column can colour the plot: numbers, times, flags, categories, and texts that repeat themselves."""
    if isinstance(column.values, Labels):
        return column.kind == "text" and has_few_classes(column.values)
    return column.kind in ("number", "time", "flag", "category")


def color_by(column: Column, *, dark: bool, limits: Limits = "percentile", title: str = "") -> Coloring:
    """Colour items by a column, for a light or a dark ground; OptionError where the column cannot colour."""
    if not colorable(column):
        raise OptionError(
            f"A column of {column.kind} values cannot colour the plot; choose one of numbers, times, flags, classes "
            "or texts that repeat themselves."
        )
    missing = np.asarray(column.missing)
    if isinstance(column.values, Labels):
        codes, names = text_classes(column.values, missing)
        return color_classes(codes, names, missing, dark=dark, title=title)
    values = np.asarray(column.values)
    if column.kind == "time":
        missing = missing | np.isnat(values)
        numbers = values.astype("datetime64[ms]").astype(np.int64).astype(float)
        return color_values(numbers, missing, dark=dark, limits=limits, title=title, kind="time")
    if column.kind == "number":
        return color_values(values.astype(np.float64), missing, dark=dark, limits=limits, title=title)
    if column.kind == "flag":
        return color_classes(np.where(values, 0, 1), ("yes", "no"), missing, dark=dark, title=title)
    missing = missing | (values < 0) | (values >= len(column.names))
    return color_classes(values, column.names, missing, dark=dark, title=title)


def color_classes(
    values: RowArray | CodeArray, names: tuple[str, ...], missing: FlagArray, *, dark: bool, title: str = ""
) -> Coloring:
    """Classes in order of frequency, ties in their own order; the last code is for missing values."""
    counts = np.bincount(values[~missing], minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(names) + 1, np.int32)
    rank[order] = np.arange(len(names))
    rank[-1] = len(names)
    codes = rank[np.where(missing, len(names), values)]
    palette = np.concatenate([class_palette(len(names), dark=dark), np.array([MISSING[dark]], np.uint8)])
    listed, n_used = order[:MOST_LISTED], int(np.count_nonzero(counts))
    entries = [
        LegendEntry(names[at], cast(Color, tuple(color)), count, code)
        for code, (at, color, count) in enumerate(
            zip(listed.tolist(), palette[: len(listed)].tolist(), counts[listed].tolist(), strict=True)
        )
        if count
    ]
    n_colors = len(np.unique(palette[:-1][:MOST_LISTED], axis=0))
    legend = Legend(
        "classes",
        (*entries, *_missing_entry(missing, len(names), dark=dark)),
        note=f"{len(names):,} classes share {n_colors:,} colours" if n_colors < len(names) else "",
        title=title,
        n_more=n_used - len(entries),
    )
    return Coloring(codes, palette, legend)


def color_values(
    values: DoubleArray,
    missing: FlagArray,
    *,
    dark: bool,
    limits: Limits = "percentile",
    title: str = "",
    kind: ScaleKind = "number",
) -> Coloring:
    """Codes from one limit to the other; values beyond take the end colours. NaN counts as missing.

    Values around 0 take a diverging scale, of which the stronger side reaches the full colour. Of the kind `log`,
    values above 0 are spread by their logarithm; custom `limits` are values all the same.
    """
    check_limits(limits)
    if kind == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log10(values)
            if isinstance(limits, tuple):
                low, high = np.log10(np.maximum(limits, 1e-300)).tolist()
                limits = (low, high) if low < high else "full"
    missing = missing | np.isnan(values)
    known = values[~missing & np.isfinite(values)]
    low, high = scale_ends(known, limits)
    if not low < high and len(known):
        low, high = float(known.min()), float(known.max())
    palette = diverging_palette(low, high, dark=dark) if kind == "number" and is_signed(low, high) else None
    palette = np.concatenate(
        [scale_palette(dark=dark) if palette is None else palette, np.array([MISSING[dark]], np.uint8)]
    )
    present = values if not missing.any() else values[~missing]
    n_below, n_above = int(np.count_nonzero(present < low)), int(np.count_nonzero(present > high))
    there = len(known) > 0
    legend = Legend(
        "scale",
        _missing_entry(missing, SCALE_COLORS, dark=dark),
        low=value_text(low, kind) if there else "",
        high=value_text(high, kind) if there else "",
        colors=tuple(cast(Color, tuple(row)) for row in palette[:-1].tolist()),
        note=_beyond_note(n_below + n_above, limits),
        title=title,
        ends=(10.0**low, 10.0**high) if kind == "log" else (low, high),
        ticks=scale_ticks(low, high, kind) if there else (),
        n_below=n_below,
        n_above=n_above,
        scale_kind=kind,
    )
    return Coloring(scale_codes(values, missing, low, high), palette, legend)


def with_alphas(
    coloring: Coloring, hidden: frozenset[int], highlighted: int | None = None, faded: float = 0.15
) -> Coloring:
    """The same colours with some hidden, and where one is highlighted the others faded."""
    if not hidden and highlighted is None:
        return coloring if coloring.alphas is None else replace(coloring, alphas=None)
    n_codes = len(coloring.palette)
    alphas = np.full(n_codes, 1.0 if highlighted is None else faded, np.float32)
    if highlighted is not None:
        alphas[highlighted] = 1.0
    alphas[[code for code in hidden if 0 <= code < n_codes]] = 0.0
    return replace(coloring, alphas=alphas)


def count_shown(coloring: Coloring) -> int:
    """How many items are drawn at all."""
    if coloring.alphas is None:
        return len(coloring.codes)
    counts = np.bincount(coloring.codes, minlength=len(coloring.palette))
    return int(counts[coloring.alphas > 0].sum())


def shown_legend(coloring: Coloring) -> Legend:
    """The legend of a figure: without hidden classes, and with a note of how many items they leave out."""
    legend, alphas = coloring.legend, coloring.alphas
    if alphas is None or alphas.all():
        return legend
    entries = tuple(entry for entry in legend.entries if alphas[entry.code] > 0)
    said = f"{count_shown(coloring):,} of {len(coloring.codes):,} items are shown"
    n_more = int(np.count_nonzero(alphas[len(legend.entries) : -1])) if legend.n_more else 0
    return replace(legend, entries=entries, n_more=n_more, note=". ".join(filter(None, (said, legend.note))))


def _beyond_note(n_beyond: int, limits: Limits) -> str:
    where = f"the {LOW_PERCENT}nd to {HIGH_PERCENT}th percentile" if limits == "percentile" else "the limits"
    return f"{n_beyond:,} values beyond {where} take the end colours" if n_beyond else ""


def _missing_entry(missing: FlagArray, code: int, *, dark: bool) -> tuple[LegendEntry, ...]:
    n_missing = int(np.count_nonzero(missing))
    return (LegendEntry(NONE, MISSING[dark], n_missing, code),) if n_missing else ()
