"""What a stop means to work that comes before anything is learned."""

from __future__ import annotations

from typing import TypeVar

from embedviz.errors import NothingLearnedError
from embedviz.progress import Command, Steps

Result = TypeVar("Result")


def unless_stopped(steps: Steps[Result], why: str, others: list[Command]) -> Steps[Result]:
    """Run `steps`, in which nothing is learned yet: a stop raises NothingLearnedError with `why`.

    The `others` are noted, for the learning to obey when it begins.
    """
    try:
        while True:
            command = yield next(steps)
            if command is not None and command.verb == "stop":
                raise NothingLearnedError(why)
            if command is not None:
                others.append(command)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        steps.close()
