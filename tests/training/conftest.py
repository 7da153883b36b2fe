"""A trainer that learns nothing, quickly, and texts to give it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedviz import training
from embedviz.progress import Progress, Steps
from embedviz.space.run import EpochRecord
from embedviz.training import EncodedCorpus, TrainingOptions
from embedviz.training.moment import Start, Trained

PROSE = "The cat sat on the mat.\nThe dog, too, sat on the mat!\n\nDon't wake the cat.\n"


def fake_steps(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
    assert start is None
    vectors = np.random.default_rng(options.seed).normal(size=(corpus.n_words, options.n_dims)).astype(np.float32)
    records: list[EpochRecord] = []
    for epoch in range(1, options.epochs + 1):
        records.append(
            EpochRecord(epoch, 2.0 / epoch, 2.5 / epoch, 0.5, 0.01, 1e5, f"Epoch {epoch}, and “a, b” moved.")
        )
        command = yield Progress(epoch / options.epochs, f"Epoch {epoch}", records[-1])
        if command is not None and command.verb == "stop":
            return Trained(vectors, tuple(records), True, 1, stopped=True)
    return Trained(vectors, tuple(records), True, 1, stopped=False)


@pytest.fixture
def fake_trainer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a trainer in the place of skip-gram that draws vectors and records."""
    monkeypatch.setattr(training, "TRAINERS", {"skip-gram": fake_steps})


@pytest.fixture
def text(tmp_path: Path) -> Callable[..., Path]:
    """Write a corpus and return its path."""

    def write(content: str | bytes = PROSE, name: str = "corpus.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
