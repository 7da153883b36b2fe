"""Which of several matrices in a file are the vectors: the one named, the only one, a usual name, or asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from embedviz.errors import ChoiceNeededError, FormatError, OptionError
from embedviz.formats.contents import ColumnChoice, Contents, named
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Wish


def check_unnamed(wish: Wish, probe: Probe, shown: Path, title: str) -> None:
    """Raise OptionError for a name of vectors where the file, or what is unpacked from it as `shown`, is one matrix.

    The name of a file in an archive is none.
    """
    wanted = wish.vector_column
    is_member = wanted is not None and shown != probe.shown and shown.name == PurePath(wanted).name
    if wanted is not None and not is_member:
        raise OptionError(
            f"“{shown.name}” is {title}, one matrix in which no vectors can be named; leave “{wanted[:60]}” out.",
            remedy="vector_column",
        )


def matrix_choice(name: str, shape: tuple[int, ...]) -> ColumnChoice:
    """A matrix as one of the choices."""
    return ColumnChoice(name, f"{shape[0]:,} × {shape[1]:,} numbers", True, shape[1], "vector")


def chosen_matrix(
    choices: Sequence[ColumnChoice], wanted: str | None, path: Path, format_title: str, usual: Sequence[str] = ()
) -> str:
    """The name of the matrix to read.

    Raises OptionError for a `wanted` name that is not there, ChoiceNeededError where several could be meant and none
    has a usual name, FormatError where there is none.
    """
    names = [choice.name for choice in choices]
    if wanted is not None:
        if wanted not in names:
            raise OptionError(f"There are no vectors called “{wanted}” in “{path.name}”; it has {named(names)}.")
        return wanted
    if not names:
        raise FormatError(f"“{path.name}” holds no table of numbers, items x dimensions.")
    if len(names) == 1:
        return names[0]
    best = next((name for name in usual if name in names), None)
    if best is not None:
        return best
    listed = ", ".join(f"“{choice.name[:60]}” ({choice.kind})" for choice in choices[:12])
    raise ChoiceNeededError(
        f"“{path.name}” holds {len(names):,} tables that can be the vectors: {listed}; choose one of them.",
        Contents(format_title, None, tuple(choices)),
        path,
    )
