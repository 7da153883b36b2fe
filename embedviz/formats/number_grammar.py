"""The numbers that text files may hold: ASCII decimals, nan and infinity, and nothing else that `float` would take."""

from __future__ import annotations

import re
from collections.abc import Sequence

NUMBER = re.compile(
    rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    rb"|[+-]?(?:[nN][aA][nN]|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)"
)
_MARKS_OF_FRACTION = re.compile(rb"[.eE]")


def number(token: bytes) -> float | None:
    """The value of a token, or None where it is no number by our grammar."""
    return float(token) if NUMBER.fullmatch(token) else None


def is_number(token: bytes) -> bool:
    """Whether a token is a number by our grammar."""
    return NUMBER.fullmatch(token) is not None


def is_fraction(token: bytes) -> bool:
    """Whether a token is a number written with a point or an exponent: part of a vector rather than of a label."""
    return (
        (token[-1:].isdigit() or token[-1:] == b".")
        and is_number(token)
        and _MARKS_OF_FRACTION.search(token) is not None
    )


def trailing_numbers(fields: Sequence[bytes]) -> int:
    """How many fields at the end of a line are numbers."""
    count = 0
    for field in reversed(fields):
        if not is_number(field):
            break
        count += 1
    return count
