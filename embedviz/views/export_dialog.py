"""Where an export goes: one file dialog for all tables, and the suffix that names their format."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from embedviz.operations import Operations

FILTERS = {
    "CSV table (*.csv)": ".csv",
    "TSV table (*.tsv)": ".tsv",
    "Parquet (*.parquet)": ".parquet",
}

WORDS = {"neighbors": "neighbours"}  # as text on the screen calls them


def export(what: str, operations: Operations, parent: QWidget) -> None:
    """Ask for a path and export `what` to it; where there is nothing to export, say what to do instead."""
    why_not = operations.why_no_export(what)
    if why_not:
        operations.say(why_not)
        return
    write_to_chosen(partial(operations.export, what), f"Export {WORDS.get(what, what)}", f"{what}.csv", parent)


def write_to_chosen(write: Callable[..., None], title: str, name: str, parent: QWidget) -> None:
    """Ask for the path of a table, proposing `name`, and call `write(path, overwrite=...)`."""
    path, chosen = QFileDialog.getSaveFileName(parent, title, name, ";;".join(FILTERS))
    if path:
        target = with_suffix(Path(path), chosen)
        write(target, overwrite=target == Path(path))  # the dialog has asked about that name only


def with_suffix(path: Path, chosen: str) -> Path:
    """The path with the suffix of the chosen filter, unless its own names a table."""
    if path.suffix.lower() in FILTERS.values():
        return path
    return path.with_name(path.name + FILTERS.get(chosen, ".csv"))
