"""Columns of text that name pictures beside the file: thumbnails come along, the names stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from embedviz.formats.registry import Reading
from embedviz.space.images import PicturePaths
from embedviz.space.labels import Labels
from embedviz.space.table import Column, Table

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
_NAMES_LOOKED_AT, _FILES_LOOKED_FOR = 200, 20


def with_named_pictures(reading: Reading, folders: Sequence[Path]) -> Reading:
    """Give a reading a column of pictures for each column, or the labels, that names some which lie below a folder.

    Names are relative to the first of the `folders` that has any of them; one that leads out of it has no picture.
    """
    table = reading.metadata if reading.metadata is not None else Table(len(reading.vectors))
    found: dict[str, Column] = {}
    if reading.labels is not None:
        picture = _pictures(reading.labels, np.diff(reading.labels.offsets) == 0, folders)
        if picture is not None:
            found["picture"] = picture
    for name, column in table.items():
        names = _names(column)
        picture = None if names is None else _pictures(names, column.missing, folders)
        if picture is not None:
            found[f"{name} (picture)"] = picture
    for name, column in found.items():
        table = table if name in table else table.with_column(name, column)
    return replace(reading, metadata=table) if found else reading


def _names(column: Column) -> Labels | None:
    """What a column says of each row, if it is text; only where its first values are names of pictures."""
    if column.kind == "text" and isinstance(column.values, Labels):
        return column.values
    if column.kind != "category" or not _look_like_pictures(iter(column.names)):
        return None
    return Labels.from_strings(column.text(row) for row in range(len(column)))


def _pictures(
    names: Labels, missing: np.ndarray[tuple[int], np.dtype[np.bool_]], folders: Sequence[Path]
) -> Column | None:
    if not _look_like_pictures(_first(names)):
        return None
    for folder in folders:
        paths = PicturePaths(folder.absolute(), names)
        if any(paths.is_there(row) for row in range(min(len(names), _FILES_LOOKED_FOR))):
            return Column("image", paths, missing)
    return None


def _first(names: Labels) -> Iterator[str]:
    return (names[row] for row in range(min(len(names), _NAMES_LOOKED_AT)))


def _look_like_pictures(names: Iterator[str]) -> bool:
    looked_at = [name for name in islice(names, _NAMES_LOOKED_AT) if name]
    return bool(looked_at) and all(name.lower().endswith(SUFFIXES) for name in looked_at)
