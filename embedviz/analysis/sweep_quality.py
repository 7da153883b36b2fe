"""How good the trainings of a sweep came out: what is planted in the small world, and files of judgments."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np

from embedviz.analysis.evaluation import Similarity, analogy_steps, similarity_steps
from embedviz.analysis.judgments import Analogies, WordPairs, read_judgments
from embedviz.analysis.movement import nearest_steps
from embedviz.progress import Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training import SMALL_WORLD
from embedviz.training.small_world import planted
from embedviz.training.sweep import Figure, Measure

N_NEAREST_OF_GROUP = 5
GROUPS, ANALOGIES = "planted groups", "planted analogies"


def measure_for(corpus: str | os.PathLike[str], files: Sequence[Path] = ()) -> Measure:
    """The measure for trainings on a corpus: the files of judgments, read now, and for the small world what is planted.

    Raises FileAccessError and FormatError for a file that holds no judgments.
    """
    judged = [read_judgments(path) for path in files]
    is_planted = os.fspath(corpus) == SMALL_WORLD

    def measure(space: EmbeddingSpace) -> Steps[tuple[Figure, ...]]:
        figures: list[Figure] = []
        if is_planted:
            figures += yield from planted_steps(space)
        for asked in judged:
            figures.append((yield from _judged_steps(space, asked)))
        return tuple(figures)

    return measure


def planted_steps(space: EmbeddingSpace) -> Steps[tuple[Figure, ...]]:
    """How much of what is planted in the small world a space found again.

    For words of a group, which share of their 5 nearest neighbours is of the same group; and for the pairs of a
    relation, which share of all analogies between them is answered as planted (3CosAdd).
    """
    world = planted()
    usable = np.flatnonzero(space.finite & (space.norms > 0))
    place = {space.labels[row]: at for at, row in enumerate(usable.tolist())}
    k = min(N_NEAREST_OF_GROUP, len(usable) - 1)
    shares: list[float] = []
    if k > 0:
        units = (space.vectors[usable] / space.norms[usable, None]).astype(np.float32)
        nearest = yield from within(nearest_steps(units, k), 0.0, 0.5)
        for group in world.groups.values():
            own = [place[word] for word in group if word in place]
            shares += np.isin(nearest[own], own).mean(axis=1).tolist()
    sections = tuple(
        (name, tuple((*one, *other) for one, other in permutations(pairs, 2)))
        for name, pairs in world.relations.items()
    )
    score = yield from within(analogy_steps(space, Analogies(ANALOGIES, sections, 0)), 0.5, 1.0)
    groups = float(np.mean(shares)) if shares else None
    return Figure(GROUPS, groups), Figure(ANALOGIES, score.total.accuracy)


def _judged_steps(space: EmbeddingSpace, asked: WordPairs | Analogies) -> Steps[Figure]:
    """The correlation with a list of word pairs, or the share of analogies that are answered."""
    if isinstance(asked, WordPairs):
        found: Similarity = yield from similarity_steps(space, asked)
        return Figure(asked.name, found.rho)
    score = yield from analogy_steps(space, asked)
    return Figure(asked.name, score.total.accuracy)
