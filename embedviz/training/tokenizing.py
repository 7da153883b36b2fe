"""Text to words: bytes to characters, characters to lower-case words by the rules of Unicode Standard Annex 29."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from embedviz.errors import MissingLibraryError
from embedviz.space.arrays import FlagArray

LINE_END = "\0"
"""Stands in a list of words for the end of a line; no text holds it, since NUL is in no word."""

LONGEST_WORD = 200
"""Longer runs of letters and digits are data, not words; they are counted and left out of the vocabulary."""


def decoded(block: bytes) -> tuple[str, int]:
    """The characters of UTF-8 bytes and how many bytes were bad; those are replaced by U+FFFD, which is in no word."""
    try:
        return block.decode(), 0
    except UnicodeDecodeError:
        return block.decode("utf-8", "replace"), len(block) - len(block.decode("utf-8", "ignore").encode())


def words_of(text: str) -> list[str]:
    """The words of `text` in order, lower case, with LINE_END at each line end (LF, CR, or both: then two).

    Words are the segments of UAX 29 (default word boundaries) that hold a letter or a digit: `don't`, `3.14` and
    `snake_case` are one word each, `well-known` two. MissingLibraryError without `regex`, for text beyond ASCII.
    """
    return _ascii_words(text) if text.isascii() else _all_words(text)


def _all_words(text: str) -> list[str]:
    found: list[str] = _segments().findall(text.lower().replace(LINE_END, " ").replace("\r", "\n"))
    return [LINE_END if word == "\n" else word for word in found] if "\n" in found else found


@cache
def _segments() -> Any:
    try:
        regex: Any = import_module("regex")
    except ImportError as error:
        raise MissingLibraryError(
            f"Words beyond ASCII need the library regex, which did not import ({error}); install regex."
        ) from error
    return regex.compile(_PATTERN, regex.VERSION1)


def _ascii_words(text: str) -> list[str]:
    """The same rules where they are few: every other character becomes a blank, and a split does the rest."""
    data = np.frombuffer(bytearray(text.encode("ascii").translate(_FOLDED)), np.uint8)
    at = np.flatnonzero(_IS_JOINT[data])
    if len(at):
        inner = at[(at > 0) & (at < len(data) - 1)]
        joint, before, after = data[inner], data[inner - 1], data[inner + 1]
        joins = (_JOINS_LETTERS[joint] & _IS_LETTER[before] & _IS_LETTER[after]) | (
            _JOINS_DIGITS[joint] & _IS_DIGIT[before] & _IS_DIGIT[after]
        )
        kept = data[inner[joins]]
        data[at] = _BLANK
        data[inner[joins]] = kept
    blanked = data.tobytes().decode("ascii").replace("\n", f" {LINE_END} ")
    if "_" in blanked:
        blanked = _ONLY_LINES.sub(" ", blanked)
    return blanked.split()


def _flags(characters: str) -> FlagArray:
    flags = np.zeros(256, np.bool_)
    flags[[ord(character) for character in characters]] = True
    return flags


# The library's own word boundaries part an apostrophe from a vowel after it (d'accord), which the annex does not.
_EXTEND = r"\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}"
_HEBREW = r"\p{WB=Hebrew_Letter}"
_LETTERS_ON = rf"[\p{{WB=ALetter}}{_HEBREW}][\p{{WB=ALetter}}{_HEBREW}{_EXTEND}]*+"
_DIGITS_ON = rf"\p{{WB=Numeric}}[\p{{WB=Numeric}}{_EXTEND}]*+"
_KATAKANA_ON = rf"\p{{WB=Katakana}}[\p{{WB=Katakana}}{_EXTEND}]*+"
_LINE_ON = rf"\p{{WB=ExtendNumLet}}[\p{{WB=ExtendNumLet}}{_EXTEND}]*+"
_MID_LETTER = rf"[\p{{WB=MidLetter}}\p{{WB=MidNumLet}}\p{{WB=Single_Quote}}][{_EXTEND}]*+"
_MID_DIGIT = rf"[\p{{WB=MidNum}}\p{{WB=MidNumLet}}\p{{WB=Single_Quote}}][{_EXTEND}]*+"
_HEBREW_QUOTE = rf"\"(?<={_HEBREW}[{_EXTEND}]*\")(?={_HEBREW})"
_HEBREW_END = rf"'(?<={_HEBREW}[{_EXTEND}]*')[{_EXTEND}]*+"
_WORD = rf"{_LETTERS_ON}(?:(?:{_MID_LETTER}|{_HEBREW_QUOTE}){_LETTERS_ON})*+(?:{_HEBREW_END})?+"
_NUMBER = rf"{_DIGITS_ON}(?:{_MID_DIGIT}{_DIGITS_ON})*+"
_RUN = rf"(?:(?:{_WORD}|{_NUMBER})++|{_KATAKANA_ON})"
_ALONE = rf"[[\p{{Alphabetic}}\p{{N}}]--[{_EXTEND}]]"  # a script without spaces: each character is a word
_USUAL = r"[a-z]++(?=[ \n])"  # no more than a faster road to what the rest finds
_PATTERN = rf"{_USUAL}|\n|(?:{_LINE_ON})?+{_RUN}(?:{_LINE_ON}{_RUN})*+(?:{_LINE_ON})?+|{_ALONE}[{_EXTEND}]*+"
_BLANK = ord(" ")
_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
_IS_LETTER, _IS_DIGIT = _flags(_LETTERS), _flags(_DIGITS)
_JOINS_LETTERS, _JOINS_DIGITS = _flags(":.'"), _flags(",;.'")  # MidLetter and MidNum, both with MidNumLetQ
_IS_JOINT = _JOINS_LETTERS | _JOINS_DIGITS
_STAYS = frozenset(f"{_LETTERS}{_DIGITS}_:.',;\n")
_FOLDED = bytes(
    ord("\n") if code == 13 else ord(chr(code).lower()) if code < 128 and chr(code).lower() in _STAYS else _BLANK
    for code in range(256)
)
_ONLY_LINES = re.compile(r"(?<!\S)_+(?!\S)")
