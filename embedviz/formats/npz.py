"""NumPy .npz: vectors, labels and metadata as arrays of one archive; nothing in it is ever unpacked to disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from numpy.typing import NDArray

from embedviz.errors import FormatError, OptionError, UnsafeFileError
from embedviz.formats.contents import ColumnChoice, Contents, Role
from embedviz.formats.npy_stream import ArrayHeader, check_matrix, read_array, read_header, read_matrix
from embedviz.formats.npz_columns import LABEL_MEMBERS, VECTOR_MEMBERS, array_labels, table_from, text_labels
from embedviz.formats.npz_writing import write_npz
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish, keeps_all
from embedviz.formats.zip_members import member_errors, members
from embedviz.progress import Progress, Steps, within
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.space.table import Table

_SUFFIX = ".npy"
_SHOWN_NAMES = 12


@dataclass(frozen=True)
class Archive:
    """The arrays of an open archive: their headers by name, and what each calls itself in messages."""

    file: zipfile.ZipFile
    name: str
    members: Mapping[str, zipfile.ZipInfo]
    headers: Mapping[str, ArrayHeader]
    unsafe: tuple[str, ...]

    def available(self, key: str) -> int:
        """How many bytes of values the archive declares for an array."""
        return self.members[key].file_size - self.headers[key].n_bytes

    def open(self, key: str) -> IO[bytes]:
        """The stream of an array's values, behind its header."""
        stream = self.file.open(self.members[key])
        read_header(stream, self.called(key))
        return stream

    def called(self, key: str) -> str:
        """How messages name an array."""
        return f"{key} in {self.name}"

    def array(self, key: str) -> NDArray[Any]:
        """A whole array as it is."""
        with self.open(key) as stream:
            return read_array(stream, self.headers[key], self.called(key), self.available(key))


def _detect(probe: Probe) -> bool:
    return any(member.filename.endswith(_SUFFIX) for member in members(probe))


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    with member_errors(probe.name), zipfile.ZipFile(probe.path) as file:
        archive = _archive(file, probe.name)
        key, notes = _vectors_member(archive, wish.vector_column)
        header = archive.headers[key]
        with archive.open(key) as stream:
            filling = read_matrix(stream, header, archive.called(key), archive.available(key))
            vectors, more = yield from within(filling, 0.0, 0.6)
        notes += more
        labels, used, more = _labels(archive, len(vectors), {key}, wish)
        notes += more
        columns = yield from within(table_from(archive.headers, archive.array, len(vectors), used), 0.6, 0.8)
    skipped = [name for name in archive.unsafe if name != key]
    if skipped:
        text = (
            f"Pickled arrays can run code and were not opened: {', '.join(skipped)}. Save texts by `array.astype(str)`."
        )
        notes.append(Note("unsafe_skipped", len(skipped), text))
    metadata = Table(len(vectors), columns) if columns else None
    return Reading(vectors, FORMAT.title, labels, metadata, tuple(notes))


def _inspect(probe: Probe) -> Steps[Contents]:
    yield Progress(0.0, f"Looking into {probe.name}")
    with member_errors(probe.name), zipfile.ZipFile(probe.path) as file:
        archive = _archive(file, probe.name)
        key = _vectors_member(archive, None)[0] if _tables(archive) else None
    n_items = archive.headers[key].shape[0] if key is not None else None
    texts = [each for each, header in archive.headers.items() if header.dtype.kind in "US" and "/" not in each]
    label = next((each for name in LABEL_MEMBERS for each in texts if each.casefold() == name), None)
    columns = []
    for each, header in archive.headers.items():
        fits = len(header.shape) == 1 and header.shape[0] == n_items
        role: Role = "vector" if each == key else "label" if each == label else "metadata" if fits else "ignored"
        is_table = each in _tables(archive)
        n_dims = header.shape[1] if is_table else None
        columns.append(ColumnChoice(each, f"{header.dtype} {header.shape}", is_table, n_dims, role))
    return Contents(FORMAT.title, n_items, tuple(columns))


def _tables(archive: Archive) -> dict[str, ArrayHeader]:
    """The arrays that can be the vectors."""
    return {
        key: header
        for key, header in archive.headers.items()
        if header.is_numeric and len(header.shape) == 2 and all(header.shape)
    }


def _archive(file: zipfile.ZipFile, name: str) -> Archive:
    """Read the header of every array; of members with one name the last counts, as NumPy takes it."""
    found: dict[str, zipfile.ZipInfo] = {}
    headers: dict[str, ArrayHeader] = {}
    unsafe = []
    for member in file.infolist():
        if not member.filename.endswith(_SUFFIX):
            continue
        key = member.filename.removesuffix(_SUFFIX)
        found[key] = member
        headers.pop(key, None)
        with file.open(member) as stream:
            try:
                headers[key] = read_header(stream, f"{key} in {name}")
            except UnsafeFileError:
                unsafe.append(key)
    return Archive(file, name, found, headers, tuple(dict.fromkeys(unsafe)))


def _vectors_member(archive: Archive, wanted: str | None) -> tuple[str, list[Note]]:
    """Which array holds the vectors: the one named, else one of the usual names, else the largest table of numbers."""
    if wanted is not None:
        if wanted not in archive.members:
            raise OptionError(f"There is no array “{wanted}” in “{archive.name}”; it has {_listed(archive.members)}.")
        if wanted in archive.headers:
            check_matrix(archive.headers[wanted], archive.called(wanted))
            return wanted, []
    tables = _tables(archive)
    if wanted is not None or (not tables and archive.unsafe):
        raise UnsafeFileError(
            f"“{wanted or archive.unsafe[0]}” in “{archive.name}” holds pickled Python objects, which can run code "
            "when opened; export it where you trust it: `file = numpy.load(PATH, allow_pickle=True)` then "
            "`numpy.savez('out.npz', vectors=file[NAME].astype('float32'), labels=file[LABELS].astype(str))`."
        )
    if not tables:
        shapes = [f"{key} {header.shape}" for key, header in archive.headers.items()]
        raise FormatError(f"“{archive.name}” holds no table of numbers, items x dimensions; it has {_listed(shapes)}.")
    usual = next((key for name in VECTOR_MEMBERS for key in tables if key.casefold() == name), None)
    chosen = usual or max(tables, key=lambda key: tables[key].shape[0] * tables[key].shape[1])
    if len(tables) == 1:
        return chosen, []
    others = _listed([key for key in tables if key != chosen])
    text = f"The vectors are the array “{chosen}”; others in the file: {others}; any of them can be named instead."
    return chosen, [Note("array_chosen", len(tables), text)]


def _labels(archive: Archive, n_items: int, used: set[str], wish: Wish) -> tuple[Labels | None, set[str], list[Note]]:
    """The labels among the arrays, the names used for them, and what was noticed."""
    pair = {"labels_bytes", "labels_offsets"}
    wanted = wish.label_column
    if wanted is None and pair <= archive.headers.keys():
        called = archive.called("labels_bytes")
        labels = array_labels(archive.array("labels_bytes"), archive.array("labels_offsets"), n_items, called)
        return labels, used | pair, []
    if wanted is not None and wanted not in archive.members and wish.labels is None and wish.metadata is None:
        raise OptionError(f"There is no array “{wanted}” in “{archive.name}”; it has {_listed(archive.members)}.")
    texts = [
        key
        for key, header in archive.headers.items()
        if header.dtype.kind in "US" and header.shape == (n_items,) and "/" not in key
    ]
    key = wanted if wanted in texts else None
    if wanted is None and texts:
        key = next((key for name in LABEL_MEMBERS for key in texts if key.casefold() == name), texts[0])
    if key is None:
        if wanted is not None and wanted in archive.headers:
            shape = archive.headers[wanted].shape
            raise FormatError(
                f"“{wanted}” in “{archive.name}” has the shape {shape}; labels must be {n_items:,} texts, "
                "one for each item."
            )
        return None, used, _mismatched_labels(archive, n_items)
    labels, n_bad = text_labels(archive.array(key), archive.called(key))
    notes = []
    if n_bad:
        text = f"{n_bad:,} labels are not valid UTF-8; the bad bytes are shown as “\ufffd”."
        notes.append(Note("bad_utf8", n_bad, text))
    return labels, used | {key}, notes


def _mismatched_labels(archive: Archive, n_items: int) -> list[Note]:
    notes = []
    for key, header in archive.headers.items():
        if key.casefold() in LABEL_MEMBERS and header.dtype.kind in "US" and len(header.shape) == 1:
            text = f"The array “{key}” has {header.shape[0]:,} texts for {n_items:,} items; it was ignored."
            notes.append(Note("companion", 1, text))
    return notes


def _listed(found: Iterable[str]) -> str:
    names = list(found)
    shown = ", ".join(f"“{name}”" for name in names[:_SHOWN_NAMES])
    return shown + (f" and {len(names) - _SHOWN_NAMES:,} more" if len(names) > _SHOWN_NAMES else "") or "nothing"


FORMAT = Format(
    "npz", "NumPy .npz", (".npz",), _detect, _read, write_npz, writes=(".npz",), keeps=keeps_all, inspect=_inspect
)
