"""Colours by metadata: order, limits, contrast, and what the legend says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from embedviz.errors import OptionError
from embedviz.raster import color_by, colorable
from embedviz.raster.coloring import color_values, count_shown, shown_legend, with_alphas
from embedviz.raster.palettes import GROUNDS, MISSING, class_palette, contrast
from embedviz.space.labels import Labels
from embedviz.space.table import Column


def category(codes: list[int], names: tuple[str, ...]) -> Column:
    values = np.array(codes, np.int32)
    return Column("category", values, values < 0, names)


def luminance(color: np.ndarray) -> float:
    value = color / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("n_classes", [1, 8, 9, 60])
def test_every_class_stands_out_from_its_ground_and_from_the_others(n_classes: int, dark: bool) -> None:
    palette = class_palette(n_classes, dark=dark)
    assert palette.shape == (n_classes, 3)
    assert len({*map(tuple, palette.tolist()), MISSING[dark]}) == n_classes + 1
    ground = luminance(np.array(GROUNDS[dark]))
    for color in [*palette, np.array(MISSING[dark])]:
        low, high = sorted((luminance(color), ground))
        assert (high + 0.05) / (low + 0.05) >= 2.99
        assert contrast(np.asarray(color, np.uint8), np.array(GROUNDS[dark], np.uint8)) >= 2.99


def test_readable_okabe_ito_colors_are_kept_as_they_are() -> None:
    assert [0x00, 0x9E, 0x73] in class_palette(8, dark=False).tolist()
    assert [0xF0, 0xE4, 0x42] in class_palette(8, dark=True).tolist()
    assert [0, 0, 0] not in class_palette(8, dark=True).tolist()


def test_classes_are_ordered_by_frequency_and_missing_comes_last() -> None:
    coloring = color_by(category([2, 2, 0, -1, 2, 0, -1, 3], ("a", "b", "c", "d")), dark=False)
    assert [(entry.name, entry.count) for entry in coloring.legend.entries] == [
        ("c", 3), ("a", 2), ("d", 1), ("(none)", 2),
    ]  # fmt: skip
    assert coloring.codes.tolist() == [0, 0, 1, 4, 0, 1, 4, 2]
    assert coloring.codes.dtype == np.int32
    for entry in coloring.legend.entries:
        assert entry.color in [tuple(row) for row in coloring.palette.tolist()]
    assert tuple(coloring.palette[-1]) == MISSING[False]
    assert not coloring.codes.flags.writeable


def test_flags_are_two_classes() -> None:
    column = Column("flag", np.array([True, False, False, True, False]), np.array([0, 0, 0, 1, 0], bool))
    legend = color_by(column, dark=True).legend
    assert [(entry.name, entry.count) for entry in legend.entries] == [("no", 3), ("yes", 1), ("(none)", 1)]


def test_numbers_run_from_the_2nd_to_the_98th_percentile() -> None:
    values = np.arange(1001, dtype=float)
    values[500] = np.nan
    coloring = color_by(Column("number", values, np.isnan(values)), dark=False)
    low, high = np.percentile(values[~np.isnan(values)], [2, 98])
    assert (coloring.codes[0], coloring.codes[1000], coloring.codes[500]) == (0, 255, 256)
    middle = 0.3 * low + 0.7 * high
    assert coloring.codes[round(middle)] == pytest.approx(0.7 * 255, abs=1)
    assert (np.diff(np.delete(coloring.codes, 500)) >= 0).all()
    legend = coloring.legend
    assert (legend.kind, legend.low, legend.high) == ("scale", f"{low:.4g}", f"{high:.4g}")
    assert "2nd to 98th percentile" in legend.note
    assert [(entry.name, entry.count) for entry in legend.entries] == [("(none)", 1)]
    assert len(legend.colors) == 256
    assert coloring.palette.shape == (257, 3)


def test_scales_brighten_all_the_way() -> None:
    for dark in (False, True):
        palette = color_by(Column("number", np.arange(9.0), np.zeros(9, bool)), dark=dark).palette[:-1]
        assert (np.diff([luminance(color) for color in palette]) > -0.002).all()


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([5.0, 5.0, 5.0], [128, 128, 128]),
        ([np.inf, 0.0, 1.0, -np.inf], [255, 0, 255, 0]),
        ([np.nan, np.nan], [256, 256]),
        ([-1e308, 1e308, 0.0], [0, 255, 128]),
    ],
)
def test_odd_numbers(values: list[float], codes: list[int]) -> None:
    column = Column("number", np.array(values), np.zeros(len(values), bool))
    assert color_by(column, dark=False).codes.tolist() == codes


def test_times_are_a_scale_with_dates_at_its_ends() -> None:
    days = np.array(["2000-01-01", "2000-01-11", "NaT"], "datetime64[ms]")
    coloring = color_by(Column("time", days, np.isnat(days)), dark=False)
    assert coloring.codes.tolist() == [0, 255, 256]
    assert coloring.legend.low.startswith("2000-01-01")
    assert coloring.legend.high.startswith("2000-01-10")


def test_ten_thousand_classes_work_and_say_that_they_share_colors() -> None:
    names = tuple(f"class {number}" for number in range(10_000))
    column = category(list(range(10_000)), names)
    coloring = color_by(column, dark=False)
    assert coloring.codes.tolist() == list(range(10_000))
    assert len(coloring.legend.entries) == 10_000
    assert coloring.legend.note.startswith("10,000 classes share")


def test_texts_that_hardly_repeat_cannot_color() -> None:
    text = Column("text", Labels.from_strings(["a", "b"]), np.zeros(2, bool))
    assert not colorable(text)
    with pytest.raises(OptionError, match="cannot colour"):
        color_by(text, dark=False)
    assert colorable(category([0], ("a",)))


def test_of_very_many_classes_the_most_frequent_are_listed() -> None:
    names = tuple(map(str, range(12_000)))
    coloring = color_by(category([*range(12_000), 11_999], names), dark=True)
    assert (coloring.legend.entries[0].name, coloring.legend.entries[0].count) == ("11999", 2)
    assert len(coloring.legend.entries) == 10_000
    assert coloring.legend.n_more == 2_000
    assert coloring.codes[-1] == coloring.codes[11_999] == 0
    assert coloring.palette.shape == (12_001, 3)


def test_texts_that_repeat_are_classes_by_their_bytes() -> None:
    random = np.random.default_rng(3)
    words = ["", "red", "grün", "red ", "עברית", "a\0b"]
    texts = [words[at] for at in random.choice(6, 5_000, p=[0.05, 0.4, 0.3, 0.1, 0.1, 0.05])]
    missing = random.random(5_000) < 0.1
    column = Column("text", Labels.from_strings(texts), missing)
    assert colorable(column)
    coloring = color_by(column, dark=False)
    counts = Counter(text for text, is_missing in zip(texts, missing, strict=True) if not is_missing)
    assert {entry.name: entry.count for entry in coloring.legend.entries[:-1]} == counts
    name_of = {entry.code: entry.name for entry in coloring.legend.entries}
    expected = ["(none)" if is_missing else text for text, is_missing in zip(texts, missing, strict=True)]
    assert [name_of[code] for code in coloring.codes.tolist()] == expected


def test_hidden_and_faded_colours_are_alphas() -> None:
    coloring = color_by(category([2, 2, 0, -1, 2, 0, -1, 3], ("a", "b", "c", "d")), dark=False)
    hidden = with_alphas(coloring, frozenset({0, 4}))
    assert hidden.alphas is not None
    assert hidden.alphas.tolist() == [0, 1, 1, 1, 0]
    assert hidden.shown() is not None
    assert hidden.shown().tolist() == [False, False, True, False, False, True, False, True]
    assert count_shown(hidden) == 3
    assert hidden.codes is coloring.codes
    faded = with_alphas(hidden, frozenset({0}), highlighted=1)
    assert faded.alphas is not None
    assert faded.alphas.tolist() == pytest.approx([0, 1, 0.15, 0.15, 0.15])
    assert with_alphas(hidden, frozenset()).alphas is None
    legend = shown_legend(hidden)
    assert [entry.name for entry in legend.entries] == ["a", "d"]
    assert legend.note.startswith("3 of 8 items are shown")
    assert shown_legend(coloring) is coloring.legend


def test_limits_are_those_that_are_wished() -> None:
    column = Column("number", np.arange(101, dtype=float), np.zeros(101, bool))
    full, custom = color_by(column, dark=False, limits="full"), color_by(column, dark=False, limits=(25.0, 75.0))
    assert full.legend.ends == (0, 100)
    assert (full.legend.n_below, full.legend.n_above, full.legend.note) == (0, 0, "")
    assert full.codes[[0, 50, 100]].tolist() == [0, 128, 255]
    assert custom.codes[[0, 25, 50, 75, 100]].tolist() == [0, 0, 128, 255, 255]
    assert (custom.legend.n_below, custom.legend.n_above) == (25, 25)
    assert "the limits" in custom.legend.note
    for bad in ((1.0, 1.0), (2.0, 1.0), (0.0, np.inf)):
        with pytest.raises(OptionError, match="cannot run"):
            color_by(column, dark=False, limits=bad)


@pytest.mark.parametrize("dark", [False, True])
def test_signed_values_fade_to_the_ground_at_zero(dark: bool) -> None:
    column = Column("number", np.linspace(-1, 1, 401), np.zeros(401, bool))
    coloring = color_by(column, dark=dark, limits="full")
    colors = coloring.palette[coloring.codes].astype(int)
    low, middle, high = colors[0], colors[200], colors[-1]
    assert np.abs(middle - np.array(GROUNDS[dark])).max() < 32
    assert low[2] > low[0] + 60
    assert high[0] > high[2] + 60
    ground = np.array(GROUNDS[dark], np.uint8)
    steps = [contrast(color.astype(np.uint8), ground) for color in colors[::10]]
    assert (np.diff(steps[:21]) < 0.02).all()
    assert (np.diff(steps[20:]) > -0.02).all()
    assert min(steps[0], steps[-1]) > 5
    # the weaker side ends as far from 0 as it reaches
    half = color_by(Column("number", np.linspace(-0.5, 1, 301), np.zeros(301, bool)), dark=dark, limits="full")
    assert np.abs(half.palette[0].astype(int) - colors[100]).max() <= 3
    barely = Column("number", np.linspace(-0.01, 1, 301), np.zeros(301, bool))
    assert (color_by(barely, dark=dark, limits="full").palette == scale_of(dark)).all()


def scale_of(dark: bool) -> np.ndarray:
    return color_by(Column("number", np.arange(9.0), np.zeros(9, bool)), dark=dark).palette


def test_logarithms_spread_small_counts() -> None:
    values = np.array([1.0, 10, 100, 1000, np.nan])
    coloring = color_values(values, np.isnan(values), dark=False, limits="full", kind="log")
    assert coloring.codes.tolist() == [0, 85, 170, 255, 256]
    assert coloring.legend.ends == pytest.approx((1, 1000))
    assert [tick.text for tick in coloring.legend.ticks] == ["1", "10", "100", "1,000"]
    assert (coloring.legend.low, coloring.legend.high) == ("1", "1,000")
    custom = color_values(values, np.isnan(values), dark=False, limits=(10.0, 100.0), kind="log")
    assert custom.codes.tolist() == [0, 0, 255, 255, 256]


def test_no_items() -> None:
    assert color_by(category([], ()), dark=False).legend.entries == ()
    assert color_by(Column("number", np.empty(0), np.empty(0, bool)), dark=True).codes.shape == (0,)


def test_a_scale_over_all_that_float64_holds() -> None:
    values = np.array([-1.7e308, 1.7e308, np.inf])
    coloring = color_by(Column("number", values, np.zeros(3, bool)), dark=False)
    assert coloring.codes.tolist() == [0, 255, 255]
