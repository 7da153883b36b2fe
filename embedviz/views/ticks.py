"""Ticks of an axis: round numbers 1, 2, 5, with as many decimals as their distance needs."""

from __future__ import annotations

import math
from dataclasses import dataclass

_LARGEST_PLAIN, _MOST_DECIMALS = 1e6, 5
_EXACT_DIGITS = 15


@dataclass(frozen=True)
class Tick:
    """A value on the axis and how it is written, with a true minus sign."""

    value: float
    text: str


def ticks(low: float, high: float, most: int) -> list[Tick]:
    """At most `most` round numbers from `low` to `high`, ascending; none where no such numbers can be told apart."""
    size = high - low
    if most < 1 or not (math.isfinite(size) and size > 0):
        return []
    step, exponent = _step(size / most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    largest = max(abs(first), abs(last))
    if largest >= 10**_EXACT_DIGITS or last - first >= 2 * most:
        return []
    while last - first + 1 > most:
        step, exponent = _step(step * 1.01)
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [Tick(count * step, _text(count * step, exponent, largest * step)) for count in range(first, last + 1)]


def _step(at_least: float) -> tuple[float, int]:
    """The smallest of 1, 2, 5 times a power of ten that is at least so large, and that power's exponent."""
    exponent = math.floor(math.log10(at_least))
    for factor in (1, 2, 5):
        if factor * 10.0**exponent >= at_least * (1 - 1e-9):
            return factor * 10.0**exponent, exponent
    return 10.0 ** (exponent + 1), exponent + 1


def _text(value: float, exponent: int, largest: float) -> str:
    if value == 0:
        return "0"
    if largest < _LARGEST_PLAIN and exponent >= -_MOST_DECIMALS:
        return f"{value:.{max(0, -exponent)}f}".replace("-", "−")
    digits = max(0, math.floor(math.log10(abs(value)) + 1e-9) - exponent)
    mantissa, power = f"{value:.{digits}e}".split("e")
    return f"{mantissa}e{int(power)}".replace("-", "−")
