"""`embedviz neighbors`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedviz import paths

Run = Callable[..., tuple[int, str, str]]


def asked(run_main: Run, *arguments: str) -> dict[str, object]:
    code, out, err = run_main("neighbors", *arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_json_is_exactly_what_the_design_says(run_main: Run, vectors: Path) -> None:
    assert asked(run_main, str(vectors), "one", "-k", "2") == {
        "query": "one",
        "metric": "cosine",
        "exact": True,
        "neighbors": [
            {"rank": 1, "label": "three", "row": 2, "score": pytest.approx(0.6)},
            {"rank": 2, "label": "five", "row": 4, "score": pytest.approx(0.6)},
        ],
    }


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("dot", [("five", 3.0), ("three", 0.6), ("two", 0.0), ("four", 0.0)]),
        ("euclidean", [("three", 0.8**0.5), ("two", 2**0.5), ("four", 5**0.5), ("five", 20**0.5)]),
        ("manhattan", [("three", 1.2), ("two", 2.0), ("four", 3.0), ("five", 6.0)]),
    ],
)
def test_each_metric(run_main: Run, vectors: Path, metric: str, expected: list[tuple[str, float]]) -> None:
    answer = asked(run_main, str(vectors), "one", "--metric", metric)
    found = [(each["label"], each["score"]) for each in answer["neighbors"]]
    assert found == [(label, pytest.approx(score, rel=1e-6)) for label, score in expected]
    assert answer["metric"] == metric


def test_the_bundled_sample_agrees_with_a_plain_product(run_main: Run) -> None:
    vectors = np.load(paths.sample("glove-10k") / "vectors.npy").astype(np.float64)
    answer = asked(run_main, "sample:glove-10k", "river", "-k", "5")
    rows = [each["row"] for each in answer["neighbors"]]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    from embedviz import sample

    query = sample("glove-10k").row("river")
    similarity = unit @ unit[query]
    similarity[query] = -np.inf
    assert rows == np.argsort(-similarity)[:5].tolist()
    assert [each["score"] for each in answer["neighbors"]] == pytest.approx(similarity[rows].tolist(), abs=1e-6)


def test_king_minus_man_plus_woman(run_main: Run) -> None:
    first = asked(run_main, "sample:glove-10k", "king - man + woman", "-k", "1")["neighbors"][0]
    assert first["label"] == "queen"
    assert first["score"] == pytest.approx(0.770, abs=5e-4)


def test_a_person_reads_reading_measure_and_table(run_main: Run, vectors: Path) -> None:
    code, out, err = run_main("neighbors", str(vectors), "one + two", "-k", "2")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert "one" in lines[0]
    assert "two" in lines[0]
    assert "cosine similarity" in lines[1]
    assert "exact" in lines[1]
    assert "of 5 items" in lines[1]
    head = next(number for number, line in enumerate(lines) if line.startswith("rank"))
    assert lines[head].split() == ["rank", "label", "score", "row"]
    assert lines[head + 1].split() == ["1", "three", f"{1.4 / 2**0.5:.6g}", "2"]
    assert len(lines) == head + 3


def test_labels_cannot_steer_the_terminal(run_main: Run, tmp_path: Path) -> None:
    file = tmp_path / "steering.txt"
    file.write_bytes(b"2 2\nplain 1 0\n\x1b[2Jgone 1 1\n")
    _, out, _ = run_main("neighbors", str(file), "plain")
    assert "\x1b" not in out
    assert "\\x1b[2Jgone" in out
    answer = asked(run_main, str(file), "plain")
    assert answer["neighbors"][0]["label"] == "\x1b[2Jgone"


def test_rows_that_are_not_finite_never_reach_json(run_main: Run, tmp_path: Path) -> None:
    file = tmp_path / "holes.npy"
    np.save(file, np.array([[1, 0], [np.nan, 1], [0, 1], [np.inf, 0]], np.float32))
    answer = asked(run_main, str(file), "#0", "--metric", "euclidean")
    assert [each["row"] for each in answer["neighbors"]] == [2]


def test_more_neighbors_than_items_is_all_of_them(run_main: Run, vectors: Path) -> None:
    code, out, _ = run_main("neighbors", str(vectors), "one", "-k", "1000", "--json")
    assert code == 0
    assert len(json.loads(out)["neighbors"]) == 4


@pytest.mark.parametrize("query", ["", "   ", "+", "unknwon", "one +", "(one", "#99", "word " * 10_000])
def test_a_question_without_an_answer_is_one_line(run_main: Run, vectors: Path, query: str) -> None:
    code, out, err = run_main("neighbors", str(vectors), query)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert len(err) < 600


def test_an_unknown_word_names_near_spellings(run_main: Run) -> None:
    code, _, err = run_main("neighbors", "sample:glove-10k", "qeen")
    assert code == 2
    assert "queen" in err
