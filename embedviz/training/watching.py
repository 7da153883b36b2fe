"""A training as others see it: records and frames for the screen, and vectors kept of each epoch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from embedviz.formats.fasttext_subwords import Subwords
from embedviz.progress import Command, Progress, Steps
from embedviz.space.arrays import FloatArray
from embedviz.space.run import EpochRecord
from embedviz.training.frames import Camera
from embedviz.training.moment import EpochKept, Moment, Trained

_FRAME_SECONDS = 0.04
_LARGEST_SHARE = 0.1
"""Which part of the time of one thread may go into frames."""


class Keeper(Protocol):
    """What keeps the vectors of each epoch."""

    @property
    def name(self) -> str:
        """The name of the run; empty where it is not kept."""

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs that are kept by now, ascending."""

    def epoch_steps(
        self,
        epoch: int,
        record: EpochRecord | None,
        rows: Callable[[int, int], FloatArray],
        state: Sequence[FloatArray],
        parts: Subwords | None,
    ) -> Steps[None]:
        """Keep the start (epoch 0, without a record), or the end of an epoch."""


def watched_steps(
    learning: Steps[Trained], *, camera: Camera | None, keeper: Keeper | None, wishes: Sequence[Command] = ()
) -> Steps[Trained]:
    """Run a training whose `partial` are Moments; yields the EpochRecord of each epoch in their place.

    With a `camera` there are Frames between them, 25 in a second, fewer where they would take time from the learning;
    with a `keeper` the start and the end of each epoch are kept, told by an EpochKept. Commands pass through, first the
    `wishes` that came before it began.
    """
    commands: deque[Command] = deque(wishes)

    def note(command: Command | None) -> None:
        if command is not None:
            commands.append(command)

    next_frame, is_begun = 0.0, False
    try:
        while True:
            step = learning.send(commands.popleft()) if commands and is_begun else next(learning)
            is_begun = True
            moment = step.partial
            if not isinstance(moment, Moment):
                note((yield step))
                continue
            if keeper is not None and (moment.is_start or moment.record is not None):
                for _ in keeper.epoch_steps(moment.epoch, moment.record, moment.rows, moment.state, moment.parts):
                    note((yield Progress(step.fraction, step.text)))
                if keeper.name:
                    note((yield Progress(step.fraction, step.text, EpochKept(keeper.name, keeper.epochs))))
            begun = time.perf_counter()
            if camera is not None and begun >= next_frame:
                frame = camera.see(moment)
                next_frame = begun + max(_FRAME_SECONDS, (time.perf_counter() - begun) / _LARGEST_SHARE)
                note((yield Progress(step.fraction, step.text, frame)))
            note((yield Progress(step.fraction, step.text, moment.record)))
    except StopIteration as done:
        trained: Trained = done.value
        return trained
    finally:
        learning.close()
