"""The run record beside a trained space, STEM.run.json, and its epochs as a table of their own."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.errors import FormatError, OutputError
from embedviz.formats.atomic import atomic_output
from embedviz.formats.blocks import new_hash
from embedviz.space.arrays import FloatArray
from embedviz.space.run import EpochRecord, Run

_SUFFIX = ".run.json"
_KIND, _VERSION = "embedviz run", 1
_MOST_BYTES = 1 << 26
_MOST_OPTIONS = 100
_ROWS_LOOKED_AT = 256
_FIELDS = tuple(field.name for field in fields(EpochRecord))


def run_path(path: Path) -> Path:
    """Where the run record of a file of vectors stands."""
    return path.with_name(path.stem + _SUFFIX)


def save_run(run: Run, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Save the record of a run: .csv has a line per epoch, .json also how it was trained; numbers that are not finite
    are left out of the one and null in the other. Written whole or not at all; OutputError as `atomic_output` raises.
    """
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".json"):
        raise OutputError(f"“{path.name}” names no format for a run record; choose .csv or .json.")
    with atomic_output(path, overwrite=overwrite) as temporary:
        if path.suffix.lower() == ".csv":
            _write_csv(run, temporary)
        else:
            _write_json({"kind": _KIND, "version": _VERSION, **run_as_json(run)}, temporary)


def write_run(run: Run, vectors: FloatArray, path: Path) -> None:
    """Write the record that goes beside saved vectors, with what tells that it belongs to them."""
    belongs = {"n_items": len(vectors), "n_dims": int(vectors.shape[1]), "rows_hash": _rows_hash(vectors)}
    _write_json({"kind": _KIND, "version": _VERSION, **belongs, **run_as_json(run)}, path)


def read_run(path: Path, vectors: FloatArray) -> Run:
    """Read the record beside vectors; FormatError if it is damaged or belongs to other vectors."""
    if path.stat().st_size > _MOST_BYTES:
        raise FormatError(f"“{path.name}” is larger than a run record can be")
    try:
        facts = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise FormatError(f"“{path.name}” is not valid JSON") from error
    if not isinstance(facts, dict) or facts.get("kind") != _KIND or facts.get("version") != _VERSION:
        raise FormatError(f"“{path.name}” is no run record of a version known here")
    if (facts.get("n_items"), facts.get("n_dims")) != vectors.shape:
        raise FormatError(
            f"“{path.name}” is about {facts.get('n_items')} items of {facts.get('n_dims')} dimensions, and the file "
            f"has {len(vectors):,} of {vectors.shape[1]:,}"
        )
    if facts.get("rows_hash") != _rows_hash(vectors):
        raise FormatError(f"“{path.name}” is about other vectors of the same shape")
    try:
        return run_from_json(facts)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FormatError(f"“{path.name}” lacks something that a run record needs ({error})") from error


def run_from_json(facts: Mapping[str, Any]) -> Run:
    """The run that JSON describes; KeyError, TypeError or ValueError where that is no run."""
    options = facts["options"]
    if not isinstance(options, dict) or len(options) > _MOST_OPTIONS:
        raise TypeError("options")
    return Run(
        options,
        tuple(_record(epoch) for epoch in facts["epochs"]),
        n_tokens=_whole(facts["n_tokens"]),
        n_words=_whole(facts["n_words"]),
        seed=_whole(facts["seed"]),
        n_threads=_whole(facts["n_threads"]),
        is_reproducible=facts["is_reproducible"] is True,
        stopped=facts["stopped"] is True,
    )


def _record(epoch: Mapping[str, Any]) -> EpochRecord:
    numbers = {name: _number(epoch[name]) for name in _FIELDS if name not in ("epoch", "sentence", "seconds")}
    seconds = _number(epoch.get("seconds"))  # which earlier records do not tell
    return EpochRecord(epoch=_whole(epoch["epoch"]), sentence=str(epoch["sentence"]), **numbers, seconds=seconds)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _number(value: object) -> float:
    if value is None:
        return math.nan
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def run_as_json(run: Run) -> dict[str, Any]:
    """A run as JSON holds it; numbers that are not finite are null."""
    facts: dict[str, Any] = {
        "options": dict(run.options),
        "n_tokens": run.n_tokens,
        "n_words": run.n_words,
        "seed": run.seed,
        "n_threads": run.n_threads,
        "is_reproducible": run.is_reproducible,
        "stopped": run.stopped,
    }
    return {**facts, "epochs": [{name: _plain(getattr(epoch, name)) for name in _FIELDS} for epoch in run.epochs]}


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_json(facts: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(facts, allow_nan=False, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_csv(run: Run, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_FIELDS)
        for epoch in run.epochs:
            cells = [_plain(getattr(epoch, name)) for name in _FIELDS]
            writer.writerow(["" if cell is None else cell for cell in cells])


def _rows_hash(vectors: FloatArray) -> str:
    """The hash of some rows, from the first to the last, and of nothing that a format may change."""
    rows = np.unique(np.linspace(0, max(0, len(vectors) - 1), _ROWS_LOOKED_AT).astype(np.int64))[: len(vectors)]
    digest = new_hash()
    digest.update(vectors[rows].astype("<f4", copy=False).tobytes())
    return digest.hexdigest()
