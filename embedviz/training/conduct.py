"""What a person wishes of a training that runs: stop, pause, resume, another learning rate."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from embedviz.progress import Command, Progress, Steps
from embedviz.training.options import TrainingOptions, check_learning_rate

Result = TypeVar("Result")

_LAST_SHARE = 1e-4
_LOOK_SECONDS = 0.05


class LearningRate:
    """The learning rate over a training of `n_epochs`: its height can be changed while it runs.

    It falls as 1 - p**`power` with the part p of the training that is done, to a ten-thousandth at the end: high for
    most of the text, low only where the vectors settle. word2vec's straight line (power 1) spends half of a short
    training on steps too small to matter.
    """

    def __init__(self, options: TrainingOptions, *, power: float) -> None:
        self.height = options.learning_rate
        self._n_epochs = options.epochs
        self._power = power

    def at(self, epoch: int, share: float) -> float:
        """The rate after `epoch` whole epochs and a share of the next."""
        done = (epoch + share) / self._n_epochs
        return float(self.height * max(_LAST_SHARE, 1 - done**self._power))


class Conduct:
    """Obeys commands on the thread that drives a training; the threads that learn pass its gate before each slice."""

    def __init__(self, rate: LearningRate) -> None:
        self.is_stopped = False
        self.remarks: list[str] = []
        self.epoch = 0
        self._rate = rate
        self._gate = threading.Event()
        self._gate.set()
        self._paused_at: float | None = None
        self._paused_seconds = 0.0

    @property
    def is_paused(self) -> bool:
        """Whether nothing is learned until it is resumed."""
        return self._paused_at is not None

    @property
    def paused_seconds(self) -> float:
        """How long it has stood still so far."""
        now = 0.0 if self._paused_at is None else time.perf_counter() - self._paused_at
        return self._paused_seconds + now

    def obey(self, command: Command | None) -> None:
        """Do what is wished; OptionError for a learning rate that is not possible."""
        if command is None:
            return
        if command.verb == "pause" and self._paused_at is None:
            self._paused_at = time.perf_counter()
            self._gate.clear()
        elif command.verb == "set":
            self._set_rate(command.options["learning_rate"])
        elif command.verb in ("stop", "resume"):
            self.is_stopped |= command.verb == "stop"
            self._paused_seconds, self._paused_at = self.paused_seconds, None
            self._gate.set()

    def may_go(self, is_halted: Callable[[], bool]) -> bool:
        """Wait while it is paused; whether to go on then. Called by the threads that learn."""
        while not self._gate.wait(_LOOK_SECONDS):
            if is_halted():
                return False
        return True

    def through(self, steps: Steps[Result], fraction: float, text: Callable[[], str]) -> Steps[Result]:
        """Run `steps` to their end, told as `text`, and obey what comes meanwhile."""
        try:
            while True:
                next(steps)
                self.obey((yield Progress(fraction, text())))
        except StopIteration as done:
            result: Result = done.value
            return result
        finally:
            steps.close()

    def _set_rate(self, height: float) -> None:
        check_learning_rate(height)
        if height != self._rate.height:
            self._rate.height = height
            self.remarks.append(f"The learning rate was set to {height:g} in epoch {self.epoch + 1}.")
