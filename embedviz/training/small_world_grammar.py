"""Sentence frames with slots, word tables that fill them, and the small generator of chance that picks.

The text format is described in `resources/corpora/small_world/README.md`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

_Item = TypeVar("_Item")

_HEADING = re.compile(r"== (?P<name>[\w-]+)(?:: (?P<columns>.+)| (?P<section>[\w-]+) (?P<weight>\d+))$")
_SLOT = re.compile(
    r"\{(?P<table>[a-z]+)(?P<number>\d?)(?::(?P<filter>=?[a-z]+))?(?:\.(?P<column>[a-z]+))?\}|\[(?P<choice>[^\]]*)\]"
)
_ARTICLE = re.compile(r"\b([Aa])n?(?= (\w+))")
_PRONOUNS = {
    "m": {"he": "he", "his": "his", "him": "him", "himself": "himself"},
    "f": {"he": "she", "his": "her", "him": "her", "himself": "herself"},
}
_VOWEL_SOUND = re.compile(r"(?!one\b|uni|use|eu)[aeiou]|hon|hour|heir", re.IGNORECASE)


class Chance:
    """Picks that are the same for a seed on every platform and Python: only `random()` is used, which is promised."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def pick(self, items: Sequence[_Item]) -> _Item:
        """One of `items`, each as likely as the others."""
        return items[int(self._random() * len(items))]


@dataclass(frozen=True)
class Choice:
    """`[this|that]`, or a cell with alternatives: one of several templates."""

    options: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True)
class Slot:
    """`{table2:filter.column}`: a cell of a row, the same row for the same table and number within a sentence."""

    table: str
    filter: str
    number: str
    column: str


@dataclass(frozen=True)
class Pronoun:
    """`{he}`, `{his}`, `{him}` or `{himself}`: of the row with a sex that was named last."""

    word: str


Part = str | Choice | Slot | Pronoun


@dataclass(frozen=True, eq=False)
class Row:
    """One row of a table: templates by column, its sex (m, f or nothing) and its tags."""

    cells: Mapping[str, Choice]
    sex: str
    tags: frozenset[str]


@dataclass(frozen=True)
class Section:
    """Frames that share a weight: the section's part of all sentences."""

    name: str
    weight: int
    frames: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True)
class Grammar:
    """All tables and sections of a folder of topic files."""

    tables: Mapping[str, tuple[Row, ...]]
    sections: tuple[Section, ...]

    @property
    def n_frames(self) -> int:
        """How many sentence frames there are."""
        return sum(len(section.frames) for section in self.sections)


@dataclass
class _Sentence:
    """What one sentence has settled so far: its rows, and whom a pronoun means."""

    grammar: Grammar
    chance: Chance
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    meant: Row | None = None

    def said(self, parts: Iterable[Part]) -> str:
        return "".join(self._part(part) for part in parts)

    def _part(self, part: Part) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, Choice):
            return self.said(self.chance.pick(part.options))
        if isinstance(part, Pronoun):
            if self.meant is None:
                raise ValueError(f"{{{part.word}}} stands before anybody is named.")
            return _PRONOUNS[self.meant.sex][part.word]
        row = self._row(part)
        if row.sex:
            self.meant = row
            if part.column in _PRONOUNS["m"]:
                return _PRONOUNS[row.sex][part.column]
        return self._part(row.cells[part.column])

    def _row(self, slot: Slot) -> Row:
        key = slot.table, slot.number
        if key not in self.rows:
            rows = self.grammar.tables[slot.table]
            if slot.filter.startswith("="):
                sex = self.rows[slot.filter[1:], ""].sex
                rows = tuple(row for row in rows if row.sex == sex)
            elif slot.filter:
                rows = tuple(row for row in rows if slot.filter in row.tags)
            taken = [row for (table, _), row in self.rows.items() if table == slot.table]
            self.rows[key] = self.chance.pick([row for row in rows if row not in taken])
        return self.rows[key]


def sentence_of(grammar: Grammar, frame: tuple[Part, ...], chance: Chance) -> str:
    """One sentence from `frame`, with a capital at its start and the articles that its words ask for.

    Raises ValueError for a pronoun before anybody is named, or a frame without a word.
    """
    text = _ARTICLE.sub(_article, _Sentence(grammar, chance).said(frame))
    first = re.search(r"[^\W\d_]", text)
    if first is None:
        raise ValueError(f"This is a sentence without a word: {text!r}")
    return text[: first.start()] + first[0].upper() + text[first.end() :]


def _article(found: re.Match[str]) -> str:
    return found[1] + ("n" if _VOWEL_SOUND.match(found[2]) else "")


def read_grammar(texts: Iterable[str]) -> Grammar:
    """Read topic files; ValueError names a line that is neither a heading, a row, a frame nor a comment."""
    tables: dict[str, tuple[Row, ...]] = {}
    sections: list[Section] = []
    for text in texts:
        for heading, lines in _blocks(text):
            if heading["columns"]:
                tables[heading["name"]] = tuple(_rows(heading["columns"].split(" | "), lines))
            else:
                frames = tuple(_parts(line) for line in lines)
                sections.append(Section(heading["section"], int(heading["weight"]), frames))
    return Grammar(tables, tuple(sections))


def _blocks(text: str) -> list[tuple[re.Match[str], list[str]]]:
    blocks: list[tuple[re.Match[str], list[str]]] = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        heading = _HEADING.match(line)
        if heading is not None:
            blocks.append((heading, []))
        elif line.startswith("==") or not blocks:
            raise ValueError(f"Not a heading of the small world: {line!r}")
        else:
            blocks[-1][1].append(line)
    return blocks


def _rows(columns: list[str], lines: list[str]) -> Iterable[Row]:
    for line in lines:
        cells = line.split(" | ")
        if len(cells) != len(columns):
            raise ValueError(f"{len(columns)} columns are announced, but here are {len(cells)}: {line!r}")
        named = dict(zip(columns, cells, strict=True))
        words = [word.strip() for word in cells[0].split(",") if word.strip()]
        if columns[0] == "m, f":
            male, female = words
            yield _row({**named, "word": male, "partner": female, "sex": "m"})
            yield _row({**named, "word": female, "partner": male, "sex": "f"})
        else:
            for word in words:
                yield _row({**named, "word": word})


def _row(cells: dict[str, str]) -> Row:
    sex = cells.get("sex", "")
    templates = {
        column: Choice(tuple(_parts(option) for option in cell.split(" / "))) for column, cell in cells.items()
    }
    return Row(templates, sex, frozenset([sex, *cells.get("tags", "").split()]) - {""})


def _parts(text: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    end = 0
    for found in _SLOT.finditer(text):
        if found.start() > end:
            parts.append(text[end : found.start()])
        parts.append(_part(found))
        end = found.end()
    if end < len(text):
        parts.append(text[end:])
    return tuple(parts)


def _part(found: re.Match[str]) -> Part:
    if found["choice"] is not None:
        return Choice(tuple(_parts(option) for option in found["choice"].split("|")))
    if found["table"] in _PRONOUNS["m"]:
        return Pronoun(found["table"])
    return Slot(found["table"], found["filter"] or "", found["number"], found["column"] or "word")
