"""`embedviz render PATH -o FIG.png`: a figure without a window."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

import embedviz
from embedviz.cli import opening, output
from embedviz.cli.progress_line import ProgressLine
from embedviz.errors import OptionError, OutputError

if TYPE_CHECKING:
    from embedviz.space.embedding_space import EmbeddingSpace
    from embedviz.space.table import Column

NAME = "render"
HELP = "draw a figure of all items as PNG, without a window"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    opening.add_arguments(parser)
    output.add_arguments(parser, help_text="the PNG file to write")
    parser.add_argument("--query", metavar="Q", help="mark the nearest neighbours of this")
    parser.add_argument("-k", metavar="N", type=opening.positive, default=10, help="how many neighbours (10)")
    parser.add_argument("--metric", metavar="M", default="cosine", help="cosine, dot, euclidean or manhattan (cosine)")
    parser.add_argument("--method", metavar="M", default="pca", help="how to project (pca)")
    parser.add_argument("--color", metavar="COLUMN", help="colour by this metadata column")
    parser.add_argument("--size", metavar="WxH", type=size, default=(1600, 1000), help="in pixels (1600x1000)")
    parser.add_argument("--dark", action="store_true", help="light points on a dark ground")


def run(options: argparse.Namespace) -> int:
    """Open, project, ask and draw."""
    from embedviz.formats import check_output
    from embedviz.space.metrics import metric_named

    metric_named(options.metric)
    if Path(options.output).suffix.lower() != ".png":
        raise OutputError(f"A figure is written as PNG; name the file “{Path(options.output).stem}.png”.")
    check_output(options.output, overwrite=options.force)
    space = opening.opened(options)
    column = None if options.color is None else column_named(space, options.color)
    answer = None if options.query is None else space.neighbors(options.query, options.k, metric=options.metric)
    with ProgressLine() as line:
        projection = embedviz.project(space, options.method, on_progress=line)

    from embedviz import raster

    raster.render_figure(
        space,
        projection,
        options.output,
        answer=answer,
        coloring=None if column is None else raster.color_by(column, dark=options.dark),
        legend_title=options.color or "",
        size=options.size,
        dark=options.dark,
    )
    output.report(options.output, f"{space.n_items:,} items, {options.size[0]} x {options.size[1]} pixels", space.notes)
    return 0


def column_named(space: EmbeddingSpace, name: str) -> Column:
    """A metadata column; OptionError names those there are."""
    if name not in space.metadata:
        there = ", ".join(space.metadata) or "none"
        raise OptionError(f"There is no metadata column “{name}”; this space has: {there}.")
    return space.metadata[name]


def size(text: str) -> tuple[int, int]:
    """Pixels across and down from `1600x1000`."""
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text, re.ASCII | re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a size like 1600x1000")
    return int(match[1]), int(match[2])
