"""How long work talks: a generator that yields Progress, takes Commands and returns its result."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """How far the work is: `fraction` in 0..1 or None if unknown, a sentence, and a frozen record a screen may draw."""

    fraction: float | None
    text: str
    partial: object | None = None


@dataclass(frozen=True)
class Command:
    """A wish sent into running work; `options` is read only by `set`."""

    verb: Literal["stop", "pause", "resume", "set"]
    options: dict[str, Any] = field(default_factory=dict)


Steps = Generator[Progress, Command | None, Result]


def finish(steps: Steps[Result], on_progress: Callable[[Progress], object] | None = None) -> Result:
    """Run `steps` to the end on this thread, tell `on_progress` of each step, and return the result.

    An exception in `on_progress`, KeyboardInterrupt included, closes the work before it travels on.
    """
    try:
        while True:
            step = next(steps)
            if on_progress is not None:
                on_progress(step)
    except StopIteration as stop:
        result: Result = stop.value
        return result
    finally:
        steps.close()


def within(steps: Steps[Result], low: float, high: float) -> Steps[Result]:
    """Run `steps` as the part from `low` to `high` of larger work; commands pass through."""
    command: Command | None = None
    try:
        while True:
            step = steps.send(command) if command is not None else next(steps)
            fraction = None if step.fraction is None else low + (high - low) * step.fraction
            command = yield Progress(fraction, step.text, step.partial)
    except StopIteration as stop:
        result: Result = stop.value
        return result
    finally:
        steps.close()


def time_left(passed_seconds: float, fraction: float | None) -> str:
    """How long the work still takes, if it goes on as it went; empty while that is a guess."""
    if fraction is None or fraction < 0.02 or passed_seconds < 0.5:
        return ""
    left = passed_seconds * (1 - fraction) / fraction
    if left < 60:
        return f"about {max(1, round(left))} s left"
    return f"about {round(left / 60)} min left" if left < 5400 else f"about {left / 3600:.1f} h left"
