"""`embedviz project PATH -o OUT`: coordinates of all items as a file."""

from __future__ import annotations

import argparse

import embedviz
from embedviz.cli import opening, output
from embedviz.cli.console import percent
from embedviz.cli.progress_line import ProgressLine

NAME = "project"
HELP = "write the coordinates of all items: label,x,y[,z] as CSV, TSV or Parquet, or points as .npy"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    opening.add_arguments(parser)
    output.add_arguments(parser, help_text="the file to write; its suffix names the format")
    parser.add_argument("--method", metavar="M", default="pca", help="how to project (pca)")
    parser.add_argument("--components", metavar="N", type=opening.positive, default=2, help="how many coordinates (2)")


def run(options: argparse.Namespace) -> int:
    """Open, project and write."""
    from embedviz.formats import check_output, save_projection

    check_output(options.output, overwrite=options.force)
    space = opening.opened(options)
    with ProgressLine() as line:
        projection = embedviz.project(space, options.method, n_components=options.components, on_progress=line)
    save_projection(space, projection, options.output, overwrite=options.force)
    what = f"{space.n_items:,} items, {projection.n_components} components by {projection.method}"
    if projection.explained_variance_ratio is not None:
        what += f", {percent(float(projection.explained_variance_ratio.sum()))} of the variance"
    output.report(options.output, what, space.notes)
    return 0
