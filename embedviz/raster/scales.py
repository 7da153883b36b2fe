"""Scales of numbers: their limits, a code for every value, and round ticks on the bar that explains them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from embedviz.errors import OptionError
from embedviz.raster.palettes import SCALE_COLORS
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray

Limits = Literal["percentile", "full"] | tuple[float, float]
ScaleKind = Literal["number", "time", "log"]

LOW_PERCENT, HIGH_PERCENT = 2, 98
FEWEST_TICKS, MOST_TICKS = 3, 5

_SIGNED_SHARE = 0.1
_FACTORS = (1.0, 2.0, 5.0, 2.5, 4.0, 3.0, 1.5)
_CALENDAR = (
    *(("Y", step) for step in (5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)),
    *(("M", step) for step in (6, 4, 3, 2, 1)),
    *(("D", step) for step in (14, 7, 4, 2, 1)),
    *(("h", step) for step in (12, 6, 3, 2, 1)),
    *((unit, step) for unit in ("m", "s") for step in (30, 15, 10, 5, 2, 1)),
)


@dataclass(frozen=True)
class ScaleTick:
    """A round value on a scale: how far along the bar it lies, 0..1, and how it is written."""

    share: float
    text: str


def check_limits(limits: Limits) -> None:
    """Refuse custom limits that no scale can have, with an OptionError."""
    if isinstance(limits, tuple) and not (all(map(math.isfinite, limits)) and limits[0] < limits[1]):
        raise OptionError(f"A scale cannot run from {limits[0]:g} to {limits[1]:g}; the first limit is the lower one.")


def scale_ends(known: DoubleArray, limits: Limits) -> tuple[float, float]:
    """The values at the two ends of a scale for some finite values; (0, 0) where there are none."""
    if isinstance(limits, tuple):
        return limits
    if not len(known):
        return 0.0, 0.0
    if limits == "percentile":
        low, high = _percentiles(known)
        if low < high:
            return low, high
    return float(known.min()), float(known.max())


def scale_codes(values: DoubleArray, missing: FlagArray, low: float, high: float) -> CodeArray:
    """Codes int32 (n,) from 0 at `low` to 255 at `high`, the ends beyond them, and 256 where `missing`."""
    top = SCALE_COLORS - 1
    with np.errstate(over="ignore", invalid="ignore"):
        if not low < high:
            places = np.full(len(values), top / 2)
        else:
            # halved where the distance between the ends of what float64 holds is an overflow
            half = 1.0 if math.isfinite(high - low) else 0.5
            places = (values if half == 1 else values * half) - low * half
            places /= high * half - low * half
            places *= top
    np.clip(places, 0, top, out=places)
    np.rint(places, out=places)
    places[missing] = SCALE_COLORS
    return places.astype(np.int32)


def is_signed(low: float, high: float) -> bool:
    """Whether a scale runs through 0 far enough to both sides that the sign is what one looks for."""
    return low < 0 < high and min(-low, high) >= _SIGNED_SHARE * max(-low, high)


def scale_ticks(low: float, high: float, kind: ScaleKind = "number") -> tuple[ScaleTick, ...]:
    """Three to five round values from `low` to `high` (milliseconds since 1970 for times, log10 for logarithms).

    There are fewer where no such values can be told apart.
    """
    size = high - low
    if not (math.isfinite(size) and size > 0):
        return ()
    if kind == "time":
        found = _times(low, high)
    elif kind == "log":
        found = _powers(low, high)
    else:
        found = _numbers(low, high)
    return tuple(ScaleTick(min(max((value - low) / size, 0.0), 1.0), text) for value, text in found)


def value_text(value: float, kind: ScaleKind = "number") -> str:
    """One value of a scale as a person reads it."""
    if kind == "time":
        return str(np.datetime64(round(value), "ms").astype("datetime64[s]")).replace("T", " ")
    if kind == "log":
        value = float(f"{10.0**value:.3g}")
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e12 or value == round(value) < 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def _percentiles(values: DoubleArray) -> tuple[float, float]:
    """As numpy's, between the two nearest values, but with one pass over a copy."""
    places = [(len(values) - 1) * percent / 100 for percent in (LOW_PERCENT, HIGH_PERCENT)]
    nearest = [min(int(place) + step, len(values) - 1) for place in places for step in (0, 1)]
    one, two, three, four = np.partition(values, nearest)[nearest].tolist()
    shares = [place - int(place) for place in places]
    return one * (1 - shares[0]) + two * shares[0], three * (1 - shares[1]) + four * shares[1]


def _numbers(low: float, high: float) -> list[tuple[float, str]]:
    for step, decimals in _steps(high - low):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if FEWEST_TICKS <= last - first + 1 <= MOST_TICKS:
            return [(at * step, _number_text(at * step, decimals, step)) for at in range(first, last + 1)]
    return []


def _steps(size: float) -> Iterator[tuple[float, int]]:
    """Distances between ticks, the roundest first, and the decimals they need."""
    exponent = math.floor(math.log10(size))
    for factor in _FACTORS:
        for power in (exponent, exponent - 1):
            yield factor * 10.0**power, max(0, -power + (factor != round(factor)))


def _number_text(value: float, decimals: int, step: float) -> str:
    if value == 0:
        return "0"
    if abs(value) < 1e9 and decimals <= 5:
        return f"{value:,.{decimals}f}".replace("-", "−")
    digits = max(1, math.floor(math.log10(abs(value))) - math.floor(math.log10(step)) + 1)
    mantissa, power = f"{value:.{digits}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}".replace("-", "−")


def _powers(low: float, high: float) -> list[tuple[float, str]]:
    """Powers of ten; where fewer than three fit, also 2 and 5 times them."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    found: list[float] = []
    for factors in ((1,), (1, 3), (1, 2, 5)):
        tens = [math.log10(factor) + power for power in powers for factor in factors]
        found = [value for value in tens if low - 1e-9 <= value <= high + 1e-9]
        if len(found) >= FEWEST_TICKS:
            break
    every = -(-len(found) // MOST_TICKS) if found else 1
    return [(value, value_text(value, "log")) for value in found[::every]]


def _times(low: float, high: float) -> list[tuple[float, str]]:
    start, end = (np.datetime64(round(value), "ms") for value in (low, high))
    for unit, step in _CALENDAR:
        epoch = 1970 if unit == "Y" else 0
        coarse = (int(start.astype(f"datetime64[{unit}]").astype(np.int64)) + epoch) // step * step - epoch
        size = _LENGTHS[unit] * step
        if not FEWEST_TICKS - 1 <= (high - low) / size <= MOST_TICKS + 1:
            continue
        counts = np.arange(coarse, coarse + step * (MOST_TICKS + 3), step)
        moments = counts.astype(f"datetime64[{unit}]").astype("datetime64[ms]")
        inside = (moments >= start) & (moments <= end)
        if FEWEST_TICKS <= np.count_nonzero(inside) <= MOST_TICKS:
            shown = moments[inside].astype(f"datetime64[{unit}]")
            texts = [str(moment).replace("T", " ") + (":00" if unit == "h" else "") for moment in shown]
            return list(zip(moments[inside].astype(np.int64).astype(float).tolist(), texts, strict=True))
    return []


_LENGTHS = {"Y": 3.15576e10, "M": 2.6298e9, "D": 8.64e7, "h": 3.6e6, "m": 6e4, "s": 1e3}
