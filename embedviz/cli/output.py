"""The file a command writes: its arguments, and a report of what was written."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from embedviz.cli.console import mention

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from embedviz.space.source import Note


def add_arguments(parser: argparse.ArgumentParser, *, help_text: str) -> None:
    """Add `-o OUT` and `--force`."""
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help=help_text)
    add_force(parser)


def add_force(parser: argparse.ArgumentParser) -> None:
    """Add `--force`."""
    parser.add_argument("--force", action="store_true", help="replace OUT if it exists")


def report(path: str, what: str, notes: Sequence[Note], beside: Sequence[Path] = ()) -> None:
    """Print one line about what was written, the files `beside` it, and what import and export noted."""
    names = ", ".join(file.name for file in beside)
    written = [f"Wrote {path}: {what}.", *([f"  beside it: {names}"] if names else [])]
    mention(*written, *(f"  note: {note.text}" for note in notes))
