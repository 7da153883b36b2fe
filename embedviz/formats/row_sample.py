"""A random sample of a file's rows: which those are depends on the seed and the counts alone, not on the format."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.errors import OptionError
from embedviz.space.arrays import RowArray
from embedviz.space.source import Note


@dataclass(frozen=True)
class RowSample:
    """`n_rows` rows drawn without replacement, kept in the order of the file."""

    n_rows: int
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_rows < 1:
            raise OptionError(f"A sample has at least one row; {self.n_rows:,} were asked for.")
        if self.seed < 0:
            raise OptionError(f"A seed is 0 or larger; {self.seed} was given.")

    def rows(self, n_items: int) -> RowArray:
        """The rows of the sample among `n_items`, ascending int64; all where they are not more than asked for."""
        if self.n_rows >= n_items:
            return np.arange(n_items)
        chosen = np.random.default_rng(self.seed).choice(n_items, self.n_rows, replace=False, shuffle=False)
        return np.sort(chosen).astype(np.int64, copy=False)

    def note(self, n_items: int) -> Note:
        """What people are told of it."""
        if self.n_rows >= n_items:
            return Note("sample", n_items, f"All {n_items:,} rows were opened; a sample of {self.n_rows:,} was asked.")
        text = f"A random sample of {self.n_rows:,} of {n_items:,} rows, seed {self.seed}."
        return Note("sample", self.n_rows, text)
