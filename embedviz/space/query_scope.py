"""Which items a question ranks: its clauses, and the rows it was limited to, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embedviz.errors import OptionError, QueryError
from embedviz.space.arrays import ByteArray, FlagArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.query_clauses import Clauses
from embedviz.space.query_conditions import satisfying


@dataclass(frozen=True, eq=False)
class Scope:
    """The items that are ranked: `rows` int64 ascending, None for all; `said` completes “over N of M items”."""

    rows: RowArray | None = None
    said: str = ""
    remarks: tuple[str, ...] = ()
    n_items: int = 0

    @cached_property
    def bits(self) -> ByteArray | None:
        """The same rows, a bit an item: what many answers can keep; None for all."""
        return None if self.rows is None else read_only(np.packbits(_mask_of(self.n_items, self.rows)))


def scope_of(
    space: EmbeddingSpace,
    clauses: Clauses,
    *,
    within: Sequence[int] | RowArray | None = None,
    selection: RowArray | None = None,
) -> Scope:
    """The items that satisfy all clauses, among the rows `within` if they are given.

    `selection` is what `in selection` means; without one it means the rows `within`. Raises QueryError for a clause
    that cannot be followed, OptionError for rows that are not there.
    """
    if within is None and not clauses.any:
        return Scope()
    given = None if within is None else _checked(space, within)
    mask = np.ones(space.n_items, bool)
    said: list[str] = []
    remarks: list[str] = []
    if given is not None:
        mask &= _mask_of(space.n_items, given)
        if clauses.selected is None:
            said.append("within the rows given")
    if clauses.conditions:
        satisfied = satisfying(space.metadata, clauses.conditions)
        mask &= satisfied.mask
        said.append(f"where {satisfied.said}")
        remarks += satisfied.remarks
    if clauses.selected is not None:
        chosen = selection if selection is not None else given
        if chosen is None:
            raise QueryError(
                "Nothing is selected, so “in selection” ranks nothing; select items first, or quote the words if they "
                "are items.",
                clauses.end,
            )
        mask &= _mask_of(space.n_items, chosen) == clauses.selected
        said.append("in the selection" if clauses.selected else "outside the selection")
    if clauses.top is not None:
        mask[clauses.top :] = False
        said.append(f"among the first {min(clauses.top, space.n_items):,}")
        remarks.append("In files of words, the first are most often the most frequent.")
    rows = np.flatnonzero(mask)
    if not len(rows):
        remarks.append(f"No item satisfies this: {' and '.join(said)}.")
    return Scope(read_only(rows), ", ".join(said), tuple(remarks), space.n_items)


def _mask_of(n_items: int, rows: RowArray) -> FlagArray:
    mask = np.zeros(n_items, bool)
    mask[rows] = True
    return mask


def _checked(space: EmbeddingSpace, within: Sequence[int] | RowArray) -> RowArray:
    rows = np.asarray(within)
    if rows.ndim != 1 or (len(rows) and rows.dtype.kind not in "iu"):
        raise OptionError("The rows to look within are given as whole numbers, one list of them.")
    if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < space.n_items:
        raise OptionError(f"The rows to look within go from 0 to {space.n_items - 1:,}; one of these is outside.")
    return rows.astype(np.int64)
