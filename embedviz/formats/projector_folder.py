"""A folder of the TensorFlow Projector: its configuration names tensors, metadata and a sheet of pictures."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from embedviz.errors import FileAccessError, FormatError
from embedviz.formats.byte_stream import ByteStream
from embedviz.formats.companions import read_companion
from embedviz.formats.contents import ColumnChoice
from embedviz.formats.folder_files import has, inside, probe_inside
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.pickles import refuse_pickles
from embedviz.formats.probe import Probe
from embedviz.formats.projector_config import Embedding, read_config
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.text_vectors import read_text
from embedviz.formats.vector_choice import chosen_matrix
from embedviz.progress import Steps, within
from embedviz.space.images import SpriteTiles
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

CONFIGS = ("projector_config.pbtxt", "projector_config.json")
_LONGEST_CONFIG = 1 << 22
_RAW = ".bytes"
_PNG = b"\x89PNG\r\n\x1a\n"
_SPRITE_COLUMN = "picture"


def _detect(probe: Probe) -> bool:
    return any(has(probe.path, name) for name in CONFIGS)


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    folder = probe.path
    name = next((name for name in CONFIGS if has(folder, name)), CONFIGS[0])
    config = probe_inside(folder, name)
    if config.size > _LONGEST_CONFIG:
        raise FormatError(f"“{name}” has {config.size:,} bytes, more than any configuration needs.")
    embeddings = read_config(config.path.read_bytes(), name, is_json=name.endswith(".json"))
    chosen = _chosen(embeddings, wish, probe)
    if not chosen.tensor:
        raise FormatError(
            f"The vectors of “{chosen.name}” lie in a TensorFlow checkpoint, which is not read; export them where it "
            "was made: `numpy.savetxt('tensors.tsv', VECTORS, delimiter='\\t')`, and name the file as tensor_path."
        )
    tensor = probe_inside(folder, chosen.tensor)
    reading = yield from within(_tensor(tensor, chosen, wish), 0.0, 0.7)
    companions = [config.path, tensor.path]
    notes = [*reading.notes]
    if len(embeddings) > 1:
        others = ", ".join(f"“{entry.name[:60]}”" for entry in embeddings[:12] if entry is not chosen)
        notes.append(Note("array_chosen", len(embeddings), f"The vectors are “{chosen.name}”; others: {others}."))
    labels, table = reading.labels, Table(len(reading.vectors))
    if chosen.metadata:
        path = inside(folder, chosen.metadata)
        found = yield from within(
            read_companion(path, len(reading.vectors), wish.label_column, as_table=True), 0.7, 0.9
        )
        labels, table = found.labels, Table(len(reading.vectors), found.columns)
        text = f"Labels and metadata were read from “{path.name}”."
        notes += [Note("companion", len(found.labels), text), *found.notes]
        companions.append(path)
    if chosen.sprite:
        sprite, text = _sprite(folder, chosen, len(reading.vectors))
        notes.append(Note("companion", 1, text))
        with suppress(FormatError):
            companions.append(inside(folder, chosen.sprite))
        if sprite is not None:
            missing = np.zeros(len(reading.vectors), bool)
            table = table.with_column(_free_name(table), Column("image", sprite, missing))
    return replace(
        reading,
        format=FORMAT.title,
        labels=labels,
        metadata=table if len(table) else None,
        notes=tuple(notes),
        companions=tuple(companions),
    )


def _chosen(embeddings: tuple[Embedding, ...], wish: Wish, probe: Probe) -> Embedding:
    choices = []
    for entry in embeddings:
        sides = " × ".join(f"{side:,}" for side in entry.shape) or "a tensor"
        choices.append(ColumnChoice(entry.name, sides, True, entry.shape[-1] if entry.shape else None, "vector"))
    name = chosen_matrix(choices, wish.vector_column, probe.shown, FORMAT.title)
    return next(entry for entry in embeddings if entry.name == name)


def _tensor(tensor: Probe, chosen: Embedding, wish: Wish) -> Steps[Reading]:
    if not tensor.size:
        raise FormatError(f"“{tensor.name}” is empty.")
    refuse_pickles(tensor)
    if tensor.path.suffix.lower() == _RAW:
        return (yield from _raw(tensor, chosen))
    layout = tensor.layout
    if layout is None or layout.has_label:
        raise FormatError(f"“{tensor.name}” holds no tab-separated numbers, as a tensor of the Projector does.")
    reading = yield from read_text(tensor, wish)
    if len(chosen.shape) == 2 and chosen.shape != reading.vectors.shape:
        text = f"The configuration declares {chosen.shape[0]:,} × {chosen.shape[1]:,}; all rows there are were read."
        return replace(reading, notes=(*reading.notes, Note("header_mismatch", len(reading.vectors), text)))
    return reading


def _raw(tensor: Probe, chosen: Embedding) -> Steps[Reading]:
    """A `.bytes` file: little-endian float32, its shape in the configuration only."""
    if len(chosen.shape) != 2:
        raise FormatError(f"“{tensor.name}” needs its shape, items and dimensions, in the configuration.")
    n_items, n_dims = chosen.shape
    if 4 * n_items * n_dims != tensor.size:
        raise FormatError(
            f"“{tensor.name}” has {tensor.size:,} bytes, and {n_items:,} × {n_dims:,} numbers need "
            f"{4 * n_items * n_dims:,}; the configuration is wrong or the file was cut off."
        )
    check_memory(tensor.name, n_items, n_dims)
    vectors = np.empty((n_items, n_dims), "<f4")
    with tensor.path.open("rb") as file:
        stream = ByteStream(file, tensor.size, tensor.name)
        yield from stream.fill(vectors, "the tensor", f"Opening {tensor.name}")
    return Reading(vectors.astype(np.float32, copy=False), FORMAT.title)


def _sprite(folder: Path, chosen: Embedding, n_items: int) -> tuple[SpriteTiles | None, str]:
    """The pictures of all items, or why there are none."""
    try:
        path = inside(folder, chosen.sprite)
        sheet = Probe.of(path, path)
    except (FormatError, FileAccessError, OSError) as error:
        return None, f"The sheet of pictures was ignored: {error}"
    if not sheet.head.startswith(_PNG) or sheet.head[12:16] != b"IHDR" or len(chosen.tile) != 2:
        return None, f"“{sheet.name}” was ignored: pictures need a PNG sheet and the size of one picture."
    width, height = (int.from_bytes(sheet.head[at : at + 4], "big") for at in (16, 20))
    columns, rows = width // chosen.tile[0], height // chosen.tile[1]
    if columns * rows < n_items:
        return None, f"“{sheet.name}” was ignored: it has room for {columns * rows:,} pictures of {n_items:,} items."
    tiles = SpriteTiles(folder, path, (chosen.tile[0], chosen.tile[1]), columns, np.arange(n_items, dtype=np.int64))
    return tiles, f"The pictures are tiles of “{sheet.name}”."


def _free_name(table: Table) -> str:
    name = _SPRITE_COLUMN
    while name in table:
        name += "_"
    return name


FORMAT = Format("projector-folder", "Projector folder", (), _detect, _read)
