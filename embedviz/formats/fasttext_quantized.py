"""Matrices of quantized fastText models (.ftz): product quantization, and a norm apart where they hold one.

Joulin et al., FastText.zip: Compressing text classification models, 2016, §3.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.byte_stream import ByteStream
from embedviz.formats.memory_plan import check_memory
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import ByteArray, FloatArray

_N_CENTROIDS = 256
_ROWS_AT_ONCE = 1 << 14


@dataclass(frozen=True, eq=False)
class _Quantizer:
    """`centroids` float32 (flat), in parts of `n_sub` dimensions each, the last of `n_last`."""

    n_dims: int
    n_parts: int
    n_sub: int
    n_last: int
    centroids: FloatArray

    def decoded(self, codes: ByteArray) -> FloatArray:
        """Rows of codes (n, n_parts) as vectors (n, n_dims)."""
        vectors = np.empty((len(codes), self.n_dims), np.float32)
        for part in range(self.n_parts):
            width = self.n_last if part == self.n_parts - 1 else self.n_sub
            first = part * _N_CENTROIDS * self.n_sub
            table = self.centroids[first : first + _N_CENTROIDS * width].reshape(_N_CENTROIDS, width)
            vectors[:, part * self.n_sub : part * self.n_sub + width] = table[codes[:, part]]
        return vectors


def read_quantized(stream: ByteStream, n_dims: int) -> Steps[FloatArray]:
    """Read and decode a quantized matrix as float32 (n, n_dims). Raises FormatError for damage."""
    has_norms, n_rows, width, n_codes = stream.values("?qqi", "the header of the quantized matrix")
    if width != n_dims or n_rows < 0 or n_codes < 0:
        raise _damaged(stream)
    stream.need(n_codes, "the codes of the quantized matrix")
    codes = np.empty(n_codes, np.uint8)
    yield from stream.fill(codes, "the codes of the quantized matrix", f"Opening {stream.name}")
    quantizer = yield from _read_quantizer(stream, n_dims)
    if n_codes != n_rows * quantizer.n_parts:
        raise _damaged(stream)
    norms = None
    if has_norms:
        stream.need(n_rows, "the norms of the quantized matrix")
        norm_codes = np.empty((n_rows, 1), np.uint8)
        yield from stream.fill(norm_codes, "the norms of the quantized matrix", f"Opening {stream.name}")
        norms = (yield from _read_quantizer(stream, 1)).decoded(norm_codes)
    check_memory(stream.name, n_rows, n_dims)
    vectors = np.empty((n_rows, n_dims), np.float32)
    rows = codes.reshape(n_rows, quantizer.n_parts)
    with np.errstate(all="ignore"):
        for start in range(0, n_rows, _ROWS_AT_ONCE):
            yield Progress(stream.position / stream.size, f"Opening {stream.name}: {start:,} vectors unpacked")
            part = quantizer.decoded(rows[start : start + _ROWS_AT_ONCE])
            vectors[start : start + len(part)] = part if norms is None else part * norms[start : start + len(part)]
    return vectors


def _read_quantizer(stream: ByteStream, n_dims: int) -> Steps[_Quantizer]:
    width, n_parts, n_sub, n_last = stream.values("4i", "a quantizer")
    if width != n_dims or min(n_parts, n_sub, n_last) < 1 or (n_parts - 1) * n_sub + n_last != n_dims:
        raise _damaged(stream)
    stream.need(4 * n_dims * _N_CENTROIDS, "the centroids of a quantizer")
    centroids = np.empty(n_dims * _N_CENTROIDS, "<f4")
    yield from stream.fill(centroids, "the centroids of a quantizer", f"Opening {stream.name}")
    return _Quantizer(n_dims, n_parts, n_sub, n_last, centroids.astype(np.float32, copy=False))


def _damaged(stream: ByteStream) -> FormatError:
    return FormatError(
        f"The quantized matrix of “{stream.name}” before byte {stream.position:,} is damaged; get it again."
    )
