"""The compiled scanner of word2vec binary rows; see `binary_block` for what it does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz.formats.text_block import LABEL_BYTES, NEWLINE, POSITION, ROW
from embedviz.formats.text_layout import SPACE
from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, RowArray


@kernel("void(uint8[::1], uint8[:, ::1], uint8[::1], int64[::1], int64[::1])")
def scan_rows(
    block: ByteArray, row_bytes: NDArray[np.uint8], labels: ByteArray, offsets: RowArray, state: RowArray
) -> None:
    """Copy whole rows from `block` into `row_bytes` (rows x bytes), their tokens into `labels`."""
    width = row_bytes.shape[1]
    while state[ROW] < len(row_bytes):
        start = state[POSITION]
        while start < len(block) and block[start] == NEWLINE:
            start += 1
        end = start
        while end < len(block) and block[end] != SPACE:
            end += 1
        if end + 1 + width > len(block):
            return
        row, used = state[ROW], state[LABEL_BYTES]
        for place in range(end - start):
            labels[used + place] = block[start + place]
        numbers, copied = block[end + 1 : end + 1 + width], row_bytes[row]
        for place in range(width):
            copied[place] = numbers[place]
        offsets[row + 1] = offsets[row] + end - start
        state[LABEL_BYTES] = used + end - start
        state[ROW] = row + 1
        state[POSITION] = end + 1 + width


READY = True
