"""`embedviz runs`: the trainings that are kept, their titles, and their removal."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from embedviz.cli.console import cell, columns, padded, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedviz.formats import KeptRun, RunList

NAME = "runs"
HELP = "list the trainings that are kept, name them, or remove them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    changes = parser.add_mutually_exclusive_group()
    changes.add_argument("--remove", metavar="NAME", nargs="+", help="remove these runs")
    changes.add_argument("--rename", metavar=("NAME", "TITLE"), nargs=2, help="give a run a title; '' takes it away")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Change what is wished, and print what is kept now."""
    from embedviz.formats import RUN_PREFIX, list_runs, remove_run, rename_run

    freed = sum(remove_run(name.removeprefix(RUN_PREFIX)) for name in options.remove or ())
    if options.rename is not None:
        name, title = options.rename
        rename_run(name.removeprefix(RUN_PREFIX), title)
    found = list_runs()
    if options.json:
        say_json({**facts(found), "freed_bytes": freed})
        return 0
    if options.remove:
        say(f"Freed {freed / 1e6:,.1f} MB.")
    say(*described(found))
    return 0


def facts(found: RunList) -> dict[str, Any]:
    """Everything about the kept runs that JSON can say."""
    from embedviz import paths

    return {
        "folder": str(paths.runs()),
        "runs": [
            {
                "name": each.name,
                "title": each.title,
                "status": each.status,
                "corpus": each.corpus,
                "column": each.column,
                "algorithm": each.run.options.get("algorithm"),
                "n_words": each.run.n_words,
                "n_dims": each.n_dims,
                "epochs_done": len(each.run.epochs),
                "epochs": each.n_epochs,
                "kept_epochs": list(each.kept_epochs),
                "resumes_after": each.resumes_after,
                "bytes": each.n_bytes,
                "began": each.began.isoformat(),
                "notes": [{"kind": note.kind, "count": note.count, "text": note.text} for note in each.notes],
            }
            for each in found.runs
        ],
        "damaged": [{"name": each.name, "problem": each.problem, "bytes": each.n_bytes} for each in found.damaged],
    }


def described(found: RunList) -> list[str]:
    """The same for a person: a table, and a line for each run that is damaged."""
    lines = _table([_HEADER, *map(_cells, found.runs)]) if found.runs else ["No training is kept yet."]
    total = sum(each.n_bytes for each in found.runs) + sum(each.n_bytes for each in found.damaged)
    lines += [f"  damaged: {each.problem}" for each in found.damaged]
    if found.runs or found.damaged:
        lines.append(f"Together {_size(total)}. Open one as run:NAME, or run:NAME@EPOCH.")
    return lines


_HEADER = ("name", "title", "corpus", "algorithm", "epochs", "kept", "status", "size")


def _cells(run: KeptRun) -> tuple[str, ...]:
    return (
        run.name,
        run.title,
        run.corpus_name,
        str(run.run.options.get("algorithm", "")),
        f"{len(run.run.epochs):,} of {run.n_epochs:,}",
        f"{len(run.kept_epochs):,}",
        run.status,
        _size(run.n_bytes),
    )


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    shown = [[cell(text) for text in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*shown, strict=True)]
    return ["  ".join(padded(*each) for each in zip(row, widths, strict=True)).rstrip() for row in shown]


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:,.2f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:,.1f} MB"
