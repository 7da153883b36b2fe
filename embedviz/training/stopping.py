"""What a stop means to work in a training that is not learning itself: nothing to keep yet, or a wish to remember."""

from __future__ import annotations

from typing import TypeVar

from embedviz.errors import NothingLearnedError
from embedviz.progress import Command, Progress, Steps

Result = TypeVar("Result")


def is_stop(command: Command | None) -> bool:
    """Whether a command is a wish to stop."""
    return command is not None and command.verb == "stop"


def unless_stopped(steps: Steps[Result], why: str) -> Steps[Result]:
    """Run `steps`, in which nothing is learned yet: a stop raises NothingLearnedError with `why`."""
    try:
        while True:
            if is_stop((yield next(steps))):
                raise NothingLearnedError(why)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        steps.close()


def noting_stop(steps: Steps[Result], fraction: float, text: str) -> Steps[tuple[Result, bool]]:
    """Run `steps` to their end, told as `text`; returns their result, and whether a stop was asked for."""
    stopped = False
    try:
        while True:
            next(steps)
            stopped |= is_stop((yield Progress(fraction, text)))
    except StopIteration as done:
        return done.value, stopped
    finally:
        steps.close()
