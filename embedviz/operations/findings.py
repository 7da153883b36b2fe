"""What was found out by an analysis, in words and as rows of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from embedviz.analysis import (
    Analogy,
    ExtremePairs,
    Hubs,
    LineBetween,
    MutualNeighbors,
    NeighborGraph,
    NeighborPath,
    OddOneOut,
    PairScores,
    SimilarityMatrix,
    WithinRadius,
)
from embedviz.formats.answer_lists import AnswerList, lists_text
from embedviz.formats.cell_lines import Cell, aligned, cells_table, tabbed
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.table import Table


@dataclass(frozen=True, eq=False)
class Finding:
    """One result: a `title`, a `summary` that says how it was found, and `cells` below `heads`.

    `items` holds, for each row, the items it is about, and `columns` which of them each cell is about (the first where
    it is empty). `matrix` holds the similarities of a selection, where that was asked for. `lists` are what was found
    as ranked lists, to stand beside others; empty where nothing is ranked.
    """

    title: str
    summary: str
    heads: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    items: tuple[tuple[int, ...], ...]
    columns: tuple[int, ...] = ()
    matrix: SimilarityMatrix | None = None
    lists: tuple[AnswerList, ...] = ()


def odd_one_out_finding(space: EmbeddingSpace, found: OddOneOut) -> Finding:
    """The odd one first, with what sets it apart."""
    rows = found.rows.tolist()
    odd, others = space.name(rows[0]), len(rows) - 1
    summary = (
        f"“{odd}” is least like the mean of the other {others:,}: {_score(found.scores[0])}, farther than the next by "
        f"{_score(found.margin)}. {_by(found.metric)}{_left_out(found.n_left_out)}"
    )
    cells = tuple((space.name(row), float(score)) for row, score in zip(rows, found.scores, strict=True))
    heads = ("Item", f"{metric_named(found.metric).title} of the others’ mean")
    title = f"Odd one out: {odd}"
    listed = _listed(space, title, heads[1], found.rows, found.scores)
    return Finding(title, summary, heads, cells, tuple((row,) for row in rows), lists=(listed,))


def pairs_finding(space: EmbeddingSpace, found: ExtremePairs) -> Finding:
    """The most similar pairs, and below them the least similar."""
    cells: list[tuple[Cell, ...]] = []
    items: list[tuple[int, ...]] = []
    lists: list[AnswerList] = []
    title, measure = "Most and least similar pairs", metric_named(found.metric).title
    for word, pairs, scores in (
        ("most similar", found.nearest, found.nearest_scores),
        ("least similar", found.farthest, found.farthest_scores),
    ):
        for rank, ((one, other), score) in enumerate(zip(pairs.tolist(), scores, strict=True), 1):
            cells.append((f"{rank}. {word}", space.name(one), space.name(other), float(score)))
            items.append((one, other))
        lists.append(_listed(space, f"{word.capitalize()} pairs", measure, pairs[:, 0], scores, others=pairs[:, 1]))
    summary = (
        f"All {found.n_pairs:,} pairs of the selection were compared; the {len(found.nearest):,} most and the "
        f"least similar stand here. {_by(found.metric)}{_left_out(found.n_left_out)}"
    )
    heads = ("Rank", "Item", "Other item", measure)
    return Finding(title, summary, heads, tuple(cells), tuple(items), (0, 0, 1, 0), lists=tuple(lists))


def matrix_finding(space: EmbeddingSpace, found: SimilarityMatrix) -> Finding:
    """The matrix, and its items in their order."""
    rows = found.rows.tolist()
    summary = (
        f"{len(rows):,} items of the selection, every two compared; like stands beside like (average linkage, optimal "
        f"leaf order). {_by(found.metric)}{_left_out(found.n_left_out)}"
    )
    cells = tuple((space.name(row),) for row in rows)
    title = f"Similarity of {len(rows):,} items"
    return Finding(title, summary, ("Item",), cells, tuple((row,) for row in rows), matrix=found)


def path_finding(space: EmbeddingSpace, found: NeighborPath, ends: tuple[int, int]) -> Finding:
    """The items of a path, each with the step that leads to it; or that there is none."""
    start, end = (space.name(row) for row in ends)
    title = f"Path: {start} → {end}"
    looked = f"The {found.k} nearest of {found.n_looked_at:,} items were looked at, over all {space.n_items:,} rows."
    if not len(found.rows):
        none = "There is no path" if found.is_complete else "No path was found before the limit of the search"
        summary = f"{none} from “{start}” to “{end}” along the {found.k} nearest of each item. {looked}"
        return Finding(title, summary, ("Item",), (), ())
    rows = found.rows.tolist()
    cells: list[tuple[Cell, ...]] = [(space.name(rows[0]), "", "")]
    for at, (one, other) in enumerate(pairwise(rows)):
        asked, near = (one, other) if found.is_forward[at] else (other, one)
        rank = f"“{space.name(near)}” is {_ordinal(int(found.ranks[at]))} of “{space.name(asked)}”"
        cells.append((space.name(other), float(found.scores[at]), rank))
    weakest = found.scores.min() if metric_named(found.metric).is_similarity else found.scores.max()
    sure = "No path is shorter." if found.is_complete else "A shorter one may exist beyond the limit of the search."
    summary = (
        f"{len(rows) - 1} steps, each between an item and one of its {found.k} nearest; the weakest scores "
        f"{_score(weakest)}. {sure} {looked} {_by(found.metric)}"
    )
    heads = ("Item", f"{metric_named(found.metric).title} of the step", "True neighbours")
    steps, ranks = np.array([np.nan, *found.scores]), [str(line[2]) for line in cells]
    listed = _listed(space, title, heads[1], found.rows, steps, ranks)
    return Finding(title, summary, heads, tuple(cells), tuple((row,) for row in rows), lists=(listed,))


def line_finding(space: EmbeddingSpace, found: LineBetween) -> Finding:
    """The items nearest to a line, by their place on it, between its two ends."""
    start, end = (space.name(row) for row in found.ends)
    rows = [found.ends[0], *found.rows.tolist(), found.ends[1]]
    places, distances = [0.0, *found.places.tolist(), 1.0], [0.0, *found.distances.tolist(), 0.0]
    cells = tuple((space.name(row), t, gap) for row, t, gap in zip(rows, places, distances, strict=True))
    measured = "unit vectors" if found.of_units else "vectors as they are"
    summary = (
        f"The {len(found.rows):,} items nearest to the line from “{start}” (0) to “{end}” (1), of {found.n_between:,} "
        f"that lie between its ends, by their place on it. The line is {_score(found.length)} long ({measured}), so "
        "compare the distances with that."
    )
    heads = ("Item", "Place on the line", "Distance from it")
    title, gaps = f"Line: {start} → {end}", [f"{_score(gap)} from the line" for gap in distances]
    listed = _listed(space, title, heads[1], np.array(rows), np.array(places), gaps)
    return Finding(title, summary, heads, cells, tuple((row,) for row in rows), lists=(listed,))


def radius_finding(space: EmbeddingSpace, found: WithinRadius, most: int = 10_000) -> Finding:
    """How many items reach a score, and which."""
    center, n = space.name(found.center), len(found.rows)
    reach = "at least" if metric_named(found.metric).is_similarity else "at most"
    cut = f" The first {most:,} stand here." if n > most else ""
    summary = (
        f"{n:,} of {found.n_ranked:,} items score {reach} {_score(found.limit)} with “{center}”.{cut} "
        f"{_by(found.metric)}"
    )
    rows, scores = found.rows[:most].tolist(), found.scores[:most]
    ranked = enumerate(zip(rows, scores, strict=True), 1)
    cells = tuple((rank, space.name(row), float(score)) for rank, (row, score) in ranked)
    heads = ("Rank", "Item", metric_named(found.metric).title)
    title = f"Within {_score(found.limit)} of {center}"
    listed = _listed(space, title, heads[2], found.rows[:most], scores)
    return Finding(title, summary, heads, cells, tuple((row,) for row in rows), lists=(listed,))


def mutual_finding(space: EmbeddingSpace, found: MutualNeighbors) -> Finding:
    """The nearest of an item, and at which rank each has it; as a list, those that have it."""
    center = space.name(found.center)
    summary = (
        f"{found.n_mutual:,} of the {len(found.rows):,} nearest of “{center}” have it among their own {found.k} "
        f"nearest. {_by(found.metric)}"
    )
    cells: list[tuple[Cell, ...]] = []
    for rank, (row, score, back) in enumerate(
        zip(found.rows.tolist(), found.scores, found.ranks_back.tolist(), strict=True), 1
    ):
        cells.append((rank, space.name(row), float(score), back or "not among them"))
    heads = ("Rank", "Item", metric_named(found.metric).title, f"Rank of “{center}” there")
    title, mutual = f"Mutual neighbours of {center}", np.flatnonzero(found.ranks_back)
    ranks = [f"“{center}” is {_ordinal(rank)} there" for rank in found.ranks_back[mutual].tolist()]
    listed = _listed(space, title, heads[2], found.rows[mutual], found.scores[mutual], ranks)
    items = tuple((row,) for row in found.rows.tolist())
    return Finding(title, summary, heads, tuple(cells), items, lists=(listed,))


def hubs_finding(space: EmbeddingSpace, found: Hubs, graph: NeighborGraph) -> Finding:
    """The items that are in most lists of neighbours."""
    exact = (
        "Every item was compared with every other."
        if graph.exact
        else (f"Found by an index, which has {100 * (graph.recall or 0):.2f} % of the true neighbours.")
    )
    shape = "" if found.skewness != found.skewness else f" The counts have a skewness of {found.skewness:.1f}."
    summary = (
        f"In how many of {found.n_lists:,} lists of the {found.k} nearest each item is: {found.k} on average; "
        f"{found.n_in_none:,} items are in none.{shape} {exact} {_by(graph.metric)}"
    )
    cells = tuple(
        (rank, space.name(row), int(found.counts[row]), 100 * float(found.counts[row]) / max(1, found.n_lists))
        for rank, row in enumerate(found.rows.tolist(), 1)
    )
    heads = ("Rank", "Item", "Lists it is in", "Per cent of all")
    shares = [f"{line[3]:.3g} % of all lists" for line in cells]
    listed = _listed(space, "Hubs", heads[2], found.rows, found.counts[found.rows], shares)
    return Finding("Hubs", summary, heads, cells, tuple((row,) for row in found.rows.tolist()), lists=(listed,))


def analogy_finding(space: EmbeddingSpace, found: Analogy) -> Finding:
    """What both rules answer, without the inputs and with them, side by side; a cell is about the item it names."""
    a, b, c = (space.name(row) for row in found.inputs)
    ranked = found.rankings
    cells: list[tuple[Cell, ...]] = []
    items: list[tuple[int, ...]] = []
    for at in range(max(len(each.rows) for each in ranked)):
        rows = [int(each.rows[at]) if at < len(each.rows) else -1 for each in ranked]
        line: list[Cell] = [at + 1]
        for each, row in zip(ranked, rows, strict=True):
            role = next((f"  ({name})" for name, own in zip("abc", found.inputs, strict=True) if own == row), "")
            line += [space.name(row) + role, float(each.scores[at])] if row >= 0 else ["", ""]
        cells.append(tuple(line))
        items.append(tuple(rows))
    heads = ["Rank"]
    for each in ranked:
        heads += [f"{each.rule} + inputs" if each.with_inputs else each.rule, "Score"]
    columns = (0, *(place for at in range(len(ranked)) for place in (at, at)))
    title = f"{a} : {b} :: {c} : ?"
    lists = tuple(_listed(space, title, heads[1 + 2 * at], each.rows, each.scores) for at, each in enumerate(ranked))
    return Finding(title, _analogy_words(space, found), tuple(heads), tuple(cells), tuple(items), columns, lists=lists)


def rules_finding(found: PairScores) -> Finding:
    """How often each rule was right on pairs, with its interval, beside what ignores the analogy."""
    words = {"b": "Nearest to b", "c": "Nearest to c"}
    cells: list[tuple[Cell, ...]] = []
    for rule, score in found.scores.items():
        low, high = score.interval or (0.0, 0.0)
        cells.append(
            (
                words.get(rule, rule),
                f"{100 * (score.accuracy or 0):.1f} %",
                f"{100 * low:.1f} to {100 * high:.1f} %",
                f"{score.n_correct:,} of {score.n_known:,}",
            )
        )
    n = len(found.rows)
    parallel = ""
    if found.mean_parallel is not None and found.shuffled_parallel is not None:
        parallel = f" Mean cosine of the offsets: {found.mean_parallel:.3f}, with partners shuffled"
        parallel += f" {found.shuffled_parallel:.3f}."
    names = ", ".join(f"{a} {b}" for a, b in found.unknown[:3]) + (", …" if len(found.unknown) > 3 else "")
    missing = f" Not known: {names} ({len(found.unknown):,} in all)." if found.unknown else ""
    summary = (
        f"{n:,} pairs, each against every other, inputs left out; intervals (Wilson) as if no questions shared a pair."
        f"{parallel}{missing}"
    )
    heads = ("Rule", "Right", "95 % interval", "Questions")
    return Finding(f"Pairs of {found.name}", summary, heads, tuple(cells), ((),) * len(cells))


def known_pairs_finding(space: EmbeddingSpace, found: PairScores) -> Finding:
    """The pairs, and how parallel the offset of each is to the others, the most parallel first."""
    pairs = found.rows.tolist()
    order = sorted(
        range(len(pairs)), key=lambda at: (-found.parallel[at] if found.parallel[at] == found.parallel[at] else 2, at)
    )
    cells = tuple((space.name(pairs[at][0]), space.name(pairs[at][1]), float(found.parallel[at])) for at in order)
    heads = ("a", "b", "Parallel")
    return Finding("Pairs", "", heads, cells, tuple((pairs[at][0], pairs[at][1]) for at in order), (0, 1, 0))


def _analogy_words(space: EmbeddingSpace, found: Analogy) -> str:
    if found.answer is None:
        return "No other item can be ranked."
    a, b, c, d = (space.name(row) for row in (*found.inputs, found.answer))
    if found.parallel is None:
        return f"“{a}” and “{b}”, or “{c}” and “{d}”, are equal, so there is no offset to compare."
    share = found.null.share_below(found.parallel)
    words = f"The offsets {a} → {b} and {c} → {d} have a cosine of {found.parallel:.3f}"
    if share is None:
        return f"{words}."
    n = f"{len(found.null.cosines):,} random pairs of offsets"
    return f"{words}, more parallel than {'all' if share == 1 else f'{math.floor(10_000 * share) / 100:g} %'} of {n}."


def table_lines(finding: Finding) -> list[Sequence[Cell]]:
    """A finding as rows to copy; of a matrix all its scores, with the items at its head and side."""
    if finding.matrix is None:
        return [finding.heads, *finding.cells]
    names = [str(cells[0]) for cells in finding.cells]
    scores = finding.matrix.scores.tolist()
    return [["", *names], *([name, *line] for name, line in zip(names, scores, strict=True))]


def finding_table(finding: Finding) -> Table:
    """The same rows to export."""
    return cells_table(table_lines(finding))


def findings_tsv(found: Sequence[Finding]) -> str:
    """Findings below each other with tabs between the cells, an empty line between two."""
    return "\n\n".join(tabbed(table_lines(each)) for each in found)


def findings_text(found: Sequence[Finding]) -> str:
    """Findings as a person would write them: the summary, then each list, or the table with its columns in line."""
    blocks = []
    for each in found:
        said = lists_text(each.lists) if each.lists else f"{each.title}\n{aligned(table_lines(each))}"
        blocks += [each.summary, said] if each.summary else [said]
    return "\n\n".join(blocks)


def _listed(
    space: EmbeddingSpace,
    title: str,
    comparison: str,
    rows: RowArray,
    scores: DoubleArray | RowArray,
    details: Sequence[str] = (),
    others: RowArray | None = None,
) -> AnswerList:
    """A ranked list of items or pairs, with arrays of its own."""
    labels = [space.name(row) for row in rows.tolist()]
    if others is not None:
        labels = [f"{label} · {space.name(other)}" for label, other in zip(labels, others.tolist(), strict=True)]
        others = read_only(others.copy())
    rows, scores = read_only(rows.copy()), read_only(scores.copy())
    shown = f"{comparison[:1].lower()}{comparison[1:]}" if comparison[1:2].islower() else comparison
    return AnswerList(space.source.name, title, shown, rows, tuple(labels), scores, others, tuple(details))


def _by(metric: str) -> str:
    return f"By {metric_named(metric).explanation.split(',')[0]}."


def _left_out(n: int) -> str:
    return (
        f" {n:,} item{'s'[: n != 1]} without a direction or with NaN {'are' if n != 1 else 'is'} left out." if n else ""
    )


def _score(score: float) -> str:
    return f"{score:.3f}" if abs(score) < 1000 else f"{score:,.1f}"


def _ordinal(rank: int) -> str:
    if rank == 1:
        return "the nearest"
    ending = "th" if 10 <= rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"the {rank}{ending} nearest"
