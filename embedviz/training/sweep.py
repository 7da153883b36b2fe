"""One option of a training at several values: a training for each, and how good it came out."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from embedviz.errors import NothingLearnedError, OptionError
from embedviz.progress import Command, Progress, Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training import train_steps
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.encoding import encode_steps
from embedviz.training.options import OPTIONS_OF, TrainingOptions

SWEPT = MappingProxyType(
    {
        "n_dims": int,
        "window": int,
        "epochs": int,
        "min_count": int,
        "negatives": int,
        "learning_rate": float,
        "subsample": float,
    }
)
"""The options that can be swept, and what their values are."""

OF_READING = frozenset({"min_count"})
"""Those that change what of the text is read, so that each value reads it anew."""

MOST_POINTS = 200
LOSS_DEPENDS_ON = frozenset({"window", "negatives", "min_count", "subsample"})
"""Options that change the held-out pairs or what is drawn against them, so that losses cannot be compared."""

_READ_SHARE = 0.05


@dataclass(frozen=True)
class Figure:
    """How good a space is by one measure: `value` from 0 to 1, or -1 to 1 for a correlation, None where not defined."""

    name: str
    value: float | None


@dataclass(frozen=True)
class SweepPoint:
    """One training of a sweep: the value and the seed, the figures of its last epoch, those measured, and its seconds.

    Seconds are of learning all its epochs, without reading the text and measuring.
    """

    value: float
    seed: int
    heldout_loss: float
    accuracy: float
    figures: tuple[Figure, ...]
    seconds: float


@dataclass(frozen=True)
class Sweep:
    """All trainings of a sweep of the option `name`, in the order in which they were made; `stopped` before the end."""

    name: str
    corpus: str
    options: TrainingOptions
    points: tuple[SweepPoint, ...]
    stopped: bool = False

    @property
    def remark(self) -> str:
        """What of the figures can be compared from value to value, and what cannot."""
        return comparable(self.name)


Measure = Callable[[EmbeddingSpace], Steps[tuple[Figure, ...]]]
"""How good a space is: a generator that returns figures, the same for every space."""


def sweep_steps(
    path: str | os.PathLike[str],
    options: TrainingOptions,
    name: str,
    values: Sequence[float],
    *,
    seeds: int = 1,
    measure: Measure | None = None,
    column: str | None = None,
) -> Steps[Sweep]:
    """Train once for each value of the option `name` and each of so many seeds, from that of `options` upwards.

    Each is the same training as `train_steps` makes by itself; nothing of it is kept but a SweepPoint, which is the
    `partial` of a Progress. The text is read once, unless the option changes how. `stop` ends the sweep and returns the
    points that are complete (NothingLearnedError where there is none). Raises as `train_steps`, and OptionError
    before anything is read for an option or a value that cannot be swept.
    """
    tried, n_seeds = checked_values(name, values, options.algorithm), _checked_seeds(seeds, len(values))
    trials = [
        replace(options, **{name: value, "seed": options.seed + seed}).checked()
        for value in tried
        for seed in range(n_seeds)
    ]
    corpus: EncodedCorpus | None = None
    share = 0.0
    points: list[SweepPoint] = []
    stop = _Stop()
    if name not in OF_READING:
        share = _READ_SHARE
        reading = encode_steps(path, max(trials, key=lambda trial: trial.n_dims), column=column)
        corpus = yield from stop.watched_steps(within(reading, 0.0, share))
    for at, trial in enumerate(trials):
        low, high = (share + (1 - share) * done / len(trials) for done in (at, at + 1))
        if stop.is_asked:
            break
        title = f"{name} {getattr(trial, name):g}, training {at + 1} of {len(trials)}"
        one = _point_steps(path, trial, name, corpus, column, measure)
        point = yield from stop.watched_steps(_titled(within(one, low, high), title))
        if point is not None:
            points.append(point)
            stop.note((yield Progress(high, f"{title}: done", point)))
    if not points:
        raise NothingLearnedError("Stopped before the first training was complete; there is nothing to compare.")
    return Sweep(name, os.fspath(path), options, tuple(points), stop.is_asked and len(points) < len(trials))


def checked_values(
    name: str, values: Sequence[float], algorithm: str | None = None, called: Callable[[str], str] = str
) -> list[Any]:
    """The different values in their order, as the option takes them; OptionError for what cannot be swept.

    So it is for an option that changes nothing of what the `algorithm` learns. `called` is how options are named where
    the person reads of them.
    """
    told = [each for each in SWEPT if each in OPTIONS_OF.get(algorithm or "", SWEPT)]
    if name not in told:
        why = f"changes nothing for {algorithm}" if name in SWEPT else "cannot be swept"
        raise OptionError(f"The option {called(name)!r} {why}; choose {', '.join(map(called, told))}.")
    if not values:
        raise OptionError(f"There is no value of {called(name)} to try; give some, such as 2, 10, 50.")
    kind = SWEPT[name]
    checked = []
    for value in values:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (is_number and math.isfinite(value)) or (kind is int and value != int(value)):
            numbers = "whole numbers" if kind is int else "numbers"
            raise OptionError(f"{value!r} is no value of {called(name)}; choose {numbers}.")
        checked.append(kind(value))
    return list(dict.fromkeys(checked))


def values_of(name: str, text: str, algorithm: str | None = None, called: Callable[[str], str] = str) -> list[float]:
    """The values of an option as they are typed, with commas or blanks between; OptionError for what is no number.

    Raises what `checked_values` does.
    """
    values = []
    for word in text.replace(",", " ").replace(";", " ").split():
        try:
            values.append(float(word))
        except ValueError:
            raise OptionError(
                f"“{word[:40]}” is no value of {called(name)}; write numbers, such as 2, 10, 50."
            ) from None
    return [float(value) for value in checked_values(name, values, algorithm, called)]


def comparable(name: str) -> str:
    """What of the figures of a sweep of an option can be compared from value to value, and what cannot."""
    if name in LOSS_DEPENDS_ON:
        return (
            "Do not compare the held-out loss here: this option changes the pairs that it is measured on, or what is "
            "drawn against them. Accuracy is only roughly comparable; quality figures are."
        )
    return (
        "All are measured on the same held-out pairs, so that loss and accuracy can be compared. They say how well "
        "neighbours in the text are foretold; quality figures say what the vectors are good for."
    )


def _checked_seeds(seeds: int, n_values: int) -> int:
    if not isinstance(seeds, int) or isinstance(seeds, bool) or not 1 <= seeds * n_values <= MOST_POINTS:
        raise OptionError(f"{n_values:,} values by {seeds!r} seeds; choose 1 to {MOST_POINTS:,} trainings.")
    return seeds


def _point_steps(
    path: str | os.PathLike[str],
    trial: TrainingOptions,
    name: str,
    corpus: EncodedCorpus | None,
    column: str | None,
    measure: Measure | None,
) -> Steps[SweepPoint]:
    learning = train_steps(path, trial, column=column, keep=False, corpus=corpus)
    space = yield from within(learning, 0.0, 0.9)
    run = space.source.run
    assert run is not None, "a trained space has its run"
    figures = (yield from within(measure(space), 0.9, 1.0)) if measure is not None else ()
    seconds = sum(record.seconds for record in run.epochs)
    loss, accuracy = (run.epochs[-1].heldout_loss, run.epochs[-1].accuracy) if run.epochs else (math.nan, math.nan)
    return SweepPoint(float(getattr(trial, name)), trial.seed, loss, accuracy, figures, seconds)


def _titled(steps: Steps[SweepPoint], title: str) -> Steps[SweepPoint]:
    """The same work, whose sentences name the training; the records of its epochs are not passed on."""
    command: Command | None = None
    try:
        while True:
            step = steps.send(command) if command is not None else next(steps)
            command = yield Progress(step.fraction, f"{title}: {step.text}")
    except StopIteration as done:
        point: SweepPoint = done.value
        return point
    finally:
        steps.close()


class _Stop:
    """Whether a stop was asked for; what runs then is given up, so that only complete trainings are compared."""

    def __init__(self) -> None:
        self.is_asked = False

    def note(self, command: Command | None) -> None:
        """Take a command."""
        self.is_asked |= command is not None and command.verb == "stop"

    def watched_steps(self, steps: Steps[Any]) -> Steps[Any]:
        """Run some work to its end, or give it up and return None once a stop is asked for; other commands pass."""
        command: Command | None = None
        try:
            while not self.is_asked:
                step = steps.send(command) if command is not None else next(steps)
                command = yield step
                self.note(command)
        except StopIteration as done:
            return done.value
        finally:
            steps.close()
        return None
