"""Labels spelled almost like a word that nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import MissingLibraryError
from embedviz.space.arrays import ByteArray, RowArray

if TYPE_CHECKING:
    from embedviz.space.labels import Labels

_MOST_EDITS = 8
_CHUNK = 4096
_CHUNK_ROWS = 1 << 16
_SIGN_OF_BYTE = np.array([1 << (byte & 31) if byte < 128 else 0 for byte in range(256)], np.uint32)
_SIGN_OF_BYTE.setflags(write=False)


def near_spellings(labels: Labels, text: str, n: int = 5) -> list[str]:
    """Return up to `n` distinct labels spelled nearest to `text`, nearest first, equals by row; case is ignored.

    The distance counts insertions, deletions, substitutions and swaps of neighbors (optimal string alignment). Near is
    at most a third of the length of `text` in edits, at least 1, at most 8. MissingLibraryError without rapidfuzz.
    """
    try:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import cdist
    except ImportError as error:
        raise MissingLibraryError(
            f"Near spellings need the library rapidfuzz, which did not import: {error}"
        ) from error
    wanted = text.lower()
    cutoff = min(max(1, len(wanted) // 3), _MOST_EDITS)
    found: list[tuple[int, int, str]] = []
    rows = _plausible_rows(labels, wanted, cutoff) if wanted and n > 0 else np.empty(0, np.int64)
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        names = labels.take(part)
        lowered = [name.lower() for name in names]
        distances = cdist([wanted], lowered, scorer=OSA.distance, score_cutoff=cutoff, dtype=np.int32, workers=1)[0]
        near = np.flatnonzero(distances <= cutoff).tolist()
        found += [(int(distances[at]), int(part[at]), names[at]) for at in near]
    return list(dict.fromkeys(name for _, _, name in sorted(found)))[:n]


def _plausible_rows(labels: Labels, wanted: str, cutoff: int) -> RowArray:
    """Rows whose length and letters are within `cutoff` edits of `wanted`: each edit changes one letter of a kind."""
    sign = np.bitwise_or.reduce(_SIGN_OF_BYTE[np.frombuffer(wanted.encode("utf-8", "replace"), np.uint8)])
    close = np.abs(labels.n_chars - len(wanted)) <= cutoff
    plausible = []
    for start in range(0, len(labels), _CHUNK_ROWS):
        rows = start + np.flatnonzero(close[start : start + _CHUNK_ROWS])
        rows = rows[labels.n_chars[rows] > 0]
        signs = _signs(labels.buffer, labels.offsets, start, min(start + _CHUNK_ROWS, len(labels)))[rows - start]
        missing, added = np.bitwise_count(sign & ~signs), np.bitwise_count(signs & ~sign)
        plausible.append(rows[np.maximum(missing, added) <= cutoff])
    return np.concatenate(plausible) if plausible else np.empty(0, np.int64)


def _signs(buffer: ByteArray, offsets: RowArray, first: int, last: int) -> NDArray[np.uint32]:
    """One bit per ASCII letter (case ignored) that occurs in each label from row `first` to `last`."""
    begin, end = int(offsets[first]), int(offsets[last])
    letters = np.concatenate([_SIGN_OF_BYTE[buffer[begin:end]], np.zeros(1, np.uint32)])
    signs: NDArray[np.uint32] = np.bitwise_or.reduceat(letters, offsets[first:last] - begin)
    return signs
