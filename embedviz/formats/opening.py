"""Opening: from a path to a space, whatever the file turns out to be."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from embedviz import kernels
from embedviz.errors import (
    EmbedvizError,
    FileAccessError,
    FormatError,
    InputError,
    MemoryPlanError,
    ProseError,
    UnknownFormatError,
)
from embedviz.formats.cache_state import files_inside, state_as_read, states_below
from embedviz.formats.catalog import FOLDER_FORMATS, FORMATS
from embedviz.formats.companions import attach
from embedviz.formats.contents import named
from embedviz.formats.csv_layout import metadata_layout
from embedviz.formats.freed_memory import give_back
from embedviz.formats.lazy_hash import hash_of
from embedviz.formats.packed_text import read_packed_text
from embedviz.formats.pickles import refuse_pickles
from embedviz.formats.picture_names import with_named_pictures
from embedviz.formats.probe import Probe, access_error, changed, check_readable
from embedviz.formats.projector_folder import CONFIGS as PROJECTOR_CONFIGS
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.row_sample import RowSample
from embedviz.formats.run_file import read_run, run_path
from embedviz.formats.sampling import attach_sampled, drawn
from embedviz.formats.space_cache import cached_space
from embedviz.formats.text_layout import BOM, looks_utf16
from embedviz.formats.unpacking import sweep_leftovers, unpacked
from embedviz.formats.vector_choice import check_unnamed
from embedviz.progress import Progress, Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.label_order import KERNEL_MODULE as LABEL_KERNELS
from embedviz.space.labels import Labels
from embedviz.space.run import Run
from embedviz.space.source import FileState, LazyHash, Note, Source
from embedviz.space.table import Table

_READ_SHARE, _UNPACKED_SHARE = 0.9, 0.2
_PROSE_SHARE = 0.6
_WAIT_SECONDS = 0.05
_MANY_LABELS = 1 << 17
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")

StrPath = str | os.PathLike[str]


def open_steps(
    path: StrPath,
    *,
    labels: StrPath | None = None,
    metadata: StrPath | None = None,
    vector_column: str | None = None,
    label_column: str | None = None,
    partial: bool = False,
    metadata_columns: Sequence[str] | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> Steps[EmbeddingSpace]:
    """Open a file or folder of vectors as a space, its format found by content; .gz .zip .bz2 .xz are unpacked.

    `labels` (one per line) and `metadata` (a table) name files that belong to it; without, those beside it are tried.
    `vector_column` names the array of an .npz or the file in a .zip, `label_column` the array or column of labels.
    `metadata_columns` of a table are read, by default all. `partial` leaves out a last row that was cut off.
    `sample` keeps so many rows, drawn at random with `seed`, in the order of the file; a note says so.
    Yields Progress; closing the generator leaves nothing behind.

    Raises FileAccessError, UnknownFormatError (ProseError for prose), FormatError, UnsafeFileError, MemoryPlanError,
    and OptionError for a column that is not there or a sample of no rows.
    """
    wish = Wish(
        None if labels is None else Path(labels),
        None if metadata is None else Path(metadata),
        vector_column,
        label_column,
        partial,
        None if metadata_columns is None else tuple(metadata_columns),
        None if sample is None else RowSample(sample, seed),
    )
    path = Path(path)
    try:
        return (yield from _open(path, wish))
    except OSError as error:
        raise access_error(Path(error.filename) if isinstance(error.filename, str) else path, error) from error
    except MemoryError as error:
        raise MemoryPlanError(
            f"“{path.name}” does not fit into the memory that is free; close other programs."
        ) from error


def _open(path: Path, wish: Wish) -> Steps[EmbeddingSpace]:
    if path.name in PROJECTOR_CONFIGS and path.is_file():
        path = path.absolute().parent
    if path.is_dir():
        return (yield from _open_folder(path.absolute() if path.name else path.resolve(), wish))
    yield Progress(0.0, f"Opening {path.name}")
    check_readable(path)
    known = cached_space(path, options_of(wish))
    if known is not None:
        return _with_run(known)
    sweep_leftovers()
    with ExitStack() as stack:
        original = Probe.of(path, path)
        if not original.size:
            raise FormatError(f"“{path.name}” is empty; choose a file that holds vectors.")
        refuse_pickles(original)
        streamed = yield from within(read_packed_text(original, wish), 0.0, _READ_SHARE)
        if streamed is not None:
            reading, probe = streamed[0], replace(original, shown=streamed[1])
            found = next(entry for entry in FORMATS if entry.title == reading.format)
        else:
            probe = yield from within(unpacked(original, wish.vector_column, stack), 0.0, _UNPACKED_SHARE)
            if probe is not original:
                if not probe.size:
                    raise FormatError(f"“{path.name}” is empty inside; choose a file that holds vectors.")
                refuse_pickles(probe)
            found = _detect(probe)
            if found.one_matrix:
                check_unnamed(wish, original, probe.shown, found.title)
            low = 0.0 if probe is original else _UNPACKED_SHARE
            reading = yield from within(found.read(probe, wish), low, _READ_SHARE)
        reading = yield from within(attach_sampled(reading, probe, wish), _READ_SHARE, _READ_SHARE)
        digest = yield from within(hash_of(path, original.state), _READ_SHARE, _READ_SHARE)
        if original.is_changed():
            raise changed(path.name)
    notes = _suffix_note(probe, found)
    opened = _opened(path, probe, wish, reading, notes, digest, original.state)
    return (yield from within(opened, _READ_SHARE, 1.0))


def _open_folder(path: Path, wish: Wish) -> Steps[EmbeddingSpace]:
    """Open a folder as the one thing it holds; the formats of its files are found by what they are called in it."""
    yield Progress(0.0, f"Opening {path.name}")
    known = cached_space(path, options_of(wish))
    if known is not None:
        return _with_run(known)
    before = states_below(path)
    probe = Probe.of_folder(path)
    found = next((entry for entry in FOLDER_FORMATS if entry.detect(probe)), None)
    if found is None:
        titles = ", ".join(entry.title for entry in FOLDER_FORMATS)
        raise FileAccessError(f"“{path}” is a folder of no kind known here ({titles}); open one of the files in it.")
    if found.one_matrix:
        check_unnamed(wish, probe, path, found.title)
    reading = yield from within(found.read(probe, wish), 0.0, _READ_SHARE)
    if wish.labels is not None or wish.metadata is not None:
        reading = yield from within(attach(reading, probe, wish), _READ_SHARE, _READ_SHARE)
    if wish.sample is not None:
        reading = drawn(reading, wish.sample)
    state = state_as_read(path, reading.companions, before)
    digest = None if state is None else (yield from hash_of(path, state, files_inside(path, reading.companions)))
    return (yield from within(_opened(path, probe, wish, reading, (), digest, state), _READ_SHARE, 1.0))


def _opened(
    path: Path,
    probe: Probe,
    wish: Wish,
    reading: Reading,
    notes: tuple[Note, ...],
    digest: str | LazyHash | None,
    state: FileState | None = None,
) -> Steps[EmbeddingSpace]:
    """The space of a reading, with where it came from and what was noticed."""
    folders = [path if probe.is_folder else path.parent]
    reading = with_named_pictures(reading, [*folders, *(each.parent for each in [wish.metadata] if each is not None)])
    run, run_notes = (None, ()) if wish.sample is not None else _run_beside(path, probe, reading)
    companions = reading.companions if run is None else (*reading.companions, run_path(probe.shown))
    source = Source(path.name, reading.format, path.absolute(), digest, "", companions, options_of(wish), run, state)
    return (yield from finished_space(reading, source, (*notes, *reading.notes, *run_notes)))


def _with_run(space: EmbeddingSpace) -> EmbeddingSpace:
    """A space of our cache with the record of its training, if one stands beside its file by now."""
    assert space.source.path is not None, "it was opened from a file"
    beside = run_path(space.source.path)
    if not beside.is_file():
        return space
    with suppress(FormatError, OSError):
        companions = tuple(dict.fromkeys([*space.source.companions, beside]))
        source = replace(space.source, run=read_run(beside, space.vectors), companions=companions)
        return space.with_source(source)
    return space


def finished_space(reading: Reading, source: Source, notes: tuple[Note, ...]) -> Steps[EmbeddingSpace]:
    """Make the space of a reading: order its labels, measure its vectors, and note what is unusual about them."""
    n_items = len(reading.vectors)
    labels = reading.labels
    if labels is None:
        labels = Labels(np.zeros(0, np.uint8), np.zeros(n_items + 1, np.int64))
    metadata = reading.metadata if reading.metadata is not None else Table(n_items)
    space = EmbeddingSpace(reading.vectors, labels, source, metadata, subwords=reading.subwords)
    if reading.norms is not None:
        space = space.with_norms(reading.norms)
    give_back()  # what reading worked in, before more is worked out
    yield from prepared(space)
    n_zero, n_nonfinite = len(space.zero_rows), len(space.nonfinite_rows)
    counted = (
        (
            "duplicate_labels",
            labels.n_duplicates,
            "labels repeat an earlier one; a typed label finds the first, all are kept.",
            "label repeats an earlier one; a typed label finds the first, both are kept.",
        ),
        (
            "zero_rows",
            n_zero,
            "vectors are zero; they are kept, and in no ranking by cosine.",
            "vector is zero; it is kept, and in no ranking by cosine.",
        ),
        (
            "nonfinite_rows",
            n_nonfinite,
            "vectors hold NaN or infinity; they are kept, and in no ranking.",
            "vector holds NaN or infinity; it is kept, and in no ranking.",
        ),
    )
    more = [
        Note(kind, count, f"{count:,} {one if count == 1 else many}") for kind, count, many, one in counted if count
    ]
    give_back()
    return space.with_notes((*notes, *more))


def prepared(space: EmbeddingSpace) -> Steps[None]:
    """Order the labels of a space while its vectors are measured, on two threads."""
    if space.n_items >= _MANY_LABELS:
        with suppress(EmbedvizError):  # else they are ordered by numpy
            yield from kernels.ready(LABEL_KERNELS)
    with ThreadPoolExecutor(2, "preparing") as pool:
        ordering, measuring = pool.submit(_ordered, space.labels), pool.submit(lambda: space.magnitudes)
        parts: tuple[tuple[Future[Any], float, str], ...] = (
            (ordering, 0.0, f"Ordering {space.n_items:,} labels"),
            (measuring, 0.5, f"Measuring {space.n_items:,} vectors"),
        )
        for work, done, text in parts:
            yield Progress(done, text)
            while not work.done():
                wait([work], _WAIT_SECONDS)
                yield Progress(done, text)
            work.result()


def _ordered(labels: Labels) -> None:
    labels.prepare()
    _ = labels.n_duplicates


def _run_beside(path: Path, probe: Probe, reading: Reading) -> tuple[Run | None, tuple[Note, ...]]:
    """The record of the training that made these vectors, if it stands beside them and is about them."""
    beside = run_path(probe.shown)
    if beside == path or not beside.is_file():
        return None, ()
    try:
        return read_run(beside, reading.vectors), ()
    except (FormatError, OSError) as error:
        why = access_error(beside, error) if isinstance(error, OSError) else error
        return None, (Note("companion", 1, f"“{beside.name}” beside the file was ignored: {why}."),)


def _detect(probe: Probe) -> Format:
    found = next((entry for entry in FORMATS if entry.detect(probe)), None)
    if found is None:
        raise unknown(probe)
    return found


def unknown(probe: Probe) -> InputError:
    """Why a file is in no format we read: UTF-16, prose, a table without vectors, or anything else."""
    head = probe.head
    if looks_utf16(head):
        return UnknownFormatError(f"“{probe.name}” looks like UTF-16 text; save it as UTF-8 and open again.")
    text = head.removeprefix(BOM)
    if not text.strip():
        return FormatError(f"“{probe.name}” holds only blank lines; choose a file that holds vectors.")
    if not _CONTROL.search(text) and not text.lstrip().startswith((b"{", b"[", b"<")):
        table = _table_without_vectors(probe)
        words = text.decode("utf-8", "ignore")
        plain = sum(character.isalpha() or character.isspace() for character in words)
        if plain > _PROSE_SHARE * len(words) and len(words) * 2 > len(text) - 3:
            return ProseError(
                table or f"“{probe.name}” reads as prose, not vectors. Open a file of vectors, such as GloVe text.",
                probe.shown,
                remedy="metadata" if table else "",
            )
        if table:
            return UnknownFormatError(table, remedy="metadata")
    titles = ", ".join(entry.title for entry in FORMATS)
    return UnknownFormatError(
        f"“{probe.name}” holds no vectors in a format that is known here: {titles}, or one of them in .gz, .zip, .bz2 "
        "or .xz."
    )


def _table_without_vectors(probe: Probe) -> str:
    """The words for a table that can only be about the items of another file; empty for what is no table."""
    layout = metadata_layout(probe.head, whole=len(probe.head) >= probe.size)
    if layout is None or not layout.has_header:
        return ""
    return (
        f"“{probe.name}” is a table without vectors; its columns are {named(layout.names)}. Open a file of vectors, "
        "and give it this table as metadata."
    )


def _suffix_note(probe: Probe, found: Format) -> tuple[Note, ...]:
    suffix = probe.shown.suffix.lower()
    if suffix in found.suffixes or all(suffix not in entry.suffixes for entry in FORMATS):
        return ()
    return (Note("suffix_mismatch", 1, f"“{probe.name}” is named {suffix}, and its content is {found.title}."),)


def options_of(wish: Wish) -> dict[str, object]:
    asked = {
        "vector_column": wish.vector_column,
        "label_column": wish.label_column,
        "partial": wish.partial or None,
        "metadata_columns": None if wish.metadata_columns is None else list(wish.metadata_columns),
        "labels": None if wish.labels is None else str(wish.labels),
        "metadata": None if wish.metadata is None else str(wish.metadata),
        "sample": None if wish.sample is None else wish.sample.n_rows,
        "seed": None if wish.sample is None else wish.sample.seed,
    }
    return {name: value for name, value in asked.items() if value is not None}
