"""From words on the command line to options: verbs, the window where there is no verb, errors as one line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from embedviz.cli import (
    cache,
    convert,
    evaluate,
    info,
    lines,
    moved,
    neighbors,
    project,
    render,
    runs,
    samples,
    train,
    window,
)
from embedviz.cli.console import say
from embedviz.cli.unquoted import with_quotes
from embedviz.errors import OptionError

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

VERBS = (info, neighbors, lines, train, moved, evaluate, project, render, convert, samples, runs, cache)
VERB_NAMES = tuple(verb.NAME for verb in VERBS)

_EXAMPLES = """\
examples:
  embedviz                                    open the bundled sample
  embedviz glove.6B.50d.txt                   open your own vectors
  embedviz info vectors.npy --labels words.txt
  embedviz neighbors sample:glove-10k "king - man + woman" -k 5
  embedviz train sample:small-world -o world.npz
  embedviz evaluate world.npz wordsim353.tsv
  embedviz lines notes.txt --space glove.6B.50d.txt --query "a walk by the river"
  embedviz project vectors.vec -o points.csv
  embedviz render sample:digits -o digits.png --color digit

A PATH may be sample:NAME or run:NAME[@EPOCH]. A file that is named like a command: ./info
"""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are OptionErrors: one line that names the help to read."""

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:  # noqa: ARG002  # argparse's own signature
        say(*self.format_help().splitlines())

    def error(self, message: str) -> NoReturn:
        raise OptionError(f"{message}. See: {self.prog} --help")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Options of one command line, `run` among them; OptionError for wrong use, SystemExit after help or version."""
    first = arguments[0] if arguments else ""
    if first in (*VERB_NAMES, "-h", "--help", "--version"):
        return _of_verb(arguments)
    parser = Parser(prog="embedviz", allow_abbrev=False)
    window.add_arguments(parser)
    parser.set_defaults(run=window.run)
    return parser.parse_args(arguments)


def _of_verb(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command; OptionError for what it does not know, or for a question without quotes."""
    parser = _verbs()
    options, unknown = parser.parse_known_args(arguments)
    meant = with_quotes(arguments, getattr(options, "query", None), unknown)
    if meant is not None:
        raise OptionError(f"A question of several words stands in quotes: {meant}")
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return options


def _verbs() -> Parser:
    parser = Parser(
        prog="embedviz",
        usage="embedviz [PATH]\n       embedviz COMMAND ...",
        description="Explore embedding spaces: a window on any file of vectors, and commands that need no window.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, prog="embedviz", parser_class=Parser
    )
    for verb in VERBS:
        command = commands.add_parser(verb.NAME, help=verb.HELP, description=f"{verb.HELP}.", allow_abbrev=False)
        verb.add_arguments(command)
        command.set_defaults(run=verb.run)
    return parser


class _Version(argparse.Action):
    """Look the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        import embedviz

        say(f"embedviz {embedviz.__version__}")
        parser.exit()
