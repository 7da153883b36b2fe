"""Files of what people say about words: lists of word pairs with a score, and analogies by section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embedviz.errors import FormatError
from embedviz.formats.plain_text import read_plain_text

_MOST_BYTES = 1 << 28
_SCORE_NAMES = ("simlex999", "human (mean)", "score", "similarity", "mean", "rating")


@dataclass(frozen=True)
class WordPairs:
    """Word pairs and how similar people find them; `n_skipped` lines were neither a pair nor a comment."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    scores: tuple[float, ...]
    n_skipped: int


@dataclass(frozen=True)
class Analogies:
    """Questions `a is to b as c is to d` (four words each) by section, in the order of the file."""

    name: str
    sections: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...]
    n_skipped: int


def read_judgments(path: Path) -> WordPairs | Analogies:
    """Read a word-similarity list (two words and a number a line) or an analogy file (`: section`, four words a line).

    Lines that begin with # are comments. Raises FileAccessError, and FormatError for anything else.
    """
    text = read_plain_text(path, "judgments", _MOST_BYTES)
    lines = [line for line in (line.strip() for line in text.split("\n")) if line and not line.startswith("#")]
    if any(line.startswith(":") for line in lines[:50]) or _are_fours(lines):
        return _analogies(path.name, lines)
    found = _pairs(path.name, lines)
    if not found.pairs:
        raise FormatError(
            f"“{path.name}” holds neither word pairs (two words and a number a line) nor analogies (four words a line, "
            "sections begun by “: name”)."
        )
    return found


def _are_fours(lines: Sequence[str]) -> bool:
    sample = [line.split() for line in lines[:50]]
    return bool(sample) and all(len(words) == 4 and not any(map(_is_number, words)) for words in sample)


def _analogies(name: str, lines: Sequence[str]) -> Analogies:
    sections: list[tuple[str, list[tuple[str, str, str, str]]]] = []
    n_skipped = 0
    for line in lines:
        if line.startswith(":"):
            sections.append((line.lstrip(": ").strip() or f"section {len(sections) + 1}", []))
            continue
        words = line.split()
        if len(words) != 4:
            n_skipped += 1
            continue
        if not sections:
            sections.append(("questions", []))
        sections[-1][1].append((words[0], words[1], words[2], words[3]))
    if not any(questions for _, questions in sections):
        raise FormatError(f"“{name}” has sections and no analogies in them (four words a line).")
    return Analogies(name, tuple((title, tuple(questions)) for title, questions in sections), n_skipped)


def _pairs(name: str, lines: Sequence[str]) -> WordPairs:
    pairs: list[tuple[str, str]] = []
    scores: list[float] = []
    n_skipped, at = 0, 2
    separator = next((mark for mark in "\t,;" if lines and mark in lines[0]), None)
    for number, line in enumerate(lines):
        cells = _cells(line, separator)
        if number == 0 and not any(map(_is_number, cells)):  # a header names the columns
            at = next((cells.index(cell) for cell in cells if cell.casefold() in _SCORE_NAMES), 2)
        elif len(cells) > at and _is_number(cells[at]):
            pairs.append((cells[0], cells[1]))
            scores.append(float(cells[at]))
        else:
            n_skipped += 1
    return WordPairs(name, tuple(pairs), tuple(scores), n_skipped)


def _cells(line: str, separator: str | None) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False
