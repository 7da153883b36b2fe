"""Where a figure comes from: the statements below it, and the day on which it was drawn."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from embedviz.errors import OptionError
from embedviz.raster.figure_spec import FigureContent, FigureSpec
from embedviz.raster.figure_text import plain_line


def statements(content: FigureContent, spec: FigureSpec) -> list[str]:
    """What the figure shows, how exact it is and when and by what it was drawn, in a few short statements."""
    space, projection, answer = content.space, content.projection, content.answer
    said = [plain_line(space.source.name), f"{space.n_items:,} items × {space.n_dims:,} dimensions"]
    method = projection.method.upper() if projection.method == "pca" else projection.method
    ratio = projection.explained_variance_ratio
    if ratio is not None:
        share = 100 * float(sum(ratio[axis] for axis in set(spec.axes) if axis < len(ratio)))
        method += f", the axes show {share:.1f} % of the variance"
    said.append(method)
    n_hidden = int(np.count_nonzero(~np.isfinite(projection.points).all(axis=1)))
    if n_hidden:
        said.append(f"{n_hidden:,} not finite, not drawn")
    if content.coloring is not None and content.coloring_name and not spec.legend:
        said.append(f"coloured by {plain_line(content.coloring_name)}")
    if content.selection is not None:
        said.append(f"{len(content.selection):,} selected")
    if answer is not None:
        extent = "exact over all items" if answer.exact else "by the index, not exact"
        said.append(f"“{plain_line(answer.text)}”: {len(answer.rows):,} neighbours by {answer.metric}, {extent}")
    return [*said, day().isoformat(), program()]


def program() -> str:
    """This program with its version."""
    try:
        return f"embedviz {version('embedviz')}"
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "embedviz"


def day() -> date:
    """Today, or the day of SOURCE_DATE_EPOCH in UTC (reproducible-builds.org); OptionError where that is no time."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    if seconds is None:
        return date.today()
    try:
        return datetime.fromtimestamp(int(seconds), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise OptionError(
            f"SOURCE_DATE_EPOCH is “{plain_line(seconds)}”, not a number of seconds since 1970; correct or unset it."
        ) from error
