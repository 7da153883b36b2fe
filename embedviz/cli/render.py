"""`embedviz render PATH -o FIGURE`: a figure without a window."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import embedviz
from embedviz.cli import opening, output
from embedviz.cli.progress_line import ProgressLine
from embedviz.errors import OptionError

if TYPE_CHECKING:
    from embedviz.raster import Camera, FigureKind, FigureSpec
    from embedviz.space.projection import Projection

NAME = "render"
HELP = "draw a figure of all items as PNG, SVG or PDF, without a window"

_SCALES: dict[str, int] = {"png": 1, "svg": 2, "pdf": 2}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    opening.add_arguments(parser)
    output.add_arguments(parser, help_text="the file to write: .png, .svg or .pdf")
    add = parser.add_argument
    add("--query", metavar="Q", help="mark the nearest neighbours of this")
    add("-k", metavar="N", type=opening.positive, default=10, help="how many neighbours (10)")
    add("--metric", metavar="M", default="cosine", help="cosine, dot, euclidean or manhattan (cosine)")
    add("--method", metavar="M", default="pca", help="how to project (pca)")
    help_text = "the components on the axes, counted from 0 (0,1); three are drawn in space"
    add("--axes", metavar="X,Y[,Z]", type=axes, default=(0, 1), help=help_text)
    help_text = "degrees by which three axes are turned to the right about the upright one (-28.5)"
    add("--turn", metavar="DEGREES", type=degrees, help=help_text)
    add("--tilt", metavar="DEGREES", type=degrees, help="degrees by which they are then tilted forwards (18)")
    help_text = "colour by this metadata column, or by :similarity (to the query), :density or :norm"
    add("--color", metavar="COLUMN", help=help_text)
    add("--names", metavar="N", type=count, help="name this many items (as many as look well)")
    add("--title", metavar="TEXT", default="", help="a title above the plot")
    add("--no-legend", action="store_true", help="leave out what the colours mean")
    add("--no-provenance", action="store_true", help="leave out the line about file, method, date and version")
    add("--size", metavar="WxH", type=size, default=(1600, 1000), help="in pixels (1600x1000)")
    add("--width-mm", metavar="MM", type=millimetres, help="width on paper, in the proportions of the size")
    help_text = "pixels a pixel of the size: 1, 2 or 4 (1 for PNG, 2 for the picture in SVG and PDF)"
    add("--scale", metavar="N", type=int, choices=(1, 2, 4), help=help_text)
    help_text = "up to so many points are shapes in SVG and PDF, more are a picture (20000)"
    add("--vector-points", metavar="N", type=count, default=20_000, help=help_text)
    add("--transparent", action="store_true", help="no ground behind the points")
    add("--dark", action="store_true", help="light points on a dark ground")


def run(options: argparse.Namespace) -> int:
    """Open, project, ask and draw."""
    from embedviz import raster
    from embedviz.formats import check_output
    from embedviz.progress import finish
    from embedviz.raster.color_steps import ColorWish, check_choice, coloring_steps
    from embedviz.space.metrics import metric_named

    metric_named(options.metric)
    if len(options.axes) == 2 and (options.turn, options.tilt) != (None, None):
        raise OptionError("Two axes lie flat and cannot be turned; give three, as in --axes 0,1,2.")
    kind = raster.figure_kind(options.output)
    spec = spec_of(options, kind)
    check_output(options.output, overwrite=options.force)
    space = opening.opened(options)
    if options.color is not None:
        check_choice(space, options.color)
    answer = None if options.query is None else space.neighbors(options.query, options.k, metric=options.metric)
    n_components = min(max(*options.axes, 1) + 1, max(space.n_dims, 2))
    with ProgressLine() as line:
        projection = embedviz.project(space, options.method, n_components=n_components, on_progress=line)
        coloring = None
        if options.color is not None:
            wish = ColorWish(space, options.color, options.dark, projection, options.axes, answer)
            coloring = finish(coloring_steps(wish), line)
        name = "" if coloring is None else coloring.legend.title
        spec = replace(spec, camera=camera_of(options, projection))
        content = raster.FigureContent(space, projection, answer=answer, coloring=coloring, coloring_name=name)
        finish(raster.save_figure_steps(content, options.output, spec, overwrite=options.force), line)
    width, height = (side * (spec.scale if kind == "png" else 1) for side in spec.size)
    output.report(options.output, f"{space.n_items:,} items, {width} x {height} pixels", space.notes)
    return 0


def spec_of(options: argparse.Namespace, kind: FigureKind) -> FigureSpec:
    """How the figure of some options looks; OptionError for what cannot be drawn."""
    from embedviz.raster.figure_spec import FigureSpec, size_of_width

    return FigureSpec(
        size=options.size if options.width_mm is None else size_of_width(options.width_mm, options.size),
        scale=options.scale or _SCALES[kind],
        dark=options.dark,
        transparent=options.transparent,
        title=options.title,
        legend=not options.no_legend,
        provenance=not options.no_provenance,
        names=options.names,
        vector_points=options.vector_points,
        axes=options.axes,
    )


def camera_of(options: argparse.Namespace, projection: Projection) -> Camera | None:
    """From where three axes are seen; None for two."""
    from embedviz.raster import Camera, solid_points
    from embedviz.raster.solid import FIRST_TILT, FIRST_TURN

    if len(options.axes) == 2:
        return None
    turn = FIRST_TURN if options.turn is None else options.turn
    tilt = FIRST_TILT if options.tilt is None else options.tilt
    return Camera.first(solid_points(projection, options.axes), 1, 1, turn=turn, tilt=tilt)


def size(text: str) -> tuple[int, int]:
    """Pixels across and down from `1600x1000`; the figure says which sizes can be drawn."""
    match = re.fullmatch(r"(\d{1,18})[x×](\d{1,18})", text, re.ASCII | re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a size like 1600x1000")
    return int(match[1]), int(match[2])


def axes(text: str) -> tuple[int, ...]:
    """Two or three components from `0,1` or `0,1,2`."""
    if re.fullmatch(r"\d{1,4}(,\d{1,4}){1,2}", text, re.ASCII) is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not two or three components like 0,1 or 0,1,2")
    return tuple(map(int, text.split(",")))


def degrees(text: str) -> float:
    """An angle in degrees, at most a whole turn either way."""
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,6})?", text, re.ASCII) is None or abs(float(text)) > 360:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of degrees from -360 to 360")
    return float(text)


def count(text: str) -> int:
    """A number from 0 upwards."""
    if re.fullmatch(r"\d{1,9}", text, re.ASCII) is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 0 upwards")
    return int(text)


def millimetres(text: str) -> float:
    """A width on paper, above 0."""
    if re.fullmatch(r"\d{1,5}(\.\d{1,3})?", text, re.ASCII) is None or float(text) == 0:
        raise argparse.ArgumentTypeError(f"“{text}” is not a width in millimetres like 85")
    return float(text)
