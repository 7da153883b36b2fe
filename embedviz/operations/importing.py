"""Which columns of a table become vectors, labels and metadata: what is asked, and what a person chose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embedviz.formats import ColumnChoice, Contents

_NUMBER = re.compile(r"\d+")
_COUNTED = re.compile(r"(.*?)(\d+)", re.DOTALL)


@dataclass(frozen=True)
class Chosen:
    """The columns a person chose: `label` None for what the file itself says, `metadata` None for all."""

    vector: str
    label: str | None = None
    metadata: tuple[str, ...] | None = None

    def options(self) -> dict[str, Any]:
        """The same as options of opening; those that are as usual are left out."""
        named = {"vector_column": self.vector, "label_column": self.label, "metadata_columns": self.metadata}
        return {name: value for name, value in named.items() if value is not None}

    def fits(self, contents: Contents) -> bool:
        """Whether a file has these columns."""
        names = {column.name for column in contents.columns}
        vectors = {column.name for column in contents.columns if column.is_vector_candidate}
        inside = {member for column in contents.columns for member in members(column)}
        wanted = {*(self.metadata or ()), *([self.label] if self.label is not None else [])}
        return self.vector in vectors and wanted <= names | inside


@dataclass(frozen=True)
class ImportRequest:
    """A table to choose columns of: where it lies, what it holds, why it is asked, and what was chosen before.

    `options` are the further options of opening (a labels file, ...), to be passed on.
    """

    path: Path
    contents: Contents
    reason: str = ""
    before: Chosen | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def name_pattern(path: Path) -> str:
    """The name of a file without its numbers, so that `part-001.parquet` and `part-002.parquet` are of one kind."""
    return _NUMBER.sub("#", path.name.casefold())


def members(column: ColumnChoice) -> tuple[str, ...]:
    """The columns that an entry stands for: those of a set `x1..x300`, else itself."""
    for cut in (match.start() for match in re.finditer(r"\.\.", column.name)):
        first, last = (_COUNTED.fullmatch(end) for end in (column.name[:cut], column.name[cut + 2 :]))
        if first is None or last is None or first[1] != last[1]:
            continue
        low, high = int(first[2]), int(last[2])
        if high - low + 1 == column.n_dims:
            return tuple(f"{first[1]}{number:0{len(first[2])}d}" for number in range(low, high + 1))
    return (column.name,)


def can_label(column: ColumnChoice) -> bool:
    """Whether the texts or whole numbers of a column can name the items."""
    if column.role_guess == "label":
        return True
    kinds = ("text", "string", "large_string", "whole numbers", "int", "uint", "categories of", "<U", "|S")
    return not column.is_vector_candidate and column.role_guess != "ignored" and column.kind.startswith(kinds)
