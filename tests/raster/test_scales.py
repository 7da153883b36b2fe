"""Ticks of scales: round, inside, three to five."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.raster.scales import is_signed, scale_ends, scale_ticks, value_text

NUMBERS = st.floats(-1e12, 1e12, allow_subnormal=False)


def value_of(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


@given(NUMBERS, st.floats(1e-9, 1e12))
def test_ticks_are_three_to_five_where_numbers_can_be_told_apart(low: float, size: float) -> None:
    high = low + size
    if not high - low > 1e-3 * abs(low):
        return
    ticks = scale_ticks(low, high)
    assert 3 <= len(ticks) <= 5
    shares = [tick.share for tick in ticks]
    assert shares == sorted(shares)
    assert min(shares) >= 0
    assert max(shares) <= 1
    steps = np.diff(shares)
    assert steps == pytest.approx(steps[0], rel=1e-6)
    for tick in ticks:
        assert value_of(tick.text) == pytest.approx(low + tick.share * (high - low), abs=0.02 * size)


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 1, ["0.0", "0.5", "1.0"]),
        (200.9, 9798, ["2,000", "4,000", "6,000", "8,000"]),
        (-0.15, 0.45, ["0", "0.2", "0.4"]),
        (5, 5, []),
        (0, math.inf, []),
        (1e-7, 5e-7, ["1e-7", "2e-7", "3e-7", "4e-7", "5e-7"]),
    ],
)
def test_ticks(low: float, high: float, texts: list[str]) -> None:
    found = [tick.text for tick in scale_ticks(low, high)]
    assert [value_of(text) for text in found] == pytest.approx([value_of(text) for text in texts])


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        ("1905-03-01", "1991-01-01", ["1920", "1940", "1960", "1980"]),
        ("2020-01-15", "2020-06-20", ["2020-02", "2020-03", "2020-04", "2020-05", "2020-06"]),
        ("2020-01-01T00:30", "2020-01-01T05:00", ["2020-01-01 01:00"]),
    ],
)
def test_times_have_dates_of_the_calendar(first: str, last: str, texts: list[str]) -> None:
    low, high = (float(np.datetime64(text, "ms").astype(np.int64)) for text in (first, last))
    found = [tick.text for tick in scale_ticks(low, high, "time")]
    assert 3 <= len(found) <= 5
    assert found[: len(texts)] == texts


def test_ends_of_scales() -> None:
    values = np.random.default_rng(0).normal(size=1001)
    assert scale_ends(values, "percentile") == pytest.approx(tuple(np.percentile(values, [2, 98])))
    assert scale_ends(values, "full") == (values.min(), values.max())
    assert scale_ends(values, (1.0, 2.0)) == (1.0, 2.0)
    assert scale_ends(values[:0], "full") == (0.0, 0.0)


def test_signs_matter_where_both_sides_reach_out() -> None:
    assert is_signed(-1, 1)
    assert is_signed(-0.2, 1)
    assert not is_signed(-0.02, 1)
    assert not is_signed(0, 1)
    assert not is_signed(-3, -1)


def test_values_as_text() -> None:
    assert [value_text(value) for value in (0.0, -3.0, 1234.4, 0.123456)] == ["0", "−3", "1,234", "0.1235"]
    assert value_text(2.0, "log") == "100"
