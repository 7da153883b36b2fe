"""`embedviz info PATH`: what is in a file, and what its import noted."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from embedviz.cli import opening
from embedviz.cli.console import say, say_json

if TYPE_CHECKING:
    from embedviz.space.embedding_space import EmbeddingSpace

NAME = "info"
HELP = "say what is in a file of vectors, and what its import noted"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    opening.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Open and describe."""
    space = opening.opened(options)
    if options.json:
        say_json(facts(space))
    else:
        say(*described(space))
    return 0


def facts(space: EmbeddingSpace) -> dict[str, Any]:
    """Everything about a space that JSON can say."""
    source = space.source
    return {
        "n_items": space.n_items,
        "n_dims": space.n_dims,
        "format": source.format,
        "name": source.name,
        "path": None if source.path is None else str(source.path),
        "companions": [str(path) for path in source.companions],
        "content_hash": source.content_hash,
        "metadata": [{"name": name, "kind": column.kind} for name, column in space.metadata.items()],
        "notes": [{"kind": note.kind, "count": note.count, "text": note.text} for note in space.notes],
    }


def described(space: EmbeddingSpace) -> list[str]:
    """The same for a person, a line each."""
    from embedviz.space.report import report_line

    source = space.source
    columns = ", ".join(f"{name} ({column.kind})" for name, column in space.metadata.items())
    rows = [
        ("name", source.name),
        ("about", source.description),
        ("path", str(source.path or "")),
        ("read beside it", ", ".join(str(path) for path in source.companions)),
        ("format", source.format),
        ("items", f"{space.n_items:,}"),
        ("dimensions", f"{space.n_dims:,}"),
        ("metadata", columns or "none"),
        ("import", report_line(space.n_items, space.notes)),
        ("content hash", source.content_hash or ""),
        *(("note", note.text) for note in space.notes),
    ]
    return [f"{name:<15}{value}" for name, value in rows if value]
