"""Rows of word2vec binary in pure Python, for small files and as the oracle of the kernel.

Called as `scan_rows(block, row_bytes, labels, offsets, state)`: each row is a token up to a space, then the bytes of
its numbers; line breaks before a token are no part of it. Stops before the first row that is not whole.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from embedviz.formats.text_block import LABEL_BYTES, POSITION, ROW
from embedviz.space.arrays import ByteArray, RowArray

ScanRows = Callable[[ByteArray, NDArray[np.uint8], ByteArray, RowArray, RowArray], None]


def scan_rows(
    block: ByteArray, row_bytes: NDArray[np.uint8], labels: ByteArray, offsets: RowArray, state: RowArray
) -> None:
    """Copy whole rows from `block` into `row_bytes` (rows x bytes), their tokens into `labels`."""
    content = block.tobytes()
    width = row_bytes.shape[1]
    while state[ROW] < len(row_bytes):
        start = int(state[POSITION])
        while content[start : start + 1] == b"\n":
            start += 1
        end = content.find(b" ", start)
        if end < 0 or end + 1 + width > len(content):
            return
        row, used = int(state[ROW]), int(state[LABEL_BYTES])
        labels[used : used + end - start] = block[start:end]
        row_bytes[row] = block[end + 1 : end + 1 + width]
        offsets[row + 1] = offsets[row] + end - start
        state[LABEL_BYTES] += end - start
        state[ROW] += 1
        state[POSITION] = end + 1 + width
