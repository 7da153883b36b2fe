"""`embedviz convert IN OUT`: the same space in another format."""

from __future__ import annotations

import argparse

import embedviz
from embedviz.cli import opening, output
from embedviz.cli.progress_line import ProgressLine

NAME = "convert"
HELP = "write a space in the format of OUT's suffix"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    opening.add_arguments(parser)
    parser.add_argument("output", metavar="OUT", help="the file to write; its suffix names the format")
    parser.add_argument("--coordinates", metavar="M", help="add the coordinates of a projection by this method (pca)")
    output.add_force(parser)


def run(options: argparse.Namespace) -> int:
    """Open and save."""
    from embedviz.formats import check_output, files_beside

    check_output(options.output, overwrite=options.force)
    space = opening.opened(options)
    with ProgressLine() as line:
        projection = None
        if options.coordinates is not None:
            projection = embedviz.project(space, options.coordinates, on_progress=line)
        left_out = embedviz.save(
            space, options.output, overwrite=options.force, projection=projection, on_progress=line
        )
    what = f"{space.n_items:,} items, {space.n_dims:,} dimensions"
    output.report(options.output, what, (*space.notes, *left_out), files_beside(space, options.output))
    return 0
