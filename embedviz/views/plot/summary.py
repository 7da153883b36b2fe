"""The plot in words, as a screen reader reads it."""

from __future__ import annotations

from embedviz.raster import axis_title, is_solid
from embedviz.raster.color_choices import choice_title
from embedviz.session import State
from embedviz.views.text import one_line


def text_summary(state: State) -> str:
    """What the plot shows, in sentences."""
    if state.space is None or state.projection is None:
        return "The plot is empty."
    axes = [axis_title(state.projection, axis) for axis in state.view.axes]
    if is_solid(state.projection, state.view.axes):
        sentences = [f"{state.space.n_items:,} items in space, on {axes[0]}, {axes[1]} and {axes[2]}."]
    else:
        sentences = [f"{state.space.n_items:,} items, {axes[0]} to the right, {axes[1]} upwards."]
    if state.answer is not None:
        names = ", ".join(one_line(label, most=60) for label in state.answer.labels[:5])
        reading = one_line(state.answer.reading, most=160)
        sentences.append(f"{reading} is marked with {len(state.answer.rows)} neighbours: {names}.")
    if state.selection is not None:
        sentences.append(f"{len(state.selection):,} items are selected.")
    if state.coloring is not None:
        sentences.append(f"Coloured by {choice_title(state.coloring)}.")
    return " ".join(sentences)
