"""What one can colour by, by name: metadata columns, and what the program works out itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from embedviz.raster.coloring import colorable
from embedviz.space.embedding_space import EmbeddingSpace

SIGN = ":"  # begins what is no column; a column whose name begins so is named with one more


@dataclass(frozen=True)
class BuiltIn:
    """Something to colour by that is no column: how it is chosen, how it reads, and what it shows."""

    name: str
    title: str
    explanation: str


BUILT_IN: Mapping[str, BuiltIn] = MappingProxyType(
    {
        each.name: each
        for each in (
            BuiltIn(":similarity", "Similarity", "how near every item is to what was asked"),
            BuiltIn(":density", "Density", "how many items lie near each on the plot"),
            BuiltIn(":norm", "Vector length", "the Euclidean length of each vector"),
            BuiltIn(":selection", "Selection", "which items are selected"),
        )
    }
)


def column_choice(column: str) -> str:
    """How a column is chosen: by its name."""
    return SIGN + column if column.startswith(SIGN) else column


def chosen_column(choice: str) -> str | None:
    """The column that a choice names, or None for what is built in."""
    if not choice.startswith(SIGN):
        return choice
    return choice[1:] if choice.startswith(2 * SIGN) else None


def choice_title(choice: str) -> str:
    """How a choice reads."""
    column = chosen_column(choice)
    return column if column is not None else BUILT_IN[choice].title if choice in BUILT_IN else choice


def column_choices(space: EmbeddingSpace) -> list[str]:
    """The columns of a space that can colour its plot, as choices."""
    return [column_choice(name) for name, column in space.metadata.items() if colorable(column)]
