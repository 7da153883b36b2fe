"""The type of the `opened` fixture."""

from __future__ import annotations

from collections.abc import Callable

from embedviz.space.embedding_space import EmbeddingSpace

Opener = Callable[..., EmbeddingSpace]
