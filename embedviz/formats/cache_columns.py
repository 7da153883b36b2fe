"""Labels and metadata as plain arrays, and back: how a cache entry holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.formats.cache_arrays import DamagedEntryError
from embedviz.space.images import ImageColumn, PictureBytes, PicturePaths, SpriteTiles
from embedviz.space.labels import FALL_BACKS, Labels
from embedviz.space.table import Column, Table

Arrays = dict[str, NDArray[Any]]
Named = Callable[[str], NDArray[Any]]


def can_hold(table: Table) -> bool:
    """Whether every column can be written: not pictures of kinds that are not known here."""
    return all(
        not isinstance(column.values, ImageColumn)
        or isinstance(column.values, PictureBytes | PicturePaths | SpriteTiles)
        for column in table.values()
    )


def labels_arrays(labels: Labels) -> tuple[Arrays, dict[str, Any]]:
    """The arrays and facts of labels with all that they worked out."""
    arrays: Arrays = {"labels": labels.buffer, "label-offsets": labels.offsets, "label-order": labels.order}
    for folding in FALL_BACKS:
        folded, rows = labels.spellings(folding)
        arrays |= {
            f"{folding}-labels": folded.buffer,
            f"{folding}-offsets": folded.offsets,
            f"{folding}-order": folded.order,
            f"{folding}-rows": rows,
        }
    return arrays, {"n_duplicates": labels.n_duplicates}


def labels_from(array: Named, facts: Mapping[str, Any]) -> Labels:
    """Labels as they were; DamagedEntryError where the arrays cannot be theirs."""
    labels = _labels(array("labels"), array("label-offsets"))
    folded = {}
    for folding in FALL_BACKS:
        each = _labels(array(f"{folding}-labels"), array(f"{folding}-offsets"))
        try:
            each.remember(array(f"{folding}-order"), 0)
        except ValueError as error:
            raise DamagedEntryError(str(error)) from error
        vars(each).pop("n_duplicates")
        rows = array(f"{folding}-rows")
        if rows.dtype != np.int32 or rows.shape != (len(each),):
            raise DamagedEntryError(f"{folding}-rows")
        folded[folding] = (each, rows)
    try:
        labels.remember(array("label-order"), int(facts["n_duplicates"]), folded)
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedEntryError("labels") from error
    return labels


def table_arrays(table: Table) -> tuple[Arrays, list[dict[str, Any]]]:
    """The arrays and facts of every column, in their order."""
    arrays: Arrays = {}
    facts = []
    for at, (name, column) in enumerate(table.items()):
        stem, values = f"column-{at}", column.values
        arrays[f"{stem}-missing"] = column.missing
        if isinstance(values, Labels | PictureBytes):
            arrays |= {f"{stem}-bytes": values.buffer, f"{stem}-offsets": values.offsets}
        elif isinstance(values, PicturePaths):
            arrays |= {f"{stem}-bytes": values.names.buffer, f"{stem}-offsets": values.names.offsets}
        elif isinstance(values, np.ndarray):
            arrays[f"{stem}-values"] = values
        elif isinstance(values, SpriteTiles):
            arrays[f"{stem}-places"] = values.places
        held: dict[str, Any] = {"holds": type(values).__name__}
        if isinstance(values, PicturePaths | SpriteTiles):
            held["folder"] = str(values.folder)
        if isinstance(values, SpriteTiles):
            held |= {"sheet": str(values.path), "tile": list(values.tile), "columns": values.columns}
        facts.append({"name": name, "kind": column.kind, "names": list(column.names), **held})
    return arrays, facts


def table_from(array: Named, facts: list[dict[str, Any]], n_items: int) -> Table:
    """The columns as they were; DamagedEntryError where the arrays cannot be theirs."""
    columns = {}
    for at, each in enumerate(facts):
        stem = f"column-{at}"
        values: Any
        if each["holds"] in ("Labels", "PictureBytes", "PicturePaths"):
            held = _labels(array(f"{stem}-bytes"), array(f"{stem}-offsets"))
            values = held if each["holds"] == "Labels" else PictureBytes(held.buffer, held.offsets)
            if each["holds"] == "PicturePaths":
                values = PicturePaths(Path(each["folder"]), held)
        elif each["holds"] == "SpriteTiles":
            values = _tiles(array(f"{stem}-places"), each)
        else:
            values = array(f"{stem}-values")
        names = tuple(map(str, each["names"]))
        if each["kind"] == "category" and len(values) and not -1 <= values.min() <= values.max() < len(names):
            raise DamagedEntryError(str(each["name"]))
        columns[str(each["name"])] = Column(each["kind"], values, array(f"{stem}-missing"), names)
    try:
        return Table(n_items, columns)
    except ValueError as error:
        raise DamagedEntryError(str(error)) from error


def _tiles(places: NDArray[Any], facts: Mapping[str, Any]) -> SpriteTiles:
    width, height = map(int, facts["tile"])
    columns = int(facts["columns"])
    if places.dtype != np.int64 or places.ndim != 1 or np.any(places < 0) or min(width, height, columns) < 1:
        raise DamagedEntryError("places")
    return SpriteTiles(Path(facts["folder"]), Path(facts["sheet"]), (width, height), columns, places)


def _labels(buffer: NDArray[Any], offsets: NDArray[Any]) -> Labels:
    sound = buffer.dtype == np.uint8 and buffer.ndim == 1 and offsets.dtype == np.int64 and offsets.ndim == 1
    if not sound or not len(offsets) or offsets[0] != 0 or offsets[-1] != len(buffer) or np.any(np.diff(offsets) < 0):
        raise DamagedEntryError("labels")
    return Labels(buffer, offsets)
