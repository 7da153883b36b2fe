"""The vectors, labels and metadata of an HDF5 file: AnnData's `obsm` and `obs`, or any table of numbers.

Runs in the child process and hands its result over as an .npz of ours, never as a pickle.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.errors import FormatError, MemoryPlanError, OptionError
from embedviz.formats.anndata_columns import is_column, obs_column
from embedviz.formats.hdf5_objects import (
    Objects,
    check_table,
    is_table,
    is_text,
    library,
    objects_of,
    read_texts,
    table_parts,
)
from embedviz.formats.metadata_table import LABEL_NAMES, typed_column
from embedviz.formats.npz_columns import LABEL_MEMBERS
from embedviz.formats.npz_writing import Member, members_beside, write_members
from embedviz.formats.step_limit import limited
from embedviz.progress import Steps, within
from embedviz.space.labels import Labels
from embedviz.space.table import Column, Table

_ANNDATA = "AnnData"
_NAMES_SHOWN = 12


def child_steps(*, seconds: float, **arguments: Any) -> Steps[dict[str, Any]]:
    """`read_steps` in the child process, which ends where HDF5 goes round in circles: some damaged heaps make it.

    No step may take more `seconds` of the processor.
    """
    return (yield from limited(read_steps(**arguments), seconds))


def read_steps(
    path: str, name: str, vector: str | None, label: str | None, target: str, *, columns: list[str] | None = None
) -> Steps[dict[str, Any]]:
    """Read a file and write what it holds to `target` (.npz).

    Returns JSON: `title` of the format, `chosen` or (where a choice is needed) `choices` as [name, shape] pairs, and
    `skipped`, words on what was not read. Raises FormatError, OptionError, MemoryPlanError.
    """
    with _library_errors(name), library().File(path, "r", locking=False) as file:
        found = objects_of(file, name)
        is_anndata = "obs" in found.groups and ("obsm" in found.groups or "X" in found.datasets)
        title = _ANNDATA if is_anndata else "HDF5"
        tables = _tables(found, is_anndata)
        choices = [[at, [int(side) for side in found.datasets[at].shape]] for at in tables]
        chosen = _chosen(tables, vector, found)
        if chosen is None:
            return {"title": title, "choices": choices}
        dataset = found.datasets[chosen]
        check_table(dataset, chosen, name)
        n_items = int(dataset.shape[0])
        reading = _obs(found, n_items, label) if is_anndata else _beside(found, chosen, n_items, label)
        labels, metadata, skipped = yield from within(reading, 0.0, 0.3)
        if columns is not None:
            metadata = {key: column for key, column in metadata.items() if key in columns}
        labels = labels if labels is not None else Labels.from_strings([""] * n_items)
        vectors = Member("vectors", np.dtype("<f4"), dataset.shape, table_parts(dataset))
        members = [vectors, *members_beside(labels, Table(n_items, metadata))]
        yield from within(write_members(Path(target), members, f"Opening {name}:"), 0.3, 1.0)
    return {"title": title, "chosen": chosen, "skipped": skipped}


def _tables(found: Objects, is_anndata: bool) -> list[str]:
    tables = [at for at, dataset in found.datasets.items() if is_table(dataset)]
    if is_anndata:
        tables = [at for at in tables if at == "X" or (at.startswith("obsm/") and at.count("/") == 1)]
    if not tables:
        raise FormatError(f"“{found.name}” holds no table of numbers, items x dimensions.{_why_not(found)}")
    return sorted(tables, key=lambda at: (at == "X", list(found.datasets).index(at)))


def _why_not(found: Objects) -> str:
    """What there is that might be taken for vectors, and why it is not."""
    reasons = []
    for at, group in found.groups.items():
        kind = str(group.attrs.get("encoding-type", ""))
        if at == "X" or (at.startswith("obsm/") and at.count("/") == 1):
            reasons.append(f"“{at}” is {_in_words(kind)}")
    reasons += [f"“{at}” is {kind}, which is not followed" for at, kind in found.links.items()]
    return f" {'; '.join(reasons[:_NAMES_SHOWN])}." if reasons else ""


def _in_words(kind: str) -> str:
    if kind in ("csr_matrix", "csc_matrix"):
        return "a sparse matrix; save it dense, or a projection of it (PCA)"
    return "a data frame; save its values as an array" if kind == "dataframe" else "a group, not a table"


def _chosen(tables: list[str], wanted: str | None, found: Objects) -> str | None:
    if wanted is None:
        return tables[0] if len(tables) == 1 else None
    at = wanted.strip("/")
    name = next((table for table in (at, f"obsm/{at}") if table in tables), None)
    if name is not None:
        return name
    for place in (at, f"obsm/{at}"):
        if place in found.links:
            raise FormatError(
                f"“{place}” in “{found.name}” is {found.links[place]}, which is not followed; copy it in."
            )
        if place in found.groups and place:
            kind = str(found.groups[place].attrs.get("encoding-type", ""))
            raise FormatError(f"“{place}” in “{found.name}” is {_in_words(kind)}.")
    listed = ", ".join(f"“{table}”" for table in tables[:_NAMES_SHOWN])
    raise OptionError(f"There is no table of numbers “{wanted}” in “{found.name}”; it has {listed}.")


_Found = tuple[Labels | None, dict[str, Column], list[str]]


def _obs(found: Objects, n_items: int, wanted: str | None) -> Steps[_Found]:
    """The names and the columns of AnnData's observations; those that cannot be read are named."""
    group = found.groups["obs"]
    index = str(group.attrs.get("_index", "_index"))
    names = [key for key in _columns_in_order(group) if key != index]
    columns: dict[str, Column] = {}
    skipped: list[str] = []
    labels: Labels | None = None
    wanted = None if wanted == index else wanted
    for key in [index, *names]:
        at = f"obs/{key}"
        if not is_column(found, at, n_items):
            skipped.append(key)
            continue
        if key in (index, wanted):
            dataset = found.datasets.get(at)
            texts = None
            if dataset is not None and is_text(dataset):
                texts = yield from read_texts(dataset, at, found.name)
            else:
                column = yield from obs_column(found, at, n_items)
                texts = Labels.from_strings(column.text(row) for row in range(n_items))
            labels = texts if key == wanted or wanted is None else labels
        else:
            columns[key] = yield from obs_column(found, at, n_items)
    if wanted is not None and wanted not in names:
        listed = ", ".join(f"“{name}”" for name in names[:_NAMES_SHOWN])
        raise OptionError(f"There is no column “{wanted}” in “{found.name}”; its observations have {listed}.")
    return labels, columns, skipped


def _columns_in_order(group: Any) -> list[str]:
    order = group.attrs.get("column-order")
    listed = [str(name) for name in order] if isinstance(order, np.ndarray) and order.ndim == 1 else []
    return [*(name for name in listed if name in group), *(name for name in group if name not in listed)]


def _beside(found: Objects, chosen: str, n_items: int, wanted: str | None) -> Steps[_Found]:
    """Lists of one value for each item in any dataset: texts as labels, the others as columns."""
    fitting = {
        at: dataset
        for at, dataset in found.datasets.items()
        if dataset.shape == (n_items,) and at != chosen and (is_text(dataset) or dataset.dtype.kind in "fiub")
    }
    texts = [at for at, dataset in fitting.items() if is_text(dataset)]
    usual = (*LABEL_NAMES, *LABEL_MEMBERS)
    label = next((at for name in usual for at in texts if at.rpartition("/")[2].casefold() == name), None)
    label = label or (texts[0] if texts else None)
    if wanted is not None:
        label = wanted.strip("/")
        if label not in texts:
            listed = ", ".join(f"“{at}”" for at in texts[:_NAMES_SHOWN]) or "none"
            raise OptionError(f"There is no list of {n_items:,} texts “{wanted}” in “{found.name}”; it has {listed}.")
    columns: dict[str, Column] = {}
    labels = None
    for at, dataset in fitting.items():
        if at == label:
            labels = yield from read_texts(dataset, at, found.name)
        elif at in texts:
            cells = yield from read_texts(dataset, at, found.name)
            columns[at] = yield from typed_column(cells, f"Reading “{at}”")
        else:
            columns[at] = yield from obs_column(found, at, n_items)
    return labels, columns, []


@contextmanager
def _library_errors(name: str) -> Iterator[None]:
    """Whatever h5py raises for a damaged file, as FormatError."""
    try:
        yield
    except MemoryError as error:
        raise MemoryPlanError(f"“{name}” does not fit into the memory that is free; close other programs.") from error
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, AttributeError, OverflowError) as error:
        if isinstance(error, FormatError | OptionError):
            raise
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise FormatError(f"“{name}” needs more room than the disk of the cache has; free some of it.") from error
        reason = " ".join(str(error).split())[:160]
        raise FormatError(f"“{name}” is damaged, or in a way made that cannot be read: {reason}.") from error
