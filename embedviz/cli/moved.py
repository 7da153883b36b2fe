"""`embedviz moved BEFORE AFTER`: which words moved between two spaces, against what two seeds differ in."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from embedviz.cli import opening
from embedviz.cli.console import cell, columns, padded, say, say_json
from embedviz.cli.progress_line import ProgressLine

if TYPE_CHECKING:
    from embedviz.analysis.movement import MovedWord, Movement

NAME = "moved"
HELP = "tell which words moved between two spaces, by the neighbours that they kept"

_MOST_NAMED = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add = parser.add_argument
    add("before", metavar="BEFORE", help="the vectors before: a file, sample:NAME or run:NAME[@EPOCH]")
    add("after", metavar="AFTER", help="the vectors after")
    add("--noise", metavar="OTHER", help="the vectors after by another seed: what differs between the two is chance")
    add("-n", metavar="N", type=opening.positive, default=20, help="how many words to print (20)")
    add("-k", metavar="K", type=opening.positive, default=10, help="how many neighbours of each are compared (10)")
    add("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Open the spaces, compare and print."""
    import embedviz

    with ProgressLine() as line:
        paths = [options.before, options.after, *([options.noise] if options.noise else [])]
        before, after, *noise = (embedviz.open(path, on_progress=line) for path in paths)
        found = embedviz.moved(before, after, noise[0] if noise else None, k=options.k, on_progress=line)
    if options.json:
        say_json(facts(found, options.n))
    else:
        say(*described(found, options.n))
    return 0


def facts(found: Movement, n: int) -> dict[str, Any]:
    """What was found as JSON holds it; None where it was not measured."""
    return {
        "k": found.k,
        "n_words": found.n_words,
        "is_all": found.is_all,
        "mean_kept": float(found.kept.mean()),
        "mean_noise": None if found.noise is None else float(found.noise.mean()),
        "n_beyond_noise": found.n_beyond_noise,
        "n_stayed": found.n_stayed,
        "words": [
            {
                "word": word.word,
                "row": word.row,
                "kept": word.kept,
                "noise": word.noise,
                "cosine": word.cosine,
                "lost": list(word.lost),
                "gained": list(word.gained),
                "stayed": word.stayed,
            }
            for word in found.words(n)
        ],
    }


def described(found: Movement, n: int) -> list[str]:
    """What was found as lines: a word each, and the summary."""
    words = found.words(n)
    width = max([4, *(columns(cell(word.word)) for word in words)])
    lines = [f"{padded('word', width)}  kept of {found.k}  two seeds  cosine  lost -> gained"]
    return [*lines, *(_line(word, width) for word in words), found.summary]


def _line(word: MovedWord, width: int) -> str:
    noise = "-" if word.noise is None else str(word.noise)
    cosine = "-" if word.cosine is None else f"{word.cosine:.3f}"
    lost, gained = (", ".join(cell(each) for each in words[:_MOST_NAMED]) or "-" for words in (word.lost, word.gained))
    return f"{padded(cell(word.word), width)}  {word.kept:>10}  {noise:>9}  {cosine:>6}  {lost} -> {gained}"
