"""Wrong use is one line and exit code 2; help and version are for everyone."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

import embedviz
from embedviz.cli import parser
from embedviz.cli.render import size

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["info"], "required: PATH. See: embedviz info --help"),
        (["neighbors", "x"], "required: QUERY"),
        (["neighbors", "x", "q", "-k", "0"], "“0” is not a number from 1 upwards"),
        (["neighbors", "x", "q", "-k", "ten"], "“ten” is not a number"),
        (["neighbors", "x", "q", "--met", "dot"], "unrecognized arguments: --met dot"),
        (["neighbors", "x", "q", "--metric", "hamming"], "no metric “hamming”; choose cosine, dot, euclidean"),
        (["project", "x"], "required: -o/--output"),
        (["render", "x", "-o", "f.png", "--size", "big"], "“big” is not a size like 1600x1000"),
        (["render", "sample:digits", "-o", "f.png", "--size", "1x1"], "each side can be 200"),
        (["render", "x", "-o", "f.gif"], "name the file “f.png”"),
        (["samples", "extra"], "unrecognized arguments: extra"),
        (["--jsn"], "unrecognized arguments: --jsn. See: embedviz --help"),
        (["a", "b"], "unrecognized arguments: b"),
    ],
)
def test_wrong_use_is_one_line(run_main: Run, arguments: list[str], words: str) -> None:
    code, out, err = run_main(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("embedviz: ")
    assert err.count("\n") == 1
    assert words in err


@pytest.mark.parametrize("verb", [*parser.VERB_NAMES, None])
def test_help_says_what_each_command_does(run_main: Run, verb: str | None) -> None:
    code, out, err = run_main(*filter(None, [verb, "--help"]))
    assert code == 0
    assert err == ""
    if verb is None:
        assert all(name in out for name in (*parser.VERB_NAMES, "examples:", "sample:NAME"))
    else:
        assert out.startswith(f"usage: embedviz {verb}")


def test_version(run_main: Run) -> None:
    assert run_main("--version") == (0, f"embedviz {embedviz.__version__}\n", "")


@pytest.mark.parametrize("verb", ["info", "neighbors", "project", "render", "convert", None])
def test_all_that_open_take_the_options_of_opening(verb: str | None) -> None:
    rest = {"neighbors": ["q"], "project": ["-o", "o"], "render": ["-o", "o"], "convert": ["o"]}.get(verb or "", [])
    opening = [
        "--labels",
        "l",
        "--metadata",
        "m",
        "--vector",
        "v",
        "--label",
        "c",
        "--partial",
        "--sample",
        "5",
        "--seed",
        "2",
    ]
    options = parser.parse([*filter(None, [verb]), "path", *rest, *opening])
    assert (options.path, options.labels, options.metadata) == ("path", "l", "m")
    assert (options.vector, options.label, options.partial) == ("v", "c", True)
    assert (options.sample, options.seed) == (5, 2)


def test_a_first_argument_that_is_no_verb_is_a_path() -> None:
    assert parser.parse([]).path is None
    assert parser.parse(["./info"]).path == "./info"
    assert parser.parse(["--labels", "l", "sample:digits"]).path == "sample:digits"


def test_a_formula_that_begins_with_a_minus_comes_after_two() -> None:
    assert parser.parse(["neighbors", "x", "-k", "3", "--", "-king + queen"]).query == "-king + queen"


def test_sizes() -> None:
    assert size("1600x1000") == (1600, 1000)
    assert size("800×600") == (800, 600)
    with pytest.raises(argparse.ArgumentTypeError, match="not a size"):
        size("800x")
