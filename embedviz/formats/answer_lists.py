"""Several answers as one table, a row a neighbour, for a file or a clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.space.answer import Answer
from embedviz.space.arrays import DoubleArray, RowArray
from embedviz.space.labels import Labels
from embedviz.space.metrics import METRICS
from embedviz.space.table import Column, Table

_ONE_CELL = dict.fromkeys(map(ord, "\t\r\n"), " ")  # what would break a row of a pasted table


@dataclass(frozen=True, eq=False)
class AnswerList:
    """One ranked list: the space and the question it answers, by which `comparison`, and what was found."""

    space_name: str
    question: str
    comparison: str
    rows: RowArray
    labels: tuple[str, ...]
    scores: DoubleArray


def answer_list(answer: Answer, space_name: str) -> AnswerList:
    """A whole answer as a list."""
    return AnswerList(
        space_name, answer.text, METRICS[answer.metric].title.lower(), answer.rows, answer.labels, answer.scores
    )


def lists_table(lists: Sequence[AnswerList]) -> Table:
    """The lists below each other: space, question, comparison, rank from 1, label, row, score."""
    texts = {
        "space": [each.space_name for each in lists for _ in each.rows],
        "question": [each.question for each in lists for _ in each.rows],
        "comparison": [each.comparison for each in lists for _ in each.rows],
        "label": [label for each in lists for label in each.labels],
    }
    ranks = [rank for each in lists for rank in range(1, len(each.rows) + 1)]
    numbers: dict[str, list[float]] = {
        "rank": [float(rank) for rank in ranks],
        "row": [float(row) for each in lists for row in each.rows],
        "score": [float(score) for each in lists for score in each.scores],
    }
    present = np.zeros(len(ranks), np.bool_)
    columns = {name: Column("text", Labels.from_strings(cells), present) for name, cells in texts.items()}
    columns |= {name: Column("number", np.array(cells, np.float64), present) for name, cells in numbers.items()}
    order = ("space", "question", "comparison", "rank", "label", "row", "score")
    return Table(len(ranks), {name: columns[name] for name in order})


def lists_text(lists: Sequence[AnswerList]) -> str:
    """The lists as a person would write them: a head, then a line a neighbour; an empty line between two."""
    blocks = []
    for each in lists:
        lines = [f"{_cell(each.question)}, {each.comparison}, in {_cell(each.space_name)}"]
        ranked = zip(each.labels, each.scores.tolist(), strict=True)
        lines += [f"{rank}. {_cell(label)} ({score:.3f})" for rank, (label, score) in enumerate(ranked, 1)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def lists_tsv(lists: Sequence[AnswerList]) -> str:
    """The lists side by side with tabs between the cells: the rank, then label and score of each."""
    heads = [f"{_cell(each.question)}, {each.comparison}" for each in lists]
    lines = ["\t".join(["rank", *(cell for head in heads for cell in (head, "score"))])]
    for at in range(max((len(each.rows) for each in lists), default=0)):
        cells = [str(at + 1)]
        for each in lists:
            known = at < len(each.rows)
            cells += [_cell(each.labels[at]), repr(float(each.scores[at]))] if known else ["", ""]
        lines.append("\t".join(cells))
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.translate(_ONE_CELL)
