"""The run: one training, with a record per epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class EpochRecord:
    """One epoch: numbers as the documentation of `training` defines them, and a plain sentence about what it changed.

    `epoch` counts from 1; `loss` and `heldout_loss` are in nats per positive pair, `accuracy` is 0..1 (chance 0.5),
    `learning_rate` is the one at the end of the epoch, `words_per_second` counts raw corpus tokens. `seconds` are those
    of learning, without reading the text, pauses, measuring and keeping; nan where a record does not tell.
    """

    epoch: int
    loss: float
    heldout_loss: float
    accuracy: float
    learning_rate: float
    words_per_second: float
    sentence: str
    seconds: float = math.nan


@dataclass(frozen=True)
class Run:
    """One training: what was asked, what was read, how it was computed, and its `epochs` in order.

    `n_tokens` counts all tokens of the corpus, `n_words` the vocabulary that was kept; `stopped` says that the person
    ended it early and what was learned so far was kept.
    """

    options: Mapping[str, Any]
    epochs: tuple[EpochRecord, ...]
    n_tokens: int
    n_words: int
    seed: int
    n_threads: int
    is_reproducible: bool
    stopped: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
