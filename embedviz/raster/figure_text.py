"""Text of a figure as plain lines: without control characters, no longer than there is room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_MOST_CHARACTERS = 40

Measure = Callable[[str], float]


def plain_line(text: str, most: int = _MOST_CHARACTERS) -> str:
    """Text as one line without control characters, elided beyond `most` characters."""
    line = "".join(character if character.isprintable() else " " for character in text[: 4 * most]).strip()
    return line if len(line) <= most else line[: most - 1] + "…"


def elided(text: str, width: float, measure: Measure) -> str:
    """`text`, or as much of its beginning as is at most `width` wide, with an ellipsis."""
    if measure(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high - 1:
        middle = (low + high) // 2
        if measure(text[:middle].rstrip() + "…") <= width:
            low = middle
        else:
            high = middle
    return text[:low].rstrip() + "…"


def wrapped(parts: Sequence[str], width: float, measure: Measure, *, glue: str = " ", most: int = 2) -> list[str]:
    """`parts` joined by `glue` into at most `most` lines no wider than `width`; the rest is elided."""
    lines: list[str] = []
    for place, part in enumerate(parts):
        joined = lines[-1] + glue + part if lines else part
        if lines and measure(joined) <= width:
            lines[-1] = joined
        elif len(lines) < most:
            lines.append(part)
        else:
            lines[-1] = glue.join([lines[-1], *parts[place:]])
            break
    return [elided(line, width, measure) for line in lines]
