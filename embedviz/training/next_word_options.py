"""What can be chosen before a next-word network is trained: the values, their bounds, and one sentence for each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from embedviz.errors import OptionError
from embedviz.training.options import Lines, TrainingOptions

NEXT_WORD_EXPLANATIONS: Mapping[str, str] = MappingProxyType(
    {
        "context": "How many words before the next one the network reads; what stands earlier it cannot know.",
        "n_dims": "How many numbers stand for each word that is read.",
        "n_hidden": "How many numbers the hidden layer makes of all words that are read; more can hold finer rules.",
        "epochs": "How many times the text is read; loss on held-out sentences shows when more does not help.",
        "learning_rate": "How large the first steps are; they shrink to almost nothing by the end.",
        "batch": "From how many contexts each step learns; fewer are more steps and more noise.",
        "min_count": "Words rarer than this are read as one word that is called unknown.",
        "max_vocabulary": "At most this many words are told apart, the most frequent first; the others are unknown.",
        "max_tokens": "Only so many words from the beginning of the text are learned from, so that it ends in time.",
        "seed": "The start of all random choices; the same seed gives the same network on the same computer.",
        "lines": "Whether each line is a sentence apart, or lines join up to a blank one; auto looks at the text.",
    }
)
_COUNTS: Mapping[str, tuple[str, int, int]] = MappingProxyType(
    {
        "context": ("The number of words read", 1, 16),
        "n_dims": ("The number of dimensions", 1, 256),
        "n_hidden": ("The number of hidden units", 1, 256),
        "epochs": ("The number of epochs", 1, 10_000),
        "batch": ("The size of a batch", 1, 1_024),
        "min_count": ("The minimum count", 1, 1_000_000_000),
        "max_vocabulary": ("The maximum vocabulary", 2, 20_000),
        "max_tokens": ("The number of words to learn from", 10, 1_000_000_000),
        "seed": ("The seed", 0, (1 << 63) - 1),
    }
)


@dataclass(frozen=True)
class NextWordOptions:
    """How to train a next-word network; `NEXT_WORD_EXPLANATIONS` says what each value means."""

    context: int = 3
    n_dims: int = 32
    n_hidden: int = 64
    epochs: int = 5
    learning_rate: float = 0.03
    batch: int = 512
    min_count: int = 2
    max_vocabulary: int = 5_000
    max_tokens: int = 2_000_000
    seed: int = 1
    lines: Lines = "auto"

    def checked(self) -> NextWordOptions:
        """These options; OptionError for the first value that is not possible, with the values that are."""
        for name, (what, least, most) in _COUNTS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise OptionError(f"{what} is {value!r}; choose a whole number from {least:,} to {most:,}.")
        rate = self.learning_rate
        if not isinstance(rate, (int, float)) or isinstance(rate, bool) or not math.isfinite(rate) or not 0 < rate <= 1:
            raise OptionError(f"The learning rate is {rate!r}; choose a number above 0, up to 1.")
        if self.lines not in get_args(Lines):
            raise OptionError(f"Lines are {self.lines!r}; choose {', '.join(get_args(Lines))}.")
        return self

    @property
    def reading(self) -> TrainingOptions:
        """How the text is encoded: every word of it, since to leave one out would make strangers neighbors."""
        return TrainingOptions(n_dims=1, min_count=1, lines=self.lines)

    @property
    def pace(self) -> TrainingOptions:
        """What the learning rate follows from."""
        return TrainingOptions(learning_rate=self.learning_rate, epochs=self.epochs)
