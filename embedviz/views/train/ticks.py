"""Where an axis has its marks: round numbers, few enough to be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

_ROUND = (1, 2, 5, 10)
_SLACK = 1e-9


def ticks(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten in [low, high], at most `most` of them and at least one."""
    step = _step((high - low) / (most + 1) if high > low else abs(low) or 1.0)
    while True:
        first, last = math.ceil(low / step - _SLACK), math.floor(high / step + _SLACK)
        if last < first:  # no round number of that size in a narrow range
            step = _step(step / 4)
        elif last - first >= most:
            step = _step(step * 1.5)
        else:
            return [number * step for number in range(first, last + 1)]


def whole_ticks(last: int, most: int) -> list[int]:
    """Whole numbers of 1..last, at most `most`: all of them, or multiples of a round step."""
    if last <= most:
        return list(range(1, last + 1))
    step = max(1, round(_step(last / most)))
    return list(range(step, last + 1, step))


def tick_texts(marks: Sequence[float]) -> list[str]:
    """The marks as text, with as many decimals as tell them apart."""
    if not marks:
        return []
    step = min((abs(b - a) for a, b in pairwise(marks)), default=abs(marks[0]) or 1.0)
    decimals = min(6, max(0, -math.floor(math.log10(step) + _SLACK)))
    return [f"{mark:.{decimals}f}" for mark in marks]


def _step(least: float) -> float:
    """The smallest round number that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in _ROUND if power * factor >= least * (1 - _SLACK))
