"""The state of a training by negative sampling: two matrices that threads share, and the text that they read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embedviz.formats.fasttext_subwords import Subwords
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FloatArray
from embedviz.training.aligned_rows import packed_steps
from embedviz.training.conduct import LearningRate
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.heldout import pairs_to_measure
from embedviz.training.options import TrainingOptions
from embedviz.training.sampled_text import SampledText


class Measured(Protocol):
    """What is foretold of text that is never learned from."""

    def measure_steps(self, inputs: FloatArray, outputs: FloatArray) -> Steps[tuple[float, float]]:
        """Loss in nats and accuracy."""


@dataclass(frozen=True, eq=False)
class TextModel(ABC):
    """What all threads share: `inputs` and `outputs` float32 (n_words, width), padded with zeros and written to.

    A word's vector is its row of `inputs`. `compiled` holds the kernel `learn`, `heldout` what is measured.
    """

    text: SampledText
    compiled: ModuleType
    inputs: FloatArray
    outputs: FloatArray
    heldout: Measured

    @property
    def corpus(self) -> EncodedCorpus:
        """The text as numbers."""
        return self.text.corpus

    @property
    def options(self) -> TrainingOptions:
        """How to train."""
        return self.text.options

    @property
    def rate(self) -> LearningRate:
        """The learning rate over the training."""
        return self.text.rate

    @property
    def n_slices(self) -> int:
        """How many slices the text is cut into."""
        return len(self.text.slice_edges) - 1

    @property
    def shares(self) -> DoubleArray:
        """Which part of an epoch stands before each slice, float64 (n_slices + 1,)."""
        return self.text.shares

    @property
    def trained_share(self) -> float:
        """Which part of the text an epoch reads; the rest is held out."""
        return self.text.trained_share

    @property
    def state(self) -> tuple[FloatArray, ...]:
        """Inputs and outputs."""
        return self.inputs, self.outputs

    @property
    def subwords(self) -> Subwords | None:
        """None: words have no parts."""
        return None

    @abstractmethod
    def room(self, n_tokens: int) -> tuple[NDArray[Any], ...]:
        """The arrays that the kernel works in, for a slice of so many tokens."""

    def learn(self, epoch: int, position: int, sums: DoubleArray) -> None:
        """Learn slice `position` in `epoch` (from 0), and add the loss and number of its pairs to `sums` float64 (3,).

        Where the last of `sums` is no longer 0, the slice is left at once.
        """
        room = self.room(self.text.n_tokens(position))
        self.compiled.learn(*self.text.read(epoch, position), sums, *self.learned(), *room)

    def learned(self) -> tuple[NDArray[Any], ...]:
        """The arrays that the kernel learns into, and those that belong to them."""
        return self.state

    def rows(self, first: int, last: int) -> FloatArray:
        """The vectors of some words, as a view."""
        return self.inputs[first:last, : self.options.n_dims]

    def measure_steps(self) -> Steps[tuple[float, float]]:
        """Loss and accuracy on what is held out."""
        return (yield from self.heldout.measure_steps(self.inputs, self.outputs))

    def vectors_steps(self) -> Steps[FloatArray]:
        """What was learned, without padding, float32 (n_words, n_dims), in the memory of `inputs`, which is used up."""
        return (yield from packed_steps(self.inputs, self.options.n_dims))


def heldout_steps(
    draw: Callable[..., Measured], text: SampledText, rng: np.random.Generator, width: int
) -> Steps[Measured]:
    """What is held out of a text, by `draw_heldout` or `draw_heldout_windows`."""
    options = text.options
    drawn = draw(
        text.corpus,
        text.parts,
        text.keep,
        text.noise,
        window=options.window,
        negatives=options.negatives,
        rng=rng,
        most_pairs=pairs_to_measure(options.negatives, width),
    )
    yield Progress(0.0, "Preparing to train")
    return drawn
