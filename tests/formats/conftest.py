"""Opening in one call, and small spaces to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from opener import Opener

from embedviz import formats
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


@pytest.fixture
def opened(tmp_path: Path) -> Opener:
    """Write bytes to a file of the given name (if given) and open it."""

    def open_bytes(name: str, content: bytes | None = None, **wishes: Any) -> EmbeddingSpace:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        return finish(formats.open_steps(tmp_path / name, **wishes))

    return open_bytes


@pytest.fixture
def small_space() -> EmbeddingSpace:
    """Three items of four dimensions, with values that text must spell out."""
    vectors = np.array([[0.1, -2.5, 3e-30, 0], [1 / 3, 1e30, -0.0, 7], [np.nan, np.inf, -np.inf, 1]], np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings(["king", "señor", "<b>"]), Source("small", "made"))
