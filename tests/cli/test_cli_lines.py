"""`embedviz lines`: save the lines of a text, or search them; the same JSON as `neighbors`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import embedviz
from embedviz.cli import main

TEXT = "One, two!\nthree\nnothing\nfour five\n"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture
def run(vectors: Path, text: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["lines", str(text), "--space", str(vectors), *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_lines_are_searched_by_a_sentence(run) -> None:
    code, out, _ = run("--query", "two and one", "-k", "2")
    assert code == 0
    assert "composed from 2 of 3 words (mean; unknown: “and”)" in out
    assert "   1  One, two!" in out


def test_json_is_that_of_neighbors(run) -> None:
    code, out, err = run("--query", "two and one", "-k", "1", "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["query"] == "two and one"
    assert answer["exact"] is True
    assert answer["neighbors"] == [
        {"rank": 1, "label": "One, two!", "row": 0, "score": pytest.approx(1.0)},
    ]


def test_lines_are_saved(run, tmp_path: Path) -> None:
    target = tmp_path / "lines.npz"
    code, out, _ = run("-o", str(target))
    assert code == 0
    assert "3 lines, 3 dimensions" in out
    assert "1 line holds no word of numbers.txt and was left out." in out
    saved = embedviz.open(target)
    assert list(saved.labels) == ["One, two!", "three", "four five"]
    assert saved.vectors[0].tolist() == [0.5, 0.5, 0]
    assert run("-o", str(target))[0] == 2
    assert run("-o", str(target), "--force")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "-o OUT"),
        (("--query", "one", "--weighting", "frequency"), "count"),
        (("--query", "one", "--metric", "nearest"), "nearest"),
        (("--query", "one", "--unit", "page"), "--unit"),
        (("-o", "out.xyz"), ".xyz"),
    ],
)
def test_wrong_use_is_one_line(run, arguments, said) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_the_space_is_required(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lines", str(text), "--query", "one"]) == 2
    assert "--space" in capsys.readouterr().err
