"""Files in blocks: whole lines at a time, hashing, and bytes that must be there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from embedviz.errors import FormatError
from embedviz.progress import Progress, Steps

BLOCK_BYTES = 1 << 23
LONGEST_LINE = 1 << 26


def content_hash(path: Path, text: str) -> Steps[str]:
    """The BLAKE2b hash (16 bytes, hexadecimal) of a file, with progress."""
    digest = new_hash()
    size = max(1, path.stat().st_size)
    done, block = 0, memoryview(bytearray(BLOCK_BYTES))  # one for all: to give each back would stop other threads
    with path.open("rb", buffering=0) as file:
        while n_bytes := file.readinto(block):
            digest.update(block[:n_bytes])
            done += n_bytes
            yield Progress(min(1.0, done / size), text)
    return digest.hexdigest()


def new_hash() -> hashlib.blake2b:
    """A fresh hash of the kind that names contents."""
    return hashlib.blake2b(digest_size=16)


def line_blocks(file: IO[bytes], name: str) -> Iterator[bytearray]:
    """Blocks of whole lines from where the file stands; only the last may lack its newline."""
    carry = b""
    while chunk := file.read(BLOCK_BYTES):
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield bytearray(carry + chunk[:cut])
            carry = chunk[cut:]
        else:
            carry += chunk
        if len(carry) > LONGEST_LINE:
            raise FormatError(
                f"“{name}” has a line longer than {LONGEST_LINE:,} bytes, which no vector needs; "
                "check that it is a text file of vectors."
            )
    if carry:
        yield bytearray(carry)
