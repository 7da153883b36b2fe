"""Ranked lists, of answers and of what else was found, as one table or as text: for a file or a clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.formats.cell_lines import Cell, one_cell, tabbed
from embedviz.space.answer import Answer
from embedviz.space.arrays import DoubleArray, RowArray
from embedviz.space.labels import Labels
from embedviz.space.metrics import METRICS
from embedviz.space.table import Column, Table


@dataclass(frozen=True, eq=False)
class AnswerList:
    """One ranked list: the space and the question it answers, by which `comparison`, and what was found.

    Of a list of pairs, `others` holds the other row of each, and a label names both. `scores` are float64, NaN where
    there is none, or int64 where something was counted. `details` says more about each, where there is more.
    """

    space_name: str
    question: str
    comparison: str
    rows: RowArray
    labels: tuple[str, ...]
    scores: DoubleArray | RowArray
    others: RowArray | None = None
    details: tuple[str, ...] = ()

    def equals(self, other: AnswerList) -> bool:
        """Whether another list says the same of the same question."""
        return (
            (self.space_name, self.question, self.comparison) == (other.space_name, other.question, other.comparison)
            and np.array_equal(self.rows, other.rows)
            and np.array_equal(self.scores, other.scores, equal_nan=True)
            and self.labels == other.labels
        )


def answer_list(answer: Answer, space_name: str) -> AnswerList:
    """A whole answer as a list."""
    return AnswerList(
        space_name, answer.text, METRICS[answer.metric].title.lower(), answer.rows, answer.labels, answer.scores
    )


def lists_table(lists: Sequence[AnswerList]) -> Table:
    """The lists below each other: space, question, comparison, rank from 1, label, row, score.

    Where lists have them, the other row of a pair and the details follow.
    """
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
    order = ["space", "question", "comparison", "rank", "label", "row", "score"]
    if any(each.others is not None for each in lists):
        order.append("other row")
        others = [np.full(len(each.rows), np.nan) if each.others is None else each.others for each in lists]
        numbers["other row"] = [float(row) for each in others for row in each]
    if any(each.details for each in lists):
        order.append("detail")
        texts["detail"] = [text for each in lists for text in each.details or ("",) * len(each.rows)]
    columns = {name: _texts(cells, missing=name == "detail") for name, cells in texts.items()}
    columns |= {name: _numbers(cells) for name, cells in numbers.items()}
    return Table(len(ranks), {name: columns[name] for name in order})


def lists_text(lists: Sequence[AnswerList]) -> str:
    """The lists as a person would write them: a head, then a line a neighbour; an empty line between two."""
    blocks = []
    for each in lists:
        lines = [f"{one_cell(each.question)}, {each.comparison}, in {one_cell(each.space_name)}"]
        details = each.details or ("",) * len(each.rows)
        ranked = zip(each.labels, each.scores.tolist(), details, strict=True)
        for rank, (label, score, detail) in enumerate(ranked, 1):
            more = ", ".join(text for text in (_said(score), one_cell(detail)) if text)
            lines.append(f"{rank}. {one_cell(label)}" + (f" ({more})" if more else ""))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def lists_tsv(lists: Sequence[AnswerList]) -> str:
    """The lists side by side with tabs between the cells: the rank, then label, score and any detail of each."""
    heads: list[Cell] = ["rank"]
    for each in lists:
        heads += [f"{each.question}, {each.comparison}", "score", *(["detail"] if each.details else [])]
    lines: list[list[Cell]] = [heads]
    for at in range(max((len(each.rows) for each in lists), default=0)):
        cells: list[Cell] = [at + 1]
        for each in lists:
            known = at < len(each.rows)
            cells += [each.labels[at], each.scores[at].item()] if known else ["", ""]
            cells += [each.details[at] if known else ""] if each.details else []
        lines.append(cells)
    return tabbed(lines)


def _said(score: float) -> str:
    """A score with three decimals, a count as it is; nothing where there is none."""
    return "" if score != score else f"{score:,}" if isinstance(score, int) else f"{score:.3f}"


def _texts(cells: Sequence[str], *, missing: bool) -> Column:
    return Column("text", Labels.from_strings(cells), np.array([missing and not cell for cell in cells], np.bool_))


def _numbers(cells: Sequence[float]) -> Column:
    numbers = np.array(cells, np.float64)
    return Column("number", numbers, np.isnan(numbers))
