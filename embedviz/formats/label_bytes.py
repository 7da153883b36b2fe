"""Labels as they stand in a file's bytes, made valid UTF-8."""

from __future__ import annotations

import numpy as np

from embedviz.space.arrays import ByteArray, RowArray
from embedviz.space.labels import Labels


def clean_labels(buffer: ByteArray, offsets: RowArray) -> tuple[Labels, int]:
    """Labels over `buffer` with bad UTF-8 replaced by U+FFFD, and how many labels had any.

    A label cut inside a character may continue in the next label's first byte, so each is judged by itself.
    """
    try:
        buffer.tobytes().decode()
        starts = offsets[:-1][offsets[:-1] < len(buffer)]
        if not np.any((buffer[starts] & 0xC0) == 0x80):
            return Labels(buffer, offsets), 0
    except UnicodeDecodeError:
        pass  # some label is bad: look at each of those that are not ASCII
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
    ends = np.flatnonzero(data == 0x0A)
    if len(data) and data[-1] != 0x0A:
        ends = np.append(ends, len(data))
    keep = data != 0x0A
    returns = ends[(ends > 0)] - 1
    returns = returns[data[returns] == 0x0D]
    keep[returns] = False
    kept = np.concatenate([[0], np.cumsum(keep, dtype=np.int64)])
    offsets = np.concatenate([[0], kept[ends]])
    return clean_labels(data[keep], offsets)
