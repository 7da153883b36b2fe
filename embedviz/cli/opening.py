"""The arguments of everything that opens a space, and the opening itself."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import embedviz
from embedviz.cli.progress_line import ProgressLine
from embedviz.errors import FormatError

if TYPE_CHECKING:
    from embedviz.space.embedding_space import EmbeddingSpace

NAMED_PREFIXES = ("sample:", "run:")
"""How what is opened by name, not as a file, begins."""


def add_arguments(parser: argparse.ArgumentParser, *, name: str = "path", nargs: str | None = None) -> None:
    """Add the path and the options of opening."""
    parser.add_argument(name, metavar="PATH", nargs=nargs, help="a file of vectors, sample:NAME or run:NAME[@EPOCH]")
    add_choices(parser)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add the options of opening alone."""
    parser.add_argument("--labels", metavar="FILE", help="a text file with one label a line")
    parser.add_argument("--metadata", metavar="FILE", help="a table about the items: TSV, CSV, Parquet, JSON Lines")
    parser.add_argument("--vector", metavar="COLUMN", help="the column that holds the vectors, or FIRST..LAST")
    parser.add_argument("--label", metavar="COLUMN", help="the column that holds the labels")
    parser.add_argument("--partial", action="store_true", help="open the whole rows before a damaged end")
    parser.add_argument("--sample", metavar="N", type=positive, help="open N rows only, drawn at random")
    parser.add_argument("--seed", metavar="S", type=int, default=0, help="the start of the random choice (0)")


def keywords(options: argparse.Namespace) -> dict[str, Any]:
    """The options of opening as keywords of `embedviz.open`."""
    return {
        "labels": options.labels,
        "metadata": options.metadata,
        "vector_column": options.vector,
        "label_column": options.label,
        "partial": options.partial,
        "sample": options.sample,
        "seed": options.seed,
    }


def opened(options: argparse.Namespace) -> EmbeddingSpace:
    """The space named on the command line, with progress on the terminal."""
    with ProgressLine() as line:
        return opened_at(options.path, options, line)


def opened_at(path: str, options: argparse.Namespace, line: ProgressLine) -> EmbeddingSpace:
    """The space at a path, opened with the options; FormatError says where --partial does not help."""
    try:
        return embedviz.open(path, **keywords(options), on_progress=line)
    except FormatError as error:
        if not options.partial:
            raise
        raise FormatError(
            f"{error} --partial helps only where the last row of a text or a table is cut off."
        ) from error


def positive(text: str) -> int:
    """An argument that counts something: 1, 2, 3, ..."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 upwards")
    return number
