"""Pairs of words as a person types them into one line."""

from __future__ import annotations

import re

from embedviz.errors import OptionError

_PIECES = re.compile(r'"([^"]+)"|([^\s,]+)')
_BETWEEN_PAIRS = re.compile(r"[;\n]")


def typed_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read `doctor nurse; "new york", london`: pairs between semicolons, names of several words in quotes.

    Raises OptionError for a part that holds no two names.
    """
    pairs = []
    for part in _BETWEEN_PAIRS.split(text):
        names = [quoted or plain for quoted, plain in _PIECES.findall(part)]
        if not names:
            continue
        if len(names) != 2:
            raise OptionError(
                f"“{part.strip()[:60]}” holds {len(names)} name{'s'[: len(names) > 1]}, not two. Write pairs as "
                'doctor nurse; paris london, and names of several words in quotes: "new york" london.'
            )
        pairs.append((names[0], names[1]))
    return tuple(pairs)
