"""A binary file read from front to back: every size checked against what is left before anything is allocated."""

from __future__ import annotations

import os
import struct
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import FormatError
from embedviz.formats.blocks import BLOCK_BYTES
from embedviz.progress import Progress, Steps


class ByteStream:
    """What is left of `file`, `size` bytes in all; `position` is the next byte, `name` what messages call it."""

    def __init__(self, file: IO[bytes], size: int, name: str) -> None:
        self.name = name
        self.size = size
        self.position = 0
        self._file = file
        self._held = b""

    @property
    def n_left(self) -> int:
        """How many bytes follow."""
        return self.size - self.position

    def need(self, n_bytes: int, what: str) -> None:
        """Raise FormatError where `what` would need more bytes than follow."""
        if n_bytes > self.n_left:
            raise FormatError(
                f"“{self.name}” ends at byte {self.size:,}, and {what}, which begins at byte {self.position:,}, needs "
                f"{n_bytes:,} bytes; it was cut off or damaged. Get it again."
            )

    def take(self, n_bytes: int, what: str) -> bytes:
        """The next `n_bytes` bytes."""
        self.need(n_bytes, what)
        taken = self._held[:n_bytes]
        self._held = self._held[n_bytes:]
        if len(taken) < n_bytes:
            more = self._read(n_bytes - len(taken))
            taken = taken + more if taken else more
        if len(taken) < n_bytes:
            self.size = self.position + len(taken)
            self.need(n_bytes, what)
        self.position += n_bytes
        return taken

    def values(self, form: str, what: str) -> tuple[Any, ...]:
        """Little-endian values as `struct` reads them."""
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form), what))

    def block(self) -> bytes:
        """The next bytes, up to a block more than were given back; empty at the end."""
        taken = self._held + self._read(min(BLOCK_BYTES, self.n_left - len(self._held)))
        self._held = b""
        self.position += len(taken)
        return taken

    def give_back(self, unused: bytes) -> None:
        """Put the end of the last block back."""
        self._held = unused + self._held
        self.position -= len(unused)

    def fill(self, array: NDArray[Any], what: str, text: str) -> Steps[None]:
        """Fill a C-ordered array of a little-endian type with the next bytes, block by block."""
        self.need(array.nbytes, what)
        flat = array.reshape(-1).view(np.uint8)
        for start in range(0, len(flat), BLOCK_BYTES):
            yield Progress(min(1.0, self.position / max(1, self.size)), text)
            part = flat[start : start + BLOCK_BYTES]
            part[:] = np.frombuffer(self.take(len(part), what), np.uint8)

    def skip(self, n_bytes: int, what: str, text: str) -> Steps[None]:
        """Go past the next bytes, which must be there, without reading them."""
        self.need(n_bytes, what)
        yield Progress(min(1.0, self.position / max(1, self.size)), text)
        n_held = min(n_bytes, len(self._held))
        self._held = self._held[n_held:]
        self._file.seek(n_bytes - n_held, os.SEEK_CUR)
        self.position += n_bytes

    def _read(self, n_bytes: int) -> bytes:
        return self._file.read(n_bytes)
