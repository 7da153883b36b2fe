"""Labels as they stand in a file's bytes, made valid UTF-8."""

from __future__ import annotations

from codecs import getincrementaldecoder

import numpy as np

from embedviz.space.arrays import ByteArray, RowArray
from embedviz.space.labels import Labels

_LF, _CR = 0x0A, 0x0D
_BLOCK_BYTES, _BLOCK_LABELS = 1 << 20, 1 << 17  # worked on in a few ms, so that the window's thread gets its turn


def clean_labels(buffer: ByteArray, offsets: RowArray) -> tuple[Labels, int]:
    """Labels over `buffer` with bad UTF-8 replaced by U+FFFD, and how many labels had any.

    A label cut inside a character may continue in the next label's first byte, so each is judged by itself.
    """
    if _is_clean(buffer, offsets):
        return Labels(buffer, offsets), 0
    high = np.concatenate([[0], np.cumsum(buffer >= 128, dtype=np.int64)])
    suspects = np.flatnonzero(high[offsets[1:]] != high[offsets[:-1]])
    pieces, lengths, done, n_bad = [], np.diff(offsets), 0, 0
    for row in suspects.tolist():
        label = buffer[offsets[row] : offsets[row + 1]].tobytes()
        cleaned = label.decode("utf-8", "replace").encode()
        if cleaned != label:
            n_bad += 1
            pieces += [buffer[done : offsets[row]].tobytes(), cleaned]
            lengths[row], done = len(cleaned), int(offsets[row + 1])
    pieces.append(buffer[done:].tobytes())
    clean_offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    return Labels(np.frombuffer(b"".join(pieces), np.uint8), clean_offsets), n_bad


def line_labels(content: bytes) -> tuple[Labels, int]:
    """One label per line of `content`, without byte order mark and the CR of CRLF; see `clean_labels`."""
    data = np.frombuffer(content.removeprefix(b"\xef\xbb\xbf"), np.uint8)
    text, ends, n_kept = np.empty(len(data), np.uint8), [np.zeros(1, np.int64)], 0
    for start in range(0, len(data), _BLOCK_BYTES):
        block = data[start : start + _BLOCK_BYTES]
        is_end = block == _LF
        followed = np.append(is_end[1:], start + len(block) == len(data) or data[start + len(block)] == _LF)
        is_return = (block == _CR) & followed
        kept = block[~(is_end | is_return)]
        text[n_kept : n_kept + len(kept)] = kept
        breaks, returns = np.flatnonzero(is_end), np.flatnonzero(is_return)
        n_left_out = np.arange(len(breaks)) + np.searchsorted(returns, breaks)
        ends.append(n_kept + breaks - n_left_out)
        n_kept += len(kept)
    if len(data) and data[-1] != _LF:
        ends.append(np.array([n_kept]))
    return clean_labels(text[:n_kept], np.concatenate(ends))


def _is_clean(buffer: ByteArray, offsets: RowArray) -> bool:
    """Whether all is UTF-8 and no label begins inside a character."""
    decoder = getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(buffer), _BLOCK_BYTES):
            decoder.decode(buffer[start : start + _BLOCK_BYTES].tobytes())
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    for start in range(0, len(offsets) - 1, _BLOCK_LABELS):
        begins = offsets[start : min(start + _BLOCK_LABELS, len(offsets) - 1)]
        if np.any((buffer[begins[begins < len(buffer)]] & 0xC0) == 0x80):
            return False
    return True
