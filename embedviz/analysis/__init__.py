"""Questions about a space: how well it agrees with what people say."""

from __future__ import annotations

from pathlib import Path

from embedviz.analysis.evaluation import AnalogyScore, Section, Similarity, analogy_steps, similarity_steps
from embedviz.analysis.judgments import Analogies, WordPairs, read_judgments
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace

__all__ = [
    "Analogies",
    "AnalogyScore",
    "Section",
    "Similarity",
    "WordPairs",
    "analogy_steps",
    "evaluate_steps",
    "read_judgments",
    "similarity_steps",
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
