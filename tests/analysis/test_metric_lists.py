"""One question in seven ways: each list is what asking that way gives, and says what was done."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.analysis.lenses import lenses_steps
from embedviz.analysis.metric_lists import ALL_BUT_TOP, CENTERED, PLOT, metric_lists_steps, rank_moves
from embedviz.errors import EmbedvizError
from embedviz.progress import finish
from embedviz.projection import project_steps
from embedviz.space.answer import ask
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


def make_space(vectors) -> EmbeddingSpace:
    vectors = np.asarray(vectors, np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings(f"w{row}" for row in range(len(vectors))), Source("t", "t"))


@pytest.fixture(scope="module")
def space():
    rng = np.random.default_rng(3)
    return make_space(rng.normal(size=(400, 8)) * np.linspace(2, 1, 8) + 1.5)


@pytest.fixture(scope="module")
def projection(space):
    return finish(project_steps(space, n_components=3))


def compare(space, text, projection=None, *, metric="cosine", k=10, axes=(0, 1)):
    answer = ask(space, text, k, metric=metric)
    return finish(metric_lists_steps(space, answer, finish(lenses_steps(space)), projection, axes))


def by_name(found):
    return {each.name: each for each in found.lists}


@pytest.mark.parametrize("metric", ["cosine", "manhattan"])
@pytest.mark.parametrize("text", ["w7", "w1 - w2 + w3"])
def test_the_first_list_is_the_answer_and_each_metric_is_as_asked(space, projection, metric, text):
    found = compare(space, text, projection, metric=metric)
    assert found.lists[0].name == metric
    assert found.lists[0].rows is found.answer.rows
    for name in ("cosine", "dot", "euclidean", "manhattan"):
        asked = ask(space, text, 10, metric=name)
        assert by_name(found)[name].rows.tolist() == asked.rows.tolist()
        assert by_name(found)[name].scores.tolist() == asked.scores.tolist()


@pytest.mark.parametrize(("name", "n_removed"), [(CENTERED, 0), (ALL_BUT_TOP, 1)])
def test_a_formula_is_asked_as_of_a_prepared_space(space, projection, name, n_removed):
    base = space.vectors.astype(np.float64)
    base -= base.mean(axis=0)
    _, _, axes = np.linalg.svd(base, full_matrices=False)
    base -= base @ axes[:n_removed].T @ axes[:n_removed]
    units = base / np.linalg.norm(base, axis=1)[:, None]
    query = units[1] - units[2] + units[3]
    cosines = units @ query / np.linalg.norm(query)
    cosines[[1, 2, 3]] = -np.inf
    shown = by_name(compare(space, "w1 - w2 + w3", projection))[name]
    assert shown.rows.tolist() == np.argsort(-cosines)[:10].tolist()
    np.testing.assert_allclose(shown.scores, np.sort(cosines)[::-1][:10], atol=1e-12)


def test_the_plot_has_its_own_neighbours(space, projection):
    found = compare(space, "w7", projection, axes=(0, 2))
    points = projection.points[:, [0, 2]].astype(np.float64)
    distances = np.linalg.norm(points - points[7], axis=1)
    distances[7] = np.inf
    plot = by_name(found)[PLOT]
    assert plot.rows.tolist() == np.argsort(distances)[:10].tolist()
    np.testing.assert_allclose(plot.scores, np.sort(distances)[:10])
    assert found.n_kept == len(set(plot.rows.tolist()) & set(found.answer.rows.tolist()))
    assert "PC 1, PC 3" in plot.preparation


def test_what_cannot_be_shown_says_why(space):
    answer = ask(space, "w7", 10)
    found = finish(metric_lists_steps(space, answer, EmbedvizError("No memory.")))
    assert [each.problem for each in found.lists[-3:]] == ["No memory.", "No memory.", "There is no plot yet."]
    assert found.n_kept is None
    assert all(len(each.rows) == 10 for each in found.lists[:4])


def test_zero_has_no_cosine_and_all_else():
    space = make_space([[0, 0, 0], [1, 0, 2], [0, 1, 1], [1, 1, 0]])
    found = by_name(compare(space, "w0", metric="euclidean", k=2))
    assert "zero" in found["cosine"].problem
    assert len(found["manhattan"].rows) == 2


def test_a_question_about_some_items_stays_with_them(space, projection):
    found = compare(space, "w7 top 100", projection)
    assert all(len(each.rows) == 10 and each.rows.max() < 100 for each in found.lists)


def test_what_is_taken_away_is_taken_away_through_a_lens(space, projection):
    base = space.vectors.astype(np.float64)
    base -= base.mean(axis=0)
    units = base / np.linalg.norm(base, axis=1)[:, None]
    query = units[7] - (units[7] @ units[2]) * units[2]
    cosines = units @ query / np.linalg.norm(query)
    cosines[[7, 2]] = -np.inf
    shown = by_name(compare(space, "w7 not w2", projection))[CENTERED]
    assert shown.rows.tolist() == np.argsort(-cosines)[:10].tolist()


def test_a_list_that_is_asked_apart_has_a_lens_for_each_part(space, projection):
    answer = ask(space, "each: w1, w2", 10)
    lenses = finish(lenses_steps(space))
    whole = by_name(finish(metric_lists_steps(space, answer, lenses, projection)))
    assert "choose one part" in whole[CENTERED].problem
    assert whole["dot"].rows.tolist() == ask(space, "each: w1, w2", 10, metric="dot").rows.tolist()
    part = by_name(finish(metric_lists_steps(space, answer.of_part(1), lenses, projection)))
    assert part[CENTERED].rows.tolist() == by_name(compare(space, "w2", projection))[CENTERED].rows.tolist()


def test_rank_moves():
    reference = np.array([5, 6, 7, 8])
    assert rank_moves(np.array([6, 5, 9, 8]), reference) == (1, -1, None, 0)
