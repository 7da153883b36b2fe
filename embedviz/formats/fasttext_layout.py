"""How a fastText model begins: its arguments, with or without the mark of newer files, and its dictionary."""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.byte_stream import ByteStream
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import ByteArray, DoubleArray, RowArray

MAGIC = 793712314
_NEWEST = 12
_SUPERVISED = 3
_MOST_DIMS, _LONGEST_NGRAM, _LONGEST_WORD = 1 << 20, 100, 1 << 16
_ARGUMENTS = "12id"
_COUNTS = "3iq"
_BEHIND_WORD = 10


@dataclass(frozen=True)
class Arguments:
    """What a model was trained with, as far as its vectors depend on it, and the counts of its dictionary."""

    is_marked: bool
    n_dims: int
    is_supervised: bool
    n_buckets: int
    shortest: int
    longest: int
    n_entries: int
    n_words: int
    n_labels: int


@dataclass(frozen=True, eq=False)
class Dictionary:
    """The words in order, UTF-8 in `buffer` at `offsets` (n + 1), their `counts`, and the `pruned` pairs or None.

    `pruned` int32 (n, 2): the buckets that were kept, and the row of each.
    """

    buffer: ByteArray
    offsets: RowArray
    counts: DoubleArray
    pruned: np.ndarray[tuple[int, int], np.dtype[np.int32]] | None


def arguments_of(head: bytes) -> Arguments | None:
    """The arguments at the beginning of a file, or None if it does not begin as a fastText model does."""
    n_mark = 8 if head[:4] == struct.pack("<i", MAGIC) else 0
    try:
        version = struct.unpack_from("<i", head, 4)[0] if n_mark else 0
        fields = struct.unpack_from("<" + _ARGUMENTS, head, n_mark)
        counts = struct.unpack_from("<" + _COUNTS, head, n_mark + struct.calcsize("<" + _ARGUMENTS))
    except struct.error:
        return None
    dims, window, epochs, _, _, word_ngrams, loss, model, n_buckets, shortest, longest = fields[:11]
    sound = 1 <= dims <= _MOST_DIMS and 1 <= loss <= 4 and 1 <= model <= 3 and n_buckets >= 0
    sound = sound and min(window, epochs, word_ngrams, shortest, longest, *counts) >= 0
    sound = sound and longest <= _LONGEST_NGRAM and counts[0] == counts[1] + counts[2]
    if not sound or (not n_mark and not (window and epochs and counts[1])):
        return None
    if n_mark and version < _NEWEST and model == _SUPERVISED:
        longest = 0
    return Arguments(bool(n_mark), dims, model == _SUPERVISED, n_buckets, shortest, longest, *counts[:3])


def read_dictionary(stream: ByteStream) -> Steps[tuple[Arguments, Dictionary]]:
    """Read the beginning of a model up to its matrices. Raises FormatError, with the byte, for damage."""
    n_head = 8 + struct.calcsize("<" + _ARGUMENTS) + struct.calcsize("<" + _COUNTS)
    head = stream.take(min(n_head, stream.n_left), "the header")
    arguments = arguments_of(head)
    if arguments is None:
        raise FormatError(f"The header of “{stream.name}” is cut off, or holds what no fastText model does.")
    if not arguments.is_marked:
        stream.give_back(head[n_head - 8 :])
    elif (version := struct.unpack_from("<i", head, 4)[0]) > _NEWEST:
        raise FormatError(
            f"“{stream.name}” is a fastText model of version {version}, and {_NEWEST} is the newest known."
        )
    if not arguments.n_words:
        raise FormatError(f"“{stream.name}” is a fastText model without words: no vectors.")
    n_pruned = stream.values("q", "the count of pruned n-grams")[0] if arguments.is_marked else -1
    buffer, offsets, counts = yield from _entries(stream, arguments)
    pruned = None
    if n_pruned >= 0:
        stream.need(8 * n_pruned, "the list of kept n-grams")
        pruned = np.empty((n_pruned, 2), "<i4")
        yield from stream.fill(pruned, "the list of kept n-grams", f"Opening {stream.name}")
    return arguments, Dictionary(buffer, offsets, counts, pruned)


def _entries(stream: ByteStream, arguments: Arguments) -> Steps[tuple[ByteArray, RowArray, DoubleArray]]:
    """The words of a dictionary; labels of a classifier follow them and are read over."""
    n_entries, n_words = arguments.n_entries, arguments.n_words
    stream.need(n_entries * _BEHIND_WORD, f"a dictionary of {n_entries:,} entries")
    words, ends, counts = bytearray(), array("q", [0]), array("q")
    row = 0
    while row < n_entries:
        block, at = stream.block(), 0
        while row < n_entries:
            end = block.find(b"\0", at)
            if end < 0 or end + _BEHIND_WORD > len(block):
                break
            kind = block[end + 9]
            if kind != (row >= n_words) or end - at > _LONGEST_WORD:
                raise FormatError(
                    f"Entry {row + 1:,} of the dictionary of “{stream.name}” is damaged, at byte "
                    f"{stream.position - len(block) + at:,}; get the file again."
                )
            if row < n_words:
                words += block[at:end]
                ends.append(len(words))
                counts.append(int.from_bytes(block[end + 1 : end + 9], "little", signed=True))
            at = end + _BEHIND_WORD
            row += 1
        is_stuck = not at and (not stream.n_left or len(block) > _LONGEST_WORD + _BEHIND_WORD)
        stream.give_back(block[at:])
        if row < n_entries and is_stuck:
            raise FormatError(
                f"Entry {row + 1:,} of the {n_entries:,} in the dictionary of “{stream.name}”, which begins at byte "
                f"{stream.position:,}, has no end; the file was cut off or damaged. Get it again."
            )
        yield Progress(stream.position / max(1, stream.size), f"Opening {stream.name}: {row:,} words")
    numbers = np.frombuffer(counts, np.int64).astype(np.float64) if len(counts) else np.zeros(0)
    return np.frombuffer(bytes(words), np.uint8), np.frombuffer(ends, np.int64).copy(), numbers
