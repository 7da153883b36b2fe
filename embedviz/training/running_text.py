"""Running text: lines that were wrapped at a width, blank lines between paragraphs, as novels are handed round."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

LINES_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "sentences": "Each line of the text is a sentence.",
        "running": "Lines of the text run on; a blank line ends a paragraph.",
        "mixed": "In some of the texts lines run on up to a blank line; in others each line is a sentence.",
    }
)
_LINE_ENDS = re.compile(r"\r\n|\n|\r")
_FEWEST_LINES = 10
_NARROWEST, _WIDEST = 40, 120
_NEAR_WIDTH = 0.7
_MOST_LINES = 0.7
_OPEN_LINES = 0.6
_CLOSING = "\"'’”»)]"
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")
_BLANKS = b" \t\r\n\f\v"
_LONGEST_GAP = 1 << 10
_INDENTS = re.compile(rb"(?<=\n)[ \t\f\v]+")
_LONE_END = re.compile(rb"(?<!\n)\n(?!\n)")
_BLANK_LINES = re.compile(rb"\n{2,}")


def is_wrapped(head: bytes) -> bool:
    """Whether a text that begins with `head` (UTF-8) is running text, wrapped at a width.

    It is if blank lines part it into paragraphs, and among the lines that are not the last of their paragraph (at least
    ten) nine of ten are at most 40 to 120 characters wide, seven of ten reach 70 % of that width, and six of ten end
    amid a sentence. A sentence a line fails the last two: sentences differ in length, and end in a full stop.
    """
    lines = [line.strip() for line in _LINE_ENDS.split(head.decode("utf-8", "replace"))]
    inner = [line for line, after in pairwise(lines[:-1]) if line and after]  # the very last may be cut off
    if len(inner) < _FEWEST_LINES or not any(before and not line for before, line in pairwise(lines[:-1])):
        return False
    lengths = sorted(map(len, inner))
    width = lengths[len(lengths) * 9 // 10]
    n_near = sum(length >= _NEAR_WIDTH * width for length in lengths)
    n_open = sum(not line.rstrip(_CLOSING).endswith(_SENTENCE_ENDS) for line in inner)
    return _NARROWEST <= width <= _WIDEST and n_near >= _MOST_LINES * len(inner) and n_open >= _OPEN_LINES * len(inner)


def unwrapped(pieces: Iterator[tuple[bytes, float]]) -> Iterator[tuple[bytes, float]]:
    """The same text with a paragraph a line: a line end becomes a blank, blank lines become one line end."""
    gap = b""
    for piece, share in pieces:
        both = gap + piece
        text = both.rstrip(_BLANKS)
        gap = both[len(text) :]
        if len(gap) > _LONGEST_GAP:
            gap = b"\n\n" if gap.count(b"\n") > 1 or gap.count(b"\r") > 1 else b" "
        yield _joined(text), share


def _joined(text: bytes) -> bytes:
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _BLANK_LINES.sub(b"\n", _LONE_END.sub(b" ", _INDENTS.sub(b"", text)))
