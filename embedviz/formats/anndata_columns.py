"""Columns of AnnData's observations: numbers, texts, categories, and those with missing values.

The encodings are those of AnnData's on-disk specification, versions 0.1 and 0.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.hdf5_objects import Objects, is_text, read_texts, read_values
from embedviz.formats.metadata_table import typed_column
from embedviz.progress import Steps
from embedviz.space.table import Column


def is_column(found: Objects, at: str, n_items: int) -> bool:
    """Whether a dataset or group is a column of `n_items` values that can be read."""
    dataset = found.datasets.get(at)
    if dataset is None:
        parts = found.datasets.get(f"{at}/codes", found.datasets.get(f"{at}/values"))
        return parts is not None and parts.shape == (n_items,)
    return bool(dataset.shape == (n_items,) and (is_text(dataset) or dataset.dtype.kind in "fiub"))


def obs_column(found: Objects, at: str, n_items: int) -> Steps[Column]:
    """One column; FormatError where its parts do not fit each other."""
    dataset = found.datasets.get(at)
    if dataset is None and f"{at}/codes" in found.datasets:
        return (yield from _categories(found, at, n_items))
    if dataset is None:
        return (yield from _masked(found, at, n_items))
    if is_text(dataset):
        return (yield from typed_column((yield from read_texts(dataset, at, found.name)), f"Reading “{at}”"))
    legacy = f"obs/__categories/{at.rpartition('/')[2]}"
    if at.startswith("obs/") and legacy in found.datasets:
        return (yield from _coded(found, at, legacy, n_items))
    return _plain(read_values(dataset, at, found.name), np.zeros(n_items, bool))


def _categories(found: Objects, at: str, n_items: int) -> Steps[Column]:
    return (yield from _coded(found, f"{at}/codes", f"{at}/categories", n_items))


def _coded(found: Objects, codes_at: str, names_at: str, n_items: int) -> Steps[Column]:
    names_in = found.datasets.get(names_at)
    codes = read_values(found.datasets[codes_at], codes_at, found.name)
    if names_in is None or len(names_in.shape) != 1 or codes.dtype.kind not in "iu" or codes.shape != (n_items,):
        raise FormatError(f"The categories of “{codes_at}” in “{found.name}” are damaged.")
    if is_text(names_in):
        names = tuple((yield from read_texts(names_in, names_at, found.name)))
    else:
        names = tuple(f"{value:g}" for value in read_values(names_in, names_at, found.name).astype(float).tolist())
    wide = codes.astype(np.int64)
    if len(wide) and (wide.min() < -1 or wide.max() >= len(names)):
        raise FormatError(f"The categories of “{codes_at}” in “{found.name}” point outside their {len(names):,} names.")
    return Column("category", wide.astype(np.int32), wide < 0, names)


def _masked(found: Objects, at: str, n_items: int) -> Steps[Column]:
    dataset, mask_in = found.datasets[f"{at}/values"], found.datasets.get(f"{at}/mask")
    missing = np.zeros(n_items, bool)
    if mask_in is not None:
        mask = read_values(mask_in, at, found.name)
        if mask.shape != (n_items,):
            raise FormatError(f"The mask of “{at}” in “{found.name}” has {mask.shape} values for {n_items:,} items.")
        missing = mask.astype(bool)
    if not is_text(dataset):
        return _plain(read_values(dataset, at, found.name), missing)
    column = yield from typed_column((yield from read_texts(dataset, at, found.name)), f"Reading “{at}”")
    return column


def _plain(values: Any, missing: np.ndarray[Any, np.dtype[np.bool_]]) -> Column:
    if values.dtype.kind == "b":
        return Column("flag", values, missing)
    numbers = values.astype(np.float64)
    return Column("number", numbers, missing | np.isnan(numbers))
