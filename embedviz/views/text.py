"""Text from files, made fit for one line of the screen."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 200
LONGEST_UNBROKEN = 18
_LONG_WORD = re.compile(rf"\S{{{LONGEST_UNBROKEN + 1},}}")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def one_line(text: str, most: int = MOST_CHARACTERS) -> str:
    """Show control characters as visible signs, line ends as ⏎, and cut what is longer than `most`.

    Right-to-left text stands in an isolate, so that a label cannot reorder what stands beside it.
    """
    cut = text if len(text) <= most else text[: most - 1] + "…"
    shown = "".join(_shown(character) for character in cut)
    turns = any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in shown)
    return f"\u2068{shown}\u2069" if turns else shown


def breakable(text: str) -> str:
    """Let long words break across lines, by zero-width spaces, so that none sticks out of a narrow panel."""
    return _LONG_WORD.sub(lambda word: "\u200b".join(re.findall(f".{{1,{LONGEST_UNBROKEN}}}", word.group())), text)


def _shown(character: str) -> str:
    code = ord(character)
    if character == "\n":
        return "⏎"
    if code < 32:
        return chr(0x2400 + code)
    if code == 127:
        return "\u2421"
    if 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
        return "�"
    return character
