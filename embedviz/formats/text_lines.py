"""Bytes as they come, in blocks of whole lines that parsers can share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.blocks import LONGEST_LINE
from embedviz.space.arrays import ByteArray

TEXT_BLOCK_BYTES = 1 << 21
_TAIL_BYTES = 1 << 14


@dataclass(frozen=True)
class TextSource:
    """Text to be parsed: `read_into` fills a buffer and returns how many bytes it got, 0 at the end.

    `name` is what messages call it, `size` its bytes, None where only reading tells; `done` how far reading is (0..1).
    """

    name: str
    size: int | None
    read_into: Callable[[memoryview], int]
    done: Callable[[], float]


class LineBlocks:
    """The blocks of a source from where it stands, in order; `position` is the first byte after the last one given."""

    def __init__(self, source: TextSource, position: int) -> None:
        self.position = position
        self._source = source
        self._carry: ByteArray = np.empty(0, np.uint8)
        self._spare: list[ByteArray] = []
        self._is_over = False

    def next(self) -> ByteArray | None:
        """Whole lines, the last block perhaps without its newline; None at the end."""
        while not self._is_over:
            n_held = len(self._carry)
            buffer = self._buffer(max(TEXT_BLOCK_BYTES, 2 * n_held))
            buffer[:n_held] = self._carry
            end = n_held
            while end < len(buffer):
                n_more = self._source.read_into(buffer[end:].data)
                if not n_more:
                    self._is_over = True
                    break
                end += n_more
            cut = end if self._is_over else _after_last_newline(buffer, end)
            if not cut and end > LONGEST_LINE:
                raise FormatError(
                    f"“{self._source.name}” has a line longer than {LONGEST_LINE:,} bytes, which no vector needs; "
                    "check that it is a text file of vectors."
                )
            self._carry = buffer[cut:end].copy()
            if cut:
                self.position += cut
                return buffer[:cut]
        return None

    def give_back(self, block: ByteArray) -> None:
        """Let the memory of a block that nothing uses any more be filled anew: fresh memory costs more than reading."""
        if isinstance(block.base, np.ndarray):
            self._spare.append(block.base)

    def close(self) -> None:
        """Free all memory that waits to be filled; nothing is read after."""
        self._is_over, self._carry = True, np.empty(0, np.uint8)
        self._spare.clear()

    def _buffer(self, n_bytes: int) -> ByteArray:
        while self._spare:
            spare = self._spare.pop()
            if len(spare) == n_bytes:
                return spare
        return np.empty(n_bytes, np.uint8)


def _after_last_newline(buffer: ByteArray, end: int) -> int:
    """Where the last line that is whole ends, 0 if there is none."""
    while end > 0:
        start = max(0, end - _TAIL_BYTES)
        at = buffer[start:end].tobytes().rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0
