"""A projection method: its name, its words for the screen, and the work that makes coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from embedviz.progress import Steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection


class ProjectionSteps(Protocol):
    """Work that projects a space to `n_components` coordinates."""

    def __call__(self, space: EmbeddingSpace, *, n_components: int) -> Steps[Projection]:
        """Start the work."""


@dataclass(frozen=True)
class Method:
    """A method: `name` in code, `title` on screen, one sentence of explanation, and its steps."""

    name: str
    title: str
    explanation: str
    steps: ProjectionSteps
