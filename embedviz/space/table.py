"""Metadata: a frozen table of typed columns, one value per item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from embedviz.space.arrays import FlagArray, RowArray, read_only
from embedviz.space.images import ImageColumn
from embedviz.space.labels import Labels

Kind = Literal["number", "category", "text", "flag", "time", "image"]


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its kind, its values and where they are missing (n, bool).

    `values` by kind: number float64 (n,), category int32 codes (n,) into `names` with -1 where missing, text Labels,
    flag bool (n,), time datetime64[ms] (n,), image uint8 (n, height, width) or (n, height, width, 3), or an
    ImageColumn whose pictures are read when they are looked at.
    """

    kind: Kind
    values: NDArray[Any] | Labels | ImageColumn
    missing: FlagArray
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.values, np.ndarray):
            read_only(self.values)
        read_only(self.missing)

    def __len__(self) -> int:
        return len(self.values)

    def text(self, row: int) -> str:
        """One value as a person reads it; empty where missing."""
        if self.missing[row]:
            return ""
        if isinstance(self.values, ImageColumn):
            return "picture"
        value: Any = self.values[row]
        if self.kind == "number":
            return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.6g}"
        if self.kind == "category":
            return self.names[int(value)]
        if self.kind == "flag":
            return "yes" if value else "no"
        if self.kind == "image":
            return f"image {' × '.join(str(side) for side in value.shape[:2])}"
        return str(value)

    def take(self, rows: RowArray) -> Column:
        """The same column for some rows, in that order."""
        values = self.values[rows] if isinstance(self.values, np.ndarray) else self.values.subset(rows)
        return Column(self.kind, values, self.missing[rows], self.names)


@dataclass(frozen=True, eq=False)
class Table(Mapping[str, Column]):
    """Named columns of one length, `n_rows`."""

    n_rows: int
    columns: Mapping[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, column in self.columns.items():
            if len(column) != self.n_rows or len(column.missing) != self.n_rows:
                raise ValueError(f"column {name!r} has {len(column)} values for {self.n_rows} items")
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    def with_column(self, name: str, column: Column) -> Table:
        """A new table with one column more (or replaced); all others are shared."""
        return Table(self.n_rows, {**self.columns, name: column})

    def take(self, rows: RowArray) -> Table:
        """The same columns for some rows, in that order."""
        return Table(len(rows), {name: column.take(rows) for name, column in self.columns.items()})

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)
