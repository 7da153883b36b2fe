"""Which columns of a table are vector, label and metadata: as asked, else by what they hold and are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from embedviz.errors import ChoiceNeededError, FormatError, OptionError
from embedviz.formats.contents import ColumnChoice, Contents, Role, named
from embedviz.formats.metadata_table import LABEL_NAMES
from embedviz.formats.registry import Wish

Use = Literal["vector", "float", "whole", "text", "plain", "unknown"]

VECTOR_NAMES = ("vector", "vectors", "embeddings", "embedding", "vecs", "emb", "x", "features", "data")
_LEAST_OF_A_RUN = 2
_WIDE = 8
_ROW_NUMBERS = ("", "id", "index", "row", "unnamed: 0", "__index_level_0__")
_NUMBERED = re.compile(r"(.*?)([0-9]{1,6})")


@dataclass(frozen=True)
class Field:
    """A column: its name, its kind in words, what it can be used for, and the length of its vectors if that is known.

    `use`: vector (lists of numbers), float and whole (one number), text, plain (flags, times), unknown (not read).
    """

    name: str
    kind: str
    use: Use
    n_dims: int | None = None


@dataclass(frozen=True)
class Candidate:
    """What can be the vectors: one column of lists, or several number columns side by side."""

    name: str
    members: tuple[str, ...]
    is_set: bool
    n_dims: int | None

    @property
    def kind(self) -> str:
        """In words: “384 numbers”, “300 number columns”."""
        if self.is_set:
            return f"{len(self.members):,} number columns"
        return "lists of numbers" if self.n_dims is None else f"{self.n_dims:,} numbers"


@dataclass(frozen=True)
class Roles:
    """The part of every column."""

    vector: Candidate
    label: str | None
    metadata: tuple[str, ...]
    skipped: tuple[str, ...]


def candidates(fields: Sequence[Field]) -> list[Candidate]:
    """Everything in a table that looks like the vectors, in the order of its columns.

    Lists of numbers and wide sets of numbered columns (`x1..x300`); where there is none, a narrow set of numbered
    columns, or else all columns of fractions together.
    """
    found = [Candidate(field.name, (field.name,), False, field.n_dims) for field in fields if field.use == "vector"]
    runs = [run for run in _numbered_runs(fields) if len(run) >= _LEAST_OF_A_RUN]
    wide = [run for run in runs if len(run) >= _WIDE]
    if found or wide:
        return found + [_set_of(run) for run in wide]
    if runs:
        return [_set_of(run) for run in runs]
    numbers = [field.name for field in fields if field.use == "float" and field.name.casefold() not in _ROW_NUMBERS]
    return [_set_of(numbers)] if len(numbers) > 1 else []


def roles_of(
    fields: Sequence[Field], wish: Wish, name: str, path: Path, contents: Callable[[], Contents] | None = None
) -> Roles:
    """Give every column its part.

    Raises ChoiceNeededError (with what `contents` gives) where several could be the vectors and none was named,
    OptionError for a column that is not there or cannot play its part, FormatError where nothing can be the vectors.
    """
    found = candidates(fields)
    if wish.vector_column is not None:
        vector = _wanted_vector(fields, found, wish.vector_column, name)
    elif not found:
        raise FormatError(
            f"“{name}” has no column whose cells are lists of numbers, and no set of number columns; it has "
            f"{named(field.name for field in fields)}."
        )
    elif len(found) > 1:
        choices = ", ".join(f"“{each.name[:60]}” ({each.kind})" for each in found[:12])
        raise ChoiceNeededError(
            f"“{name}” has {len(found):,} columns that can be the vectors: {choices}; choose one of them.",
            None if contents is None else contents(),
            path,
        )
    else:
        vector = found[0]
    label = _label(fields, wish, vector, name)
    rest = [field for field in fields if field.name not in vector.members and field.name != label]
    readable = [field.name for field in rest if field.use not in ("vector", "unknown")]
    metadata = readable
    if wish.metadata_columns is not None:
        lost = [column for column in wish.metadata_columns if column not in {field.name for field in fields}]
        if lost:
            raise OptionError(
                f"There is no column {named(lost)} in “{name}”; it has {named(field.name for field in fields)}."
            )
        metadata = [column for column in readable if column in wish.metadata_columns]
    skipped = tuple(field.name for field in rest if field.name not in readable)
    return Roles(vector, label, tuple(metadata), skipped)


def choices(fields: Sequence[Field]) -> tuple[ColumnChoice, ...]:
    """The columns as an import sheet shows them: a set of number columns as one entry, at its first column's place."""
    found = candidates(fields)
    sets = {each.members[0]: each for each in found if each.is_set}
    inside = {member for each in found if each.is_set for member in each.members}
    vector = found[0].name if len(found) == 1 else None
    label = _usual_label(fields)
    columns = []
    for field in fields:
        if field.name in sets:
            each = sets[field.name]
            role: Role = "vector" if each.name == vector else "metadata"
            columns.append(ColumnChoice(each.name, each.kind, True, len(each.members), role))
        elif field.name not in inside:
            role = "metadata" if field.use not in ("vector", "unknown") else "ignored"
            role = "vector" if field.name == vector else "label" if field.name == label else role
            columns.append(ColumnChoice(field.name, field.kind, field.use == "vector", field.n_dims, role))
    return tuple(columns)


def is_numbered(name: str) -> bool:
    """Whether a name ends in a number, as those of a vector's columns do."""
    return _NUMBERED.fullmatch(name) is not None


def members_of(set_name: str, names: Sequence[str]) -> list[str]:
    """The columns from the first to the last of a set called `first..last`; empty if it is no such name."""
    found = [name for name in names if set_name.startswith(f"{name}..") and set_name[len(name) + 2 :] in names]
    if not found:
        return []
    return list(names[names.index(found[0]) : names.index(set_name[len(found[0]) + 2 :]) + 1])


def _set_of(members: Sequence[str]) -> Candidate:
    return Candidate(f"{members[0]}..{members[-1]}", tuple(members), True, len(members))


def _numbered_runs(fields: Sequence[Field]) -> list[list[str]]:
    """Number columns side by side whose names count: x1, x2, x3, or 0, 1, 2."""
    runs: list[list[str]] = []
    before: tuple[str, int] | None = None
    for field in fields:
        counted = _NUMBERED.fullmatch(field.name) if field.use in ("float", "whole") else None
        here = None if counted is None else (counted[1], int(counted[2]))
        if here is not None and before is not None and here == (before[0], before[1] + 1):
            runs[-1].append(field.name)
        elif here is not None:
            runs.append([field.name])
        before = here
    return runs


def _wanted_vector(fields: Sequence[Field], found: Sequence[Candidate], wanted: str, name: str) -> Candidate:
    for each in found:
        if each.name == wanted:
            return each
    for field in fields:
        if field.name == wanted and field.use == "vector":
            return Candidate(wanted, (wanted,), False, field.n_dims)
    numbers = {field.name: at for at, field in enumerate(fields) if field.use in ("float", "whole")}
    for cut in (match.start() for match in re.finditer(r"\.\.", wanted)):
        first, last = wanted[:cut], wanted[cut + 2 :]
        if first in numbers and last in numbers and numbers[first] < numbers[last]:
            members = [field.name for field in fields[numbers[first] : numbers[last] + 1] if field.name in numbers]
            return _set_of(members)
    choose = named(each.name for each in found) if found else "another file"
    raise OptionError(f"“{wanted}” is no column of vectors in “{name}”; choose {choose} (or FIRST..LAST).")


def _label(fields: Sequence[Field], wish: Wish, vector: Candidate, name: str) -> str | None:
    plain = [field.name for field in fields if field.use in ("text", "whole") and field.name not in vector.members]
    wanted = wish.label_column
    if wanted is not None and wanted in plain:
        return wanted
    if wanted is not None and wish.labels is None and wish.metadata is None:
        raise OptionError(f"“{wanted}” is no column of texts in “{name}”; it has {named(plain)}.")
    return _usual_label([field for field in fields if field.name not in vector.members])


def _usual_label(fields: Sequence[Field]) -> str | None:
    texts = [field.name for field in fields if field.use == "text"]
    usual = (column for name in LABEL_NAMES for column in texts if column.casefold().strip() == name)
    return next(usual, texts[0] if texts else None)
