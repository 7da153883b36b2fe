"""Wrong use is one line and exit code 2; help and version are for everyone."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

import embedviz
from embedviz.cli import parser
from embedviz.cli.render import size
from embedviz.training.options import ALGORITHMS

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
        (["render", "sample:digits", "-o", "f.png", "--size", "1x1"], "each side can have 200"),
        (["render", "sample:digits", "-o", "f.png", "--size", "100000x100000"], "each side can have 200 to 12,000."),
        (
            ["train", "x", "--sweep", "foo=1"],
            "'foo' cannot be swept; choose dims, window, epochs, min-count, negatives",
        ),
        (["train", "x", "--sweep", "min_count=a"], "“a” is no value of min-count"),
        (["train", "x", "--sweep", "dims=1.5"], "1.5 is no value of dims"),
        (["train", "x", "--algorithm", "lsa", "--sweep", "learning-rate=1"], "for lsa; choose dims, min-count."),
        (
            ["neighbors", "x", "-k", "5", "king", "-", "man", "+", "woman", "--json"],
            'A question of several words stands in quotes: embedviz neighbors x -k 5 "king - man + woman" --json\n',
        ),
        (["neighbors", "a file", "--", "-dark", "+", "light"], "embedviz neighbors 'a file' -- \"-dark + light\"\n"),
        (["render", "x", "-o", "f.png", "--query", "new", "$york"], "render x -o f.png --query 'new $york'\n"),
        (["neighbors", "x", "king", "--colour"], "unrecognized arguments: --colour"),
        (["neighbors", "x", "king", "-k", "5", "queen"], "unrecognized arguments: queen"),
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


def test_training_help_names_every_algorithm(run_main: Run) -> None:
    _, out, _ = run_main("train", "--help")
    assert all(name in out for name in ALGORITHMS)
    assert "or another algorithm" in out


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
