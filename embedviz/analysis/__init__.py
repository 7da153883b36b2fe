"""Questions about a space: how well it agrees with what people say, and how its items stand to each other.

Each is a generator of Progress that returns a frozen record; `embedviz.progress.finish` runs it to the end:

    from embedviz.analysis import neighbor_path_steps
    from embedviz.progress import finish
    path = finish(neighbor_path_steps(space, space.row("coffee"), space.row("war"), k=20))

evaluate_steps(space, path)             a word-similarity list or an analogy file
analogy_lab_steps(space, a, b, c)       a : b :: c : ? with and without its inputs, by 3CosAdd and 3CosMul
pair_scores_steps(space, pairs)         every pair of a list against every other, beside what ignores the analogy
neighbor_path_steps(space, a, b)        the path from one item to another along true neighbours
similarity_matrix_steps(space, rows)    every two items of a selection, like beside like
odd_one_out_steps(space, rows)          the item least like the mean of the others
extreme_pairs_steps(space, rows)        the most and the least similar pairs
line_between_steps(space, a, b)         every item's place on the line from one to another
within_radius_steps(space, row, limit)  all items that reach a score
movement_steps(before, after)           which words moved between two spaces, against the noise of two seeds
mutual_neighbors_steps(space, row)      which of an item's nearest hold it among theirs
neighbor_graph_steps(space, k)          the nearest neighbours of every item; hubs(graph) those that are in most lists
"""

from __future__ import annotations

from pathlib import Path

from embedviz.analysis.analogies import Analogy, Ranking, analogy_lab_steps
from embedviz.analysis.evaluation import AnalogyScore, Section, Similarity, analogy_steps, similarity_steps
from embedviz.analysis.extreme_pairs import ExtremePairs, extreme_pairs_steps
from embedviz.analysis.hubs import Hubs, hubs
from embedviz.analysis.judgments import Analogies, WordPairs, read_judgments
from embedviz.analysis.line_between import LineBetween, line_between_steps
from embedviz.analysis.movement import MovedWord, Movement, movement_steps
from embedviz.analysis.mutual_neighbors import MutualNeighbors, mutual_neighbors_steps
from embedviz.analysis.neighbor_graph import NeighborGraph, neighbor_graph_steps
from embedviz.analysis.neighbor_path import NeighborPath, neighbor_path_steps
from embedviz.analysis.odd_one_out import OddOneOut, odd_one_out_steps
from embedviz.analysis.pair_lists import Pairs, PairScores, pair_scores_steps, parse_pairs, read_pairs
from embedviz.analysis.similarity_matrix import SimilarityMatrix, similarity_matrix_steps
from embedviz.analysis.within_radius import WithinRadius, within_radius_steps
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace

__all__ = [
    "Analogies",
    "Analogy",
    "AnalogyScore",
    "ExtremePairs",
    "Hubs",
    "LineBetween",
    "MovedWord",
    "Movement",
    "MutualNeighbors",
    "NeighborGraph",
    "NeighborPath",
    "OddOneOut",
    "PairScores",
    "Pairs",
    "Ranking",
    "Section",
    "Similarity",
    "SimilarityMatrix",
    "WithinRadius",
    "WordPairs",
    "analogy_lab_steps",
    "analogy_steps",
    "evaluate_steps",
    "extreme_pairs_steps",
    "hubs",
    "line_between_steps",
    "movement_steps",
    "mutual_neighbors_steps",
    "neighbor_graph_steps",
    "neighbor_path_steps",
    "odd_one_out_steps",
    "pair_scores_steps",
    "parse_pairs",
    "read_judgments",
    "read_pairs",
    "similarity_matrix_steps",
    "similarity_steps",
    "within_radius_steps",
]


def evaluate_steps(space: EmbeddingSpace, path: Path, *, most: int | None = None) -> Steps[Similarity | AnalogyScore]:
    """Compare a space with a word-similarity list or an analogy file; `most` looks at the first items only.

    Raises FileAccessError and FormatError for a file that holds neither.
    """
    yield Progress(0.0, f"Reading {path.name}")
    judgments = read_judgments(path)
    if isinstance(judgments, WordPairs):
        return (yield from similarity_steps(space, judgments, most=most))
    return (yield from analogy_steps(space, judgments, most=most))
