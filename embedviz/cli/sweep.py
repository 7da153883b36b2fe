"""`embedviz train CORPUS --sweep dims=2,5,10`: a training for each value of one option, a line for each."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.cli.console import cell, percent, say, say_json
from embedviz.cli.progress_line import ProgressLine
from embedviz.errors import OptionError

if TYPE_CHECKING:
    from embedviz.progress import Progress
    from embedviz.training import TrainingOptions
    from embedviz.training.sweep import SweepPoint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a sweep."""
    add = parser.add_argument
    add("--sweep", metavar="OPTION=A,B,C", help="train once for each value of one option, such as dims=2,10,50; no -o")
    add(
        "--evaluate",
        metavar="FILE",
        action="append",
        default=[],
        help="judge each training of a sweep by word pairs or analogies; may be given again",
    )
    add("--seeds", metavar="N", type=int, default=1, help="trainings of a sweep for each value, from --seed on (1)")


def run(options: argparse.Namespace, wanted: TrainingOptions) -> int:
    """Train for each value, and print each training as it is complete."""
    from embedviz.analysis.sweep_quality import measure_for
    from embedviz.progress import finish
    from embedviz.training.sweep import SweepPoint, comparable, sweep_steps, values_of

    told, equals, typed = options.sweep.partition("=")
    name = option_name(told)
    if not equals:
        raise OptionError(f"“{options.sweep}” names no values; write the option and its values, such as dims=2,10,50.")
    values = values_of(name, typed, wanted.algorithm, typed_name)
    measure = measure_for(options.corpus, [Path(file) for file in options.evaluate])
    steps = sweep_steps(
        options.corpus, wanted, name, values, seeds=options.seeds, measure=measure, column=options.column
    )
    with ProgressLine() as line:

        def tell(step: Progress) -> None:
            if isinstance(step.partial, SweepPoint):
                line.clear()
                _say_point(told, step.partial, as_json=options.json)
            line(step)

        finish(steps, tell)
    if not options.json:
        say(comparable(name))
    return 0


def option_name(told: str) -> str:
    """The option of a training that is called so on the command line."""
    name = told.strip().replace("-", "_")
    return "n_dims" if name == "dims" else name


def typed_name(option: str) -> str:
    """How the command line calls an option of a training: the way back from `option_name`."""
    return "dims" if option == "n_dims" else option.replace("_", "-")


def _say_point(told: str, point: SweepPoint, *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "option": told,
                "value": point.value,
                "seed": point.seed,
                "heldout_loss": _finite(point.heldout_loss),
                "accuracy": _finite(point.accuracy),
                "figures": {figure.name: figure.value for figure in point.figures},
                "seconds": _finite(point.seconds),
            }
        )
        return
    figures = [
        f"{cell(figure.name)} {'not defined' if figure.value is None else f'{figure.value:.3f}'}"
        for figure in point.figures
    ]
    own = (
        (point.accuracy, f"accuracy {percent(point.accuracy)}"),
        (point.heldout_loss, f"held-out loss {point.heldout_loss:.4f}"),
        (point.seconds, f"{point.seconds:.1f} s"),
    )
    known = [text for value, text in own if math.isfinite(value)]
    say(f"{told} {point.value:g}, seed {point.seed}: {', '.join([*figures, *known])}")


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
