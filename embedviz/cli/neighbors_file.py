"""`embedviz neighbors --queries FILE`: a question a line, answered together, printed as they come."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedviz.cli.console import complain, in_json, mention, say
from embedviz.cli.kept_index import kept_index
from embedviz.cli.progress_line import ProgressLine
from embedviz.errors import EmbedvizError, InputError, OptionError

if TYPE_CHECKING:
    from embedviz.progress import Progress
    from embedviz.space.answer import Answer
    from embedviz.space.arrays import RowArray
    from embedviz.space.embedding_space import EmbeddingSpace

_NOT_ALL = 2
_STANDARD_INPUT = "-"
_LONGEST_SHOWN = 60
_MOST_BYTES = 1 << 30

Outcomes = Sequence[tuple[str, "Answer | EmbedvizError"]]


def questions(path: str) -> list[str]:
    """The questions in a file, one a line; empty lines are none. Raises InputError where there are none."""
    found = lines_of(path, "questions")
    if not found:
        raise InputError(f"There is no question in “{_shown(path)}”; write one a line.")
    return found


def lines_of(path: str, what: str) -> list[str]:
    """The lines of a text file of `what` (- is standard input) that are not blank; what is not UTF-8 reads as U+FFFD.

    Raises InputError for a file that cannot be read, and for one that is no text.
    """
    from embedviz.formats.plain_text import plain_text, read_plain_text
    from embedviz.formats.probe import access_error

    if path == _STANDARD_INPUT:
        try:
            content = b"" if sys.stdin is None else sys.stdin.buffer.read()
        except OSError as error:  # a folder can be led into it
            raise access_error(Path(_shown(path)), error) from error
        text = plain_text(content, _shown(path))
    else:
        text = read_plain_text(Path(path), what, _MOST_BYTES)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line for line in lines if line.strip()]


def named_rows(space: EmbeddingSpace, names: Sequence[str]) -> RowArray:
    """The rows that some lines name; says how many name nothing. OptionError if none does."""
    from embedviz.progress import finish
    from embedviz.space.naming import named_rows_steps

    with ProgressLine() as line:
        named = finish(named_rows_steps(space.labels, [name.strip() for name in names]), line)
    if not len(named.rows):
        raise OptionError(f"None of the {len(names):,} names to look within is an item; check the labels.")
    if named.missing:
        complain(f"{len(named.missing):,} of {named.n_names:,} names to look within are no items")
    return named.rows


def run(space: EmbeddingSpace, texts: Sequence[str], rows: RowArray | None, options: argparse.Namespace) -> int:
    """Ask all, print each answer, or write the table; 2 if some could not be answered."""
    from embedviz.progress import finish
    from embedviz.space.many_questions import Options, ask_many_steps

    asked = Options(k=options.k, metric=options.metric, exact=not options.approximate, within=rows)
    with ProgressLine() as line:
        printed = _printer(space, texts, options, line)
        with kept_index(space, options, line):
            outcomes = finish(ask_many_steps(space, texts, asked), printed)
    if options.output is not None:
        write(list(zip(texts, outcomes, strict=True)), options)
    failed = [at for at, outcome in enumerate(outcomes) if isinstance(outcome, EmbedvizError)]
    if not failed:
        return 0
    first = texts[failed[0]]
    shown = first if len(first) <= _LONGEST_SHOWN else first[: _LONGEST_SHOWN - 1] + "…"
    how_many = f"{len(failed):,} of {len(texts):,} questions could not be answered"
    complain(f"{how_many}; the first is “{shown}”: {outcomes[failed[0]]}")
    return _NOT_ALL


def write(outcomes: Outcomes, options: argparse.Namespace) -> None:
    """Write all answers as one table: query, rank, label, row, score, what went wrong where something did, metric."""
    from embedviz.formats import answers_table, export_steps
    from embedviz.progress import finish

    table = answers_table(outcomes)
    with ProgressLine() as line:
        finish(export_steps(table, options.output, overwrite=options.force), line)
    if not options.json:
        mention(f"Wrote {options.output}: {table.n_rows:,} rows, {len(outcomes):,} questions.")


def _printer(
    space: EmbeddingSpace, texts: Sequence[str], options: argparse.Namespace, line: ProgressLine
) -> Callable[[Progress], None]:
    """Prints each block of answers when it comes, in the order of the questions."""
    n_printed = 0
    tell = say if options.output is None else mention

    def show(step: Progress) -> None:
        nonlocal n_printed
        line(step)
        if not isinstance(step.partial, tuple):
            return
        for outcome in step.partial:
            text = texts[n_printed]
            n_printed += 1
            if options.json:
                line.clear()
                tell(in_json(_facts(text, outcome, options)))
            elif options.output is None:
                line.clear()
                tell(*([""] if n_printed > 1 else []), *_described(space, text, outcome))

    return show


def _facts(text: str, outcome: Answer | EmbedvizError, options: argparse.Namespace) -> dict[str, Any]:
    from embedviz.cli.neighbors import facts

    if isinstance(outcome, EmbedvizError):
        return {"query": text, "metric": options.metric, "error": str(outcome)}
    return facts(outcome, query=text)


def _described(space: EmbeddingSpace, text: str, outcome: Answer | EmbedvizError) -> list[str]:
    from embedviz.cli.neighbors import described

    if isinstance(outcome, EmbedvizError):
        return [text, f"not answered: {outcome}"]
    return described(space, outcome)


def _shown(path: str) -> str:
    return "standard input" if path == _STANDARD_INPUT else path
