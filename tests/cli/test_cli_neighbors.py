"""`embedviz neighbors`."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedviz import paths, sample
from embedviz.space import answer
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.search_index import build_steps

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


def test_a_file_of_questions_gives_an_object_a_line(run_main: Run, vectors: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("\ufeffone\r\n\r\ntwo + three\nfvie\neach: one, four\n", encoding="utf-8")
    code, out, err = run_main("neighbors", str(vectors), "--queries", str(file), "-k", "2", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert [each["query"] for each in found] == ["one", "two + three", "fvie", "each: one, four"]
    assert found[0] == asked(run_main, str(vectors), "one", "-k", "2")
    assert found[1] == asked(run_main, str(vectors), "two + three", "-k", "2")
    assert found[2] == {
        "query": "fvie",
        "metric": "cosine",
        "error": "No item is called “fvie”. Near spellings: five.",
    }
    assert [part["query"] for part in found[3]["each"]] == ["one", "four"]
    assert code == 2
    assert err.count("\n") == 1
    assert "1 of 4 questions could not be answered; the first is “fvie”" in err


def test_all_answered_is_done(run_main: Run, vectors: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("one\ntwo\n", encoding="utf-8")
    code, out, err = run_main("neighbors", str(vectors), "-k", "1", "--queries", str(file))
    assert (code, err) == (0, "")
    assert out.count("rank  label") == 2


def test_questions_are_written_as_a_table(run_main: Run, vectors: Path, tmp_path: Path) -> None:
    questions, table = tmp_path / "questions.txt", tmp_path / "out.csv"
    questions.write_text("one\nfvie\neach: two, four\n", encoding="utf-8")
    arguments = ("neighbors", str(vectors), "--queries", str(questions), "-k", "1", "-o", str(table))
    assert run_main(*arguments)[0] == 2
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["query"], row["part"], row["rank"], row["label"], row["row"]) for row in rows] == [
        ("one", "", "1", "three", "2"),
        ("fvie", "", "", "", ""),
        ("each: two, four", "two", "1", "three", "2"),
        ("each: two, four", "four", "1", "one", "0"),
    ]
    assert "Near spellings: five" in rows[1]["error"]
    assert list(rows[0]) == ["query", "part", "rank", "label", "row", "score", "error", "metric"]
    assert [row["metric"] for row in rows] == ["cosine", "", "cosine", "cosine"]
    code, _, err = run_main(*arguments)
    assert code == 2
    assert "exists" in err
    assert run_main(*arguments, "--force")[0] == 2


def test_questions_come_through_a_pipe(command: list[str], environment: dict[str, str], vectors: Path) -> None:
    ended = subprocess.run(
        [*command, "neighbors", str(vectors), "--queries", "-", "--json", "-k", "1"],
        input=b"one\ntw\xffo\n",
        capture_output=True,
        env=environment,
        check=False,
    )
    first, second = map(json.loads, ended.stdout.splitlines())
    assert first["neighbors"][0]["label"] == "three"
    assert "error" in second
    assert ended.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("one", "--queries", "questions.txt"), "not both"),
        (("--queries", "missing.txt"), "missing.txt"),
        (("--queries", "empty.txt"), "no question"),
        (("one", "--within", "empty.txt"), "None of the 0 names"),
        ((), "QUERY"),
    ],
)
def test_wrong_use_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    run_main: Run,
    vectors: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "questions.txt").write_text("one\n", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("\n \n", encoding="utf-8")
    code, out, err = run_main("neighbors", str(vectors), *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_only_the_items_named_are_ranked(run_main: Run, vectors: Path, tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text("two\n#3\nnobody\n", encoding="utf-8")
    code, out, err = run_main("neighbors", str(vectors), "one in selection", "--within", str(file), "--json")
    assert [each["label"] for each in json.loads(out)["neighbors"]] == ["two", "four"]
    assert code == 0
    assert "1 of 3 names to look within are no items" in err


def test_an_approximate_answer_tells_its_recall(run_main: Run) -> None:
    answer = asked(run_main, "sample:glove-10k", "river", "-k", "3", "--approximate")
    assert answer["exact"] is False
    assert 0.9 < answer["recall"] <= 1
    assert answer["neighbors"] == asked(run_main, "sample:glove-10k", "river", "-k", "3")["neighbors"]


def test_clauses_stand_in_the_question(run_main: Run) -> None:
    answer = asked(run_main, "sample:glove-10k", "river where supersense = animal top 5000", "-k", "3")
    space = sample("glove-10k")
    kinds = space.metadata["supersense"]
    animals = np.flatnonzero(kinds.values[:5000] == kinds.names.index("noun.animal"))
    unit = space.vectors.astype(np.float64) / np.linalg.norm(space.vectors, axis=1, keepdims=True)
    cosines = unit[animals] @ unit[space.row("river")]
    assert [each["row"] for each in answer["neighbors"]] == animals[np.argsort(-cosines)[:3]].tolist()
    _, out, _ = run_main("neighbors", "sample:glove-10k", "river not water where supersense = noun.animal")
    assert "over 77 of 9,998 items where supersense = noun.animal" in out


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """1,500 items without labels, enough for an index."""
    path = tmp_path / "many.npy"
    np.save(path, np.random.default_rng(8).normal(size=(1_500, 12)).astype(np.float32))
    return path


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The metrics for which an index was built, not found."""
    built: list[str] = []

    def build(space: EmbeddingSpace, metric: str):  # type: ignore[no-untyped-def]
        built.append(metric)
        return (yield from build_steps(space, metric))

    monkeypatch.setattr(answer, "build_steps", build)
    return built


def test_an_index_is_built_once_for_many_runs(run_main: Run, many: Path, tmp_path: Path, builds: list[str]) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text("#3\n#4\n#5\n", encoding="utf-8")
    arguments = ("neighbors", str(many), "--queries", str(questions), "--approximate", "--json")
    first, again = run_main(*arguments), run_main(*arguments)
    assert builds == ["cosine"]
    assert first == again
    said = [json.loads(line) for line in again[1].splitlines()]
    assert [(each["query"], each["exact"]) for each in said] == [("#3", False), ("#4", False), ("#5", False)]
    single = asked(run_main, str(many), "#3", "--approximate")
    assert single["neighbors"] == said[0]["neighbors"]
    assert builds == ["cosine"]
    run_main(*arguments, "--metric", "euclidean")
    assert builds == ["cosine", "euclidean"]


def test_a_changed_file_gets_an_index_of_its_own(run_main: Run, many: Path, builds: list[str]) -> None:
    asked(run_main, str(many), "#3", "--approximate")
    np.save(many, np.random.default_rng(9).normal(size=(1_400, 12)).astype(np.float32))
    found = asked(run_main, str(many), "#3", "--approximate")
    assert builds == ["cosine", "cosine"]
    assert found["neighbors"] == asked(run_main, str(many), "#3")["neighbors"]


def test_no_index_is_built_where_none_is_asked(run_main: Run, many: Path, tmp_path: Path, builds: list[str]) -> None:
    within = tmp_path / "within.txt"
    within.write_text("#1\n#2\n", encoding="utf-8")
    asked(run_main, str(many), "#3")
    run_main("neighbors", str(many), "#3", "--approximate", "--within", str(within))
    run_main("neighbors", str(many), "#3", "--approximate", "--metric", "manhattan")
    assert builds == []
