"""`embedviz neighbors PATH QUERY`: the items nearest to whatever is typed."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from embedviz.cli import opening
from embedviz.cli.console import cell, columns, padded, say, say_json, tell_watcher

if TYPE_CHECKING:
    from embedviz.space.answer import Answer
    from embedviz.space.embedding_space import EmbeddingSpace

NAME = "neighbors"
HELP = "print the nearest neighbours of a word, a formula or an item"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    opening.add_arguments(parser)
    parser.add_argument(
        "query", metavar="QUERY", type=_clean, help='river, "king - man + woman", "#12", -- "-dark + light"'
    )
    parser.add_argument("-k", metavar="N", type=opening.positive, default=10, help="how many neighbours (10)")
    parser.add_argument("--metric", metavar="M", default="cosine", help="cosine, dot, euclidean or manhattan (cosine)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Open, ask and print."""
    from embedviz.space.metrics import metric_named

    metric_named(options.metric)
    space = opening.opened(options)
    answer = space.neighbors(options.query, options.k, metric=options.metric)
    if options.json:
        for remark in answer.remarks:
            tell_watcher(remark)
        say_json(facts(answer, query=options.query))
    else:
        say(*described(space, answer))
    return 0


def facts(answer: Answer, *, query: str) -> dict[str, Any]:
    """The answer as JSON: ranks from 1, rows from 0, scores as finite numbers or None."""
    neighbors = [
        {"rank": rank, "label": label, "row": int(row), "score": float(score) if math.isfinite(score) else None}
        for rank, (label, row, score) in enumerate(zip(answer.labels, answer.rows, answer.scores, strict=True), 1)
    ]
    return {"query": query, "metric": answer.metric, "exact": bool(answer.exact), "neighbors": neighbors}


def described(space: EmbeddingSpace, answer: Answer) -> list[str]:
    """The answer for a person: how the query was read, by what measure over how many items, and a table."""
    from embedviz.space.metrics import metric_named

    how = "exact" if answer.exact else f"by an index (recall {answer.recall})"
    lines = [
        answer.reading,
        f"{metric_named(answer.metric).explanation}; {how}, over {answer.n_ranked:,} of {space.n_items:,} items",
        *answer.remarks,
        "",
    ]
    labels = [cell(space.name(int(row))) for row in answer.rows]
    width = max([5, *map(columns, labels)])
    lines.append(f"rank  {padded('label', width)}  {'score':>12}  row")
    lines += [
        f"{rank:>4}  {padded(label, width)}  {score:>#12.6g}  {row}"
        for rank, (label, score, row) in enumerate(zip(labels, answer.scores, answer.rows, strict=True), 1)
    ]
    return lines


def _clean(text: str) -> str:
    """Bytes that are not of the terminal's encoding become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
