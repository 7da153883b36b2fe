"""`embedviz evaluate`: word similarity and analogies as tables and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    file = tmp_path / "pairs.tsv"
    file.write_text("one\tthree\t6\ntwo\tthree\t8\none\ttwo\t1\nONE\tfive\t7\nsix\tone\t9\n", encoding="utf-8")
    return file


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.txt"
    file.write_text(": sums\none three two five\none two six ten\n: none\nx y z w\n", encoding="utf-8")
    return file


def test_similarity(run_main: Run, vectors: Path, pairs: Path) -> None:
    code, said, err = run_main("evaluate", str(vectors), str(pairs))
    assert (code, err) == (0, "")
    # cosines .6, .8, 0 and .6 stand to the scores 6, 8, 1 and 7 in ranks 2.5 4 1 2.5 and 2 4 1 3
    assert "Spearman's rho  0.9487" in said
    assert "4 of 5 (80.0 %)" in said
    code, said, _ = run_main("evaluate", str(vectors), str(pairs), "--json")
    facts = json.loads(said)
    assert facts["rho"] == pytest.approx(0.9486832980505138)
    assert (facts["kind"], facts["n_known"], facts["n_pairs"], facts["coverage"]) == ("similarity", 4, 5, 0.8)
    low, high = facts["interval"]
    assert low < facts["rho"] < high


def test_analogies(run_main: Run, vectors: Path, questions: Path) -> None:
    code, said, err = run_main("evaluate", str(vectors), str(questions))
    assert (code, err) == (0, "")
    rows = {line.split()[0]: line for line in said.splitlines()[2:5]}
    assert set(rows) == {"sums", "none", "all"}
    assert "1 / 2" in rows["sums"]
    assert "0 / 1" in rows["none"]
    code, said, _ = run_main("evaluate", str(vectors), str(questions), "--json")
    facts = json.loads(said)
    assert (facts["kind"], facts["n_known"], facts["n_questions"]) == ("analogies", 1, 3)
    assert facts["sections"][1]["accuracy"] is None
    assert facts["accuracy"] in (0.0, 1.0)


@pytest.mark.parametrize(("name", "words"), [("gone.tsv", "is not there"), ("prose.txt", "neither word pairs")])
def test_bad_lists_are_one_line(run_main: Run, vectors: Path, name: str, words: str) -> None:
    vectors.with_name("prose.txt").write_text("this is\nno list", encoding="utf-8")
    code, said, err = run_main("evaluate", str(vectors), str(vectors.with_name(name)))
    assert (code, said, err.count("\n")) == (2, "", 1)
    assert words in err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("cat\tdog\t6\nsun\tmoon\t8\n", "None of the 2 pairs"),
        (": kin\nking queen man woman\n", "None of the 1 analogies"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_where_nothing_can_be_compared_it_says_so(
    run_main: Run, vectors: Path, content: str, words: str, options: tuple[str, ...]
) -> None:
    file = vectors.with_name("others.txt")
    file.write_text(content, encoding="utf-8")
    code, said, err = run_main("evaluate", str(vectors), str(file), *options)
    assert (code, said, err.count("\n")) == (2, "", 1)
    assert f"{words} in “others.txt” is of words that are items" in err


def test_the_first_items_only(run_main: Run, vectors: Path, pairs: Path) -> None:
    _, said, _ = run_main("evaluate", str(vectors), str(pairs), "--most", "2", "--json")
    assert json.loads(said)["n_known"] == 1
