"""The names of a million items without a million Python strings: one UTF-8 buffer and its offsets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import overload

import numpy as np

from embedviz.space.arrays import ByteArray, CodeArray, FlagArray, RowArray, read_only
from embedviz.space.folding import Folding, fold, folded_rows, further_rows, rows_holding
from embedviz.space.label_order import n_repeats, sorted_rows

FALL_BACKS: tuple[Folding, ...] = ("NFC", "case", "NFKC")
_LAST: tuple[Folding, ...] = ("case", "NFKC")

Changed = tuple["Labels", CodeArray]


class Labels(Sequence[str]):
    """An immutable sequence of labels over one UTF-8 buffer (bytes) and offsets (n + 1, int64), decoded on access.

    Labels may repeat and may be empty; row numbers are the identity. `find` and `starting_with` use a byte-wise
    sorted order that is built on first need (`prepare()` builds it ahead, on a worker).
    """

    def __init__(self, buffer: ByteArray, offsets: RowArray) -> None:
        self._buffer = read_only(np.ascontiguousarray(buffer, np.uint8))
        self._offsets = read_only(np.ascontiguousarray(offsets, np.int64))
        self._bytes = self._buffer.data
        self._bounds = self._offsets.data
        self._lock = threading.Lock()
        self._changed: dict[Folding, Changed] = {}

    @classmethod
    def from_strings(cls, strings: Iterable[str]) -> Labels:
        """Build labels from strings; what UTF-8 cannot hold (lone surrogates) becomes `?`."""
        return cls.from_encoded([string.encode("utf-8", "replace") for string in strings])

    @classmethod
    def from_encoded(cls, pieces: Sequence[bytes]) -> Labels:
        """Build labels from UTF-8 bytes, kept as they are; what is not UTF-8 in them reads as U+FFFD."""
        offsets = np.zeros(len(pieces) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)), out=offsets[1:])
        return cls(np.frombuffer(b"".join(pieces), np.uint8), offsets)

    @property
    def buffer(self) -> ByteArray:
        """All labels end to end, UTF-8 (uint8, read-only)."""
        return self._buffer

    @property
    def offsets(self) -> RowArray:
        """Where each label begins in the buffer, and the end of the last (n + 1, int64, read-only)."""
        return self._offsets

    @property
    def n_bytes(self) -> int:
        """Memory held by the buffer and the offsets."""
        return int(self._buffer.nbytes + self._offsets.nbytes)

    def encoded(self, row: int) -> bytes:
        """One label as UTF-8 bytes."""
        return bytes(self._bytes[self._bounds[row] : self._bounds[row + 1]])

    def take(self, rows: RowArray | CodeArray) -> tuple[str, ...]:
        """The labels of some rows, decoded."""
        return tuple(self[int(row)] for row in rows)

    def subset(self, rows: RowArray) -> Labels:
        """New labels holding only `rows`, in that order."""
        return Labels.from_encoded([self.encoded(int(row)) for row in rows])

    def prepare(self) -> None:
        """Build the sorted order and the folded spellings now, so that the first question does not wait."""
        _ = self._order
        for folding in FALL_BACKS:
            self.spellings(folding)[0].prepare_order()

    def prepare_order(self) -> None:
        """Build the sorted order alone: all that `find` and `starting_with` need."""
        _ = self._order

    @property
    def order(self) -> CodeArray:
        """Rows sorted by the bytes of their labels, ties by row (n, int32, read-only)."""
        return self._order

    def folded(self, folding: Folding) -> Changed:
        """The labels that change under `folding`, as they then are, and their rows, ascending (int32).

        Those of NFKC are worked out at each call: what is kept of them is `spellings`.
        """
        if folding != "NFKC":
            return self.spellings(folding)
        rows, buffer, offsets = folded_rows(self._buffer, self._offsets, self.ascii_rows, folding)
        return Labels(buffer, offsets), rows

    def spellings(self, folding: Folding) -> Changed:
        """What is kept of the labels under `folding`, and their rows: for NFC and case those that it changes.

        NFKC folds most labels as case-folding does, so of it only those are kept of which it makes something else.
        """
        with self._lock:
            if folding not in self._changed:
                made = further_rows if folding == "NFKC" else partial(folded_rows, folding=folding)
                rows, buffer, offsets = made(self._buffer, self._offsets, self.ascii_rows)
                self._changed[folding] = (Labels(buffer, offsets), rows)
            return self._changed[folding]

    def remember(self, order: CodeArray, n_duplicates: int, spellings: Mapping[Folding, Changed] | None = None) -> None:
        """Take over what these same labels worked out before; ValueError where it cannot be of them."""
        n = len(self)
        shifted = [rows for _, rows in (spellings or {}).values()]
        if order.shape != (n,) or order.dtype != np.int32 or any(len(rows) > n for rows in shifted):
            raise ValueError(f"this is no order of {n:,} labels")
        if any(len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < n for rows in (order, *shifted)):
            raise ValueError("a row is named that is not there")
        vars(self).update(_order=read_only(order), n_duplicates=n_duplicates)
        self._changed.update(spellings or {})

    @property
    def is_ordered(self) -> bool:
        """Whether `find` and `starting_with` answer at once (the sorted order stands)."""
        return "_order" in self.__dict__

    def find(self, text: str) -> int | None:
        """The first row labelled exactly `text`, or None."""
        low, high = self._range(text.encode("utf-8", "replace"), whole=True)
        return int(self._order[low]) if low < high else None

    def find_all(self, text: str) -> RowArray:
        """All rows labelled exactly `text`, ascending."""
        low, high = self._range(text.encode("utf-8", "replace"), whole=True)
        return self._order[low:high].astype(np.int64)

    def find_folded(self, text: str, folding: Folding) -> int | None:
        """The first row whose label equals `text` after both are folded (NFC, case-folding, NFKC_Casefold)."""
        folded = fold(text, folding)
        changed, changed_rows = self.spellings(folding)
        unchanged, at = self.find(folded), changed.find(folded)
        found = [row for row in (unchanged, None if at is None else int(changed_rows[at])) if row is not None]
        if folding == "NFKC":
            lowered, rows = self.spellings("case")
            found += _others(rows[lowered.find_all(folded)], changed_rows)[:1].tolist()
        return min(found, default=None)

    def any_starting_with(self, prefix: str) -> bool:
        """Whether a label may start with `prefix` in any of the spellings that `find` and `find_folded` accept.

        False is certain; True may be a near miss (a label whose spelling differs from its folded one).
        """
        low, high = self._range(prefix.encode("utf-8", "replace"), whole=False)
        if low < high:
            return True
        folded = fold(prefix, "NFKC")
        low, high = self._range(folded.encode("utf-8", "replace"), whole=False) if folded != prefix else (0, 0)
        return low < high or any(self.spellings(folding)[0].starts(folded) for folding in _LAST)

    def starts(self, prefix: str) -> bool:
        """Whether a label starts with exactly `prefix`."""
        low, high = self._range(prefix.encode("utf-8", "replace"), whole=False)
        return low < high

    def starting_with(self, prefix: str, n: int) -> list[str]:
        """Up to `n` distinct labels that start with `prefix`, those of the lowest rows first."""
        low, high = self._range(prefix.encode("utf-8", "replace"), whole=False)
        rows, wanted = self._order[low:high], 4 * max(n, 0)
        while True:
            first = np.sort(rows if len(rows) <= wanted else np.partition(rows, wanted)[:wanted])
            found = list(dict.fromkeys(self.take(first)))
            if len(found) >= n or len(first) == len(rows):
                return found[: max(n, 0)]
            wanted *= 4

    @cached_property
    def n_duplicates(self) -> int:
        """How many items share their label with an earlier item; empty labels are none."""
        return n_repeats(self._buffer, self._offsets, self._order)

    @cached_property
    def ascii_rows(self) -> FlagArray:
        """True where a label is pure ASCII (n, bool)."""
        return read_only(~rows_holding(self._buffer, self._offsets, 128, 255))

    @cached_property
    def n_chars(self) -> RowArray:
        """How many characters each label has (n, int64): its bytes that do not continue a character."""
        filled = np.flatnonzero(np.diff(self._offsets))
        counts = np.zeros(len(self), np.int64)
        if len(filled):
            begins = (self._buffer[: self._offsets[-1]] & 0xC0) != 0x80
            counts[filled] = np.add.reduceat(begins, self._offsets[filled], dtype=np.int64)
        return read_only(counts)

    @cached_property
    def _order(self) -> CodeArray:
        return read_only(sorted_rows(self._buffer, self._offsets))

    def _range(self, wanted: bytes, *, whole: bool) -> tuple[int, int]:
        """The stretch of the order whose labels equal `wanted`, or start with it."""

        order = self._order.data

        def first(is_past: Callable[[bytes], bool], low: int) -> int:
            high = len(order)
            while low < high:
                middle = (low + high) // 2
                if is_past(self.encoded(order[middle])):
                    high = middle
                else:
                    low = middle + 1
            return low

        low = first(lambda label: label >= wanted, 0)
        if whole:
            return low, first(lambda label: label > wanted, low)
        return low, first(lambda label: label[: len(wanted)] > wanted, low)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        row = index + len(self) if index < 0 else index
        if not 0 <= row < len(self):
            raise IndexError(f"row {index} of {len(self)} labels")
        return self.encoded(row).decode("utf-8", "replace")

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self.find(text) is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Labels):
            return NotImplemented
        return np.array_equal(self._offsets, other._offsets) and np.array_equal(self._buffer, other._buffer)

    __hash__ = None  # type: ignore[assignment]  # equal by content, and too long to hash

    def __repr__(self) -> str:
        return f"Labels({len(self):,} labels, {self.n_bytes:,} bytes)"


def _others(rows: CodeArray, without: CodeArray) -> CodeArray:
    """Those of some `rows` that are not in `without`, which ascend."""
    if not len(rows) or not len(without):
        return rows
    places = np.minimum(np.searchsorted(without, rows), len(without) - 1)
    others: CodeArray = rows[without[places] != rows]
    return others
