"""Training a next-word network on a text: read it, count what is to be beaten, learn epoch by epoch."""

from __future__ import annotations

import os

from embedviz.progress import Command, Progress, Steps, within
from embedviz.training.next_word_learning import learn_steps
from embedviz.training.next_word_material import material_steps
from embedviz.training.next_word_model import NextWordModel
from embedviz.training.next_word_options import NextWordOptions
from embedviz.training.stopping import unless_stopped

_READ_SHARE = 0.2


def next_word_steps(
    path: str | os.PathLike[str], options: NextWordOptions, *, column: str | None = None
) -> Steps[NextWordModel]:
    """Train a network on a corpus, which is read as `encode_steps` reads it, and compare it with counting.

    Yields Progress whose `partial` is a NextWordText once the text is read, then a NextWordEpoch at the end of each
    epoch. Every step is a full softmax over all words. The same seed gives the same network bit by bit on computers
    with the same processor and libraries, however many cores; elsewhere the last digits of sums may differ.
    Obeys stop, which keeps what is learned (NothingLearnedError if it comes before), pause and resume. Raises as
    `encode_steps` does, OptionError, and EmbedvizError where steps were so large that the loss is no longer finite.
    """
    reading = within(material_steps(path, options.checked(), column=column), 0.0, _READ_SHARE)
    wishes: list[Command] = []
    nothing = "Stopped while the text was being read; nothing was learned yet."
    material = yield from unless_stopped(reading, nothing, wishes)
    yield Progress(_READ_SHARE, "The text is read", material.text)
    return (yield from within(learn_steps(material, options, wishes), _READ_SHARE, 1.0))
