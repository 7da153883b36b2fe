"""The word vectors of a spaCy pipeline: a table, the row of each word's hash, and the strings behind the hashes."""

from __future__ import annotations

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.folder_files import has, inside, probe_inside, read_json
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.msgpack_map import read_map
from embedviz.formats.npy_stream import MAGIC, read_header, read_matrix
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.string_hashing import string_hashes
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.space.labels import Labels
from embedviz.space.source import Note

_PLACES = ("vocab/", "")
_VECTORS, _ROWS, _STRINGS, _SETTINGS = "vectors", "key2row", "strings.json", "vectors.cfg"
_BYTES_PER_KEY = 80


def _detect(probe: Probe) -> bool:
    return _place(probe) is not None


def _place(probe: Probe) -> str | None:
    return next((at for at in _PLACES if has(probe.path, at + _VECTORS) and has(probe.path, at + _ROWS)), None)


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    """One item for each key, with the vector of its row: many keys share one row in pruned tables."""
    del wish
    place = _place(probe)
    if place is None:
        raise FormatError(f"“{probe.name}” changed while it was being read; open it again.")
    _refuse_floret(probe, place)
    table, notes = yield from within(_table(probe, place), 0.0, 0.4)
    keys, rows = yield from within(_keys(probe, place), 0.4, 0.6)
    used = np.flatnonzero((rows >= 0) & (rows < len(table)))
    if len(used) < len(rows):
        text = f"{len(rows) - len(used):,} keys have no row in the table; they were left out."
        notes.append(Note("keys_without_vector", len(rows) - len(used), text))
    keys, rows = keys[used], rows[used]
    if not len(rows):
        raise FormatError(f"“{probe.name}” has a table of vectors, and no word that has one of them.")
    check_memory(probe.name, len(rows), table.shape[1])
    vectors = table[rows]
    labels, more = yield from within(_labels(probe, place, keys), 0.6, 1.0)
    n_shared = len(rows) - len(np.unique(rows))
    if n_shared:
        text = f"{n_shared:,} words share the vector of another: the table was pruned to {len(table):,} rows."
        notes.append(Note("shared_vectors", n_shared, text))
    files = tuple(
        inside(probe.path, place + name)
        for name in (_VECTORS, _ROWS, _STRINGS, _SETTINGS)
        if has(probe.path, place + name)
    )
    return Reading(vectors, FORMAT.title, labels, None, (*notes, *more), companions=files)


def _refuse_floret(probe: Probe, place: str) -> None:
    if has(probe.path, place + _SETTINGS):
        settings = read_json(inside(probe.path, place + _SETTINGS))
        if isinstance(settings, dict) and settings.get("mode") == "floret":
            raise FormatError(
                f"“{probe.name}” holds floret vectors, which belong to hashes and not to words; export the words you "
                "need with spaCy: `for word in WORDS: print(word, *nlp.vocab[word].vector)`."
            )


def _table(probe: Probe, place: str) -> Steps[tuple[FloatArray, list[Note]]]:
    file = probe_inside(probe.path, place + _VECTORS)
    if not file.head.startswith(MAGIC):
        raise FormatError(f"“{place}{_VECTORS}” in “{probe.name}” is no NumPy array; get the pipeline again.")
    with file.path.open("rb") as stream:
        header = read_header(stream, file.name)
        return (yield from read_matrix(stream, header, file.name, file.size - header.n_bytes))


def _keys(probe: Probe, place: str) -> Steps[tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], RowArray]]:
    file = probe_inside(probe.path, place + _ROWS)
    check_memory(file.name, 0, 0, extra_bytes=4 * file.size)
    with file.path.open("rb") as stream:
        return (yield from read_map(stream.read(file.size), file.name))


def _labels(
    probe: Probe, place: str, keys: np.ndarray[tuple[int], np.dtype[np.uint64]]
) -> Steps[tuple[Labels, list[Note]]]:
    """The string of each key; keys whose string is not in the file stay without a label."""
    yield Progress(0.0, f"Reading the words of {probe.name}")
    strings = []
    if has(probe.path, place + _STRINGS):
        strings = read_json(inside(probe.path, place + _STRINGS))
        if not isinstance(strings, list) or not all(isinstance(string, str) for string in strings):
            raise FormatError(f"“{place}{_STRINGS}” in “{probe.name}” is no list of texts; get the pipeline again.")
    check_memory(probe.name, 0, 0, extra_bytes=_BYTES_PER_KEY * len(strings))
    words = Labels.from_strings(strings)
    hashes = string_hashes(words)
    yield Progress(0.5, f"Finding {len(keys):,} words")
    order = np.argsort(hashes, kind="stable")
    at = np.minimum(np.searchsorted(hashes[order], keys), max(len(order) - 1, 0))
    found = np.flatnonzero(hashes[order][at] == keys) if len(order) else np.empty(0, np.int64)
    texts = [b""] * len(keys)
    for row in found.tolist():
        texts[row] = words.encoded(int(order[at[row]]))
    n_unknown = len(keys) - len(found)
    if not n_unknown:
        return Labels.from_encoded(texts), []
    text = f"{n_unknown:,} keys have no word in {_STRINGS}; they are shown by their rows."
    return Labels.from_encoded(texts), [Note("unnamed", n_unknown, text)]


FORMAT = Format("spacy", "spaCy vectors", (), _detect, _read, one_matrix=True)
