"""`embedviz neighbors PATH QUERY`: the items nearest to whatever is typed, or to a file of questions."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedviz.cli import neighbors_file, opening, output
from embedviz.cli.console import cell, columns, in_json, mention, padded, say, tell_watcher
from embedviz.cli.kept_index import kept_index
from embedviz.cli.progress_line import ProgressLine
from embedviz.errors import OptionError

if TYPE_CHECKING:
    from embedviz.space.answer import Answer
    from embedviz.space.arrays import RowArray
    from embedviz.space.embedding_space import EmbeddingSpace

NAME = "neighbors"
HELP = "print the nearest neighbours of a word, a formula or an item, or of a file of questions"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    opening.add_arguments(parser)
    parser.add_argument(
        "query", metavar="QUERY", type=_clean, help='river, "king - man + woman", "#12", -- "-dark + light"'
    )
    parser.add_argument("-k", metavar="N", type=opening.positive, default=10, help="how many neighbours (10)")
    parser.add_argument("--metric", metavar="M", default="cosine", help="cosine, dot, euclidean or manhattan (cosine)")
    parser.add_argument(
        "--queries",
        metavar="FILE",
        action=_InsteadOfQuery,
        help="ask a question a line of FILE (- is standard input) in place of QUERY",
    )
    parser.add_argument(
        "--within", metavar="FILE", help="rank only the items named in FILE, one label or #row a line (in selection)"
    )
    parser.add_argument("--approximate", action="store_true", help="ask a compressed index, and say its recall")
    parser.add_argument("--json", action="store_true", help="print one JSON object, with --queries one a line")
    parser.add_argument("-o", "--output", metavar="OUT", help="write a table: .csv, .tsv or .parquet")
    output.add_force(parser)


def run(options: argparse.Namespace) -> int:
    """Open, ask and print."""
    from embedviz.formats import check_output
    from embedviz.space.metrics import metric_named

    metric_named(options.metric)
    if options.queries is not None and options.query is not None:
        raise OptionError("Give one QUERY or a file by --queries, not both. See: embedviz neighbors --help")
    if options.output is not None:
        check_output(options.output, overwrite=options.force)
    texts = None if options.queries is None else neighbors_file.questions(options.queries)
    names = None if options.within is None else neighbors_file.lines_of(options.within, "names")
    space = opening.opened(options)
    rows = None if names is None else neighbors_file.named_rows(space, names)
    if texts is not None:
        return neighbors_file.run(space, texts, rows, options)
    with ProgressLine() as line:
        answer = _answered(space, options, rows, line)
    if options.json:
        for remark in answer.remarks:
            tell_watcher(remark)
        (say if options.output is None else mention)(in_json(facts(answer, query=options.query)))
    elif options.output is None:
        say(*described(space, answer))
    if options.output is not None:
        neighbors_file.write([(options.query, answer)], options)
    return 0


def facts(answer: Answer, *, query: str) -> dict[str, Any]:
    """The answer as JSON: ranks from 1, rows from 0, scores as finite numbers or None; `each` where asked apart."""
    neighbors = [
        {"rank": rank, "label": label, "row": int(row), "score": float(score) if math.isfinite(score) else None}
        for rank, (label, row, score) in enumerate(zip(answer.labels, answer.rows, answer.scores, strict=True), 1)
    ]
    said = {"query": query, "metric": answer.metric, "exact": bool(answer.exact), "neighbors": neighbors}
    if answer.recall is not None:
        said["recall"] = answer.recall
    if answer.parts:
        said["each"] = [facts(part, query=part.text) for part in answer.parts]
    return said


def described(space: EmbeddingSpace, answer: Answer) -> list[str]:
    """The answer for a person: how the query was read, by what measure over how many items, and a table."""
    from embedviz.space.metrics import metric_named

    how = "exact" if answer.exact else f"by an index (recall {answer.recall})"
    scope = f" {answer.scope}" if answer.scope else ""
    lines = [
        answer.reading,
        f"{metric_named(answer.metric).explanation}; {how}, over {answer.n_ranked:,} of {space.n_items:,} items{scope}",
        *answer.remarks,
    ]
    for part in answer.parts:
        lines += ["", f"{part.reading}, over {part.n_ranked:,} items", *_table(space, part)]
    return lines if answer.parts else [*lines, "", *_table(space, answer)]


def _answered(space: EmbeddingSpace, options: argparse.Namespace, rows: RowArray | None, line: ProgressLine) -> Answer:
    from embedviz.progress import finish
    from embedviz.space.answer import ask_steps

    asking = ask_steps(
        space, options.query, options.k, metric=options.metric, exact=not options.approximate, within=rows
    )
    with kept_index(space, options, line):
        return finish(asking, line)


def _table(space: EmbeddingSpace, answer: Answer) -> list[str]:
    labels = [cell(space.name(int(row))) for row in answer.rows]
    width = max([5, *map(columns, labels)])
    return [
        f"rank  {padded('label', width)}  {'score':>12}  row",
        *(
            f"{rank:>4}  {padded(label, width)}  {score:>#12.6g}  {row}"
            for rank, (label, score, row) in enumerate(zip(labels, answer.scores, answer.rows, strict=True), 1)
        ),
    ]


class _InsteadOfQuery(argparse.Action):
    """A file of questions takes the place of the one that is otherwise required."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,  # noqa: ARG002  # argparse's own signature
    ) -> None:
        setattr(namespace, self.dest, values)
        for action in parser._actions:
            if action.dest == "query":
                action.required = False


def _clean(text: str) -> str:
    """Bytes that are not of the terminal's encoding become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
