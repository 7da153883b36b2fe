"""Figures of a sweep: what is planted is found in vectors made to hold it, and files say what `evaluate` says."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from embedviz.analysis import evaluate_steps
from embedviz.analysis.sweep_quality import ANALOGIES, GROUPS, measure_for, planted_steps
from embedviz.errors import EmbedvizError
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.training import SMALL_WORLD
from embedviz.training.small_world import planted


def space_of(words, vectors) -> EmbeddingSpace:
    return EmbeddingSpace(np.asarray(vectors, np.float32), Labels.from_strings(words), Source("space", "npz"))


@pytest.fixture
def noisy() -> EmbeddingSpace:
    """Words of the groups near a centre of their own, loosely."""
    rng = np.random.default_rng(1)
    words: dict[str, np.ndarray] = {}
    for group in planted().groups.values():
        center = rng.normal(size=20)
        words.update({word: center + 1.5 * rng.normal(size=20) for word in group if word not in words})
    return space_of(list(words), list(words.values()))


def test_planted_figures_are_those_of_a_plain_computation(noisy) -> None:
    world, words = planted(), list(noisy.labels)
    row = {word: at for at, word in enumerate(words)}
    unit = noisy.vectors / np.linalg.norm(noisy.vectors, axis=1, keepdims=True)

    def nearest(target, left_out, k):
        scores = unit @ target
        scores[left_out] = -np.inf
        return np.argsort(-scores)[:k].tolist()

    same = [
        words[near] in group
        for group in world.groups.values()
        for word in group
        for near in nearest(unit[row[word]], [row[word]], 5)
    ]
    right = [
        nearest(unit[row[b]] - unit[row[a]] + unit[row[c]], [row[a], row[b], row[c]], 1) == [row[d]]
        for pairs in world.relations.values()
        for (a, b), (c, d) in itertools.permutations(pairs, 2)
        if {a, b, c, d} <= row.keys()
    ]
    groups, analogies = finish(planted_steps(noisy))
    assert (groups.name, analogies.name) == (GROUPS, ANALOGIES)
    assert 0.2 < groups.value < 0.99
    assert groups.value == pytest.approx(np.mean(same), abs=1e-9)
    assert analogies.value == pytest.approx(np.mean(right), abs=2e-3)


def test_a_space_without_planted_words_has_no_figures() -> None:
    groups, analogies = finish(planted_steps(space_of(["a1", "b2", "c3"], np.eye(3))))
    assert groups.value is None
    assert analogies.value is None


def test_files_are_measured_as_evaluate_does(tmp_path, noisy) -> None:
    pairs, fours = tmp_path / "pairs.tsv", tmp_path / "fours.txt"
    pairs.write_text("king\tqueen\t9\ncat\tred\t1\ncat\tdog\t8\nmonday\tpiano\t2\n", encoding="utf-8")
    fours.write_text(": family\nking queen man woman\n", encoding="utf-8")
    figures = finish(measure_for(tmp_path / "text.txt", [pairs, fours])(noisy))
    assert [figure.name for figure in figures] == ["pairs.tsv", "fours.txt"]
    assert figures[0].value == finish(evaluate_steps(noisy, pairs)).rho
    assert figures[1].value == finish(evaluate_steps(noisy, fours)).total.accuracy


def test_only_the_small_world_has_planted_figures(noisy, tmp_path) -> None:
    assert len(finish(measure_for(SMALL_WORLD)(noisy))) == 2
    assert finish(measure_for(tmp_path / "text.txt")(noisy)) == ()
    with pytest.raises(EmbedvizError):
        measure_for(SMALL_WORLD, [tmp_path / "missing.txt"])
