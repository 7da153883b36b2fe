"""Small trainings that are kept, and one that is cut short: its folder is what a killed process leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import embedviz
from embedviz import paths
from embedviz.space.run import EpochRecord
from embedviz.training import TrainingOptions, train_steps

GROUPS = (("cat", "dog", "cow", "hen"), ("red", "blue", "green", "grey"), ("rain", "snow", "wind", "sun"))
OPTIONS = TrainingOptions(n_dims=12, epochs=4, min_count=1, window=3)


def story(folder: Path, n_lines: int = 400) -> Path:
    """A text whose sentences hold the words of one group each."""
    rng = np.random.default_rng(4)
    lines = [" ".join(rng.choice(GROUPS[rng.integers(3)], 6)) for _ in range(n_lines)]
    path = folder / "story.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def learned(corpus: Path, epochs: int = 2) -> str:
    """Train on a text to the end; the name of the run that is kept."""
    space = embedviz.train(corpus, n_dims=12, epochs=epochs, min_count=1, window=3)
    return str(space.source.options["run"])


def cut_short(corpus: Path, *, after: int = 2, options: TrainingOptions = OPTIONS) -> str:
    """Train, and end it when an epoch ends, as a window does that is closed; the name of the run that is left."""
    runs = paths.runs()
    before = {folder.name for folder in runs.iterdir()}
    steps = train_steps(corpus, options)
    for step in steps:
        if isinstance(step.partial, EpochRecord) and step.partial.epoch == after:
            break
    (name,) = {folder.name for folder in runs.iterdir() if folder.is_dir()} - before
    steps.close()
    return name
