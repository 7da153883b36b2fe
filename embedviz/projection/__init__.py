"""Space to coordinates: one module per method, one registry."""

from __future__ import annotations

from types import MappingProxyType

from embedviz.errors import OptionError
from embedviz.progress import Steps
from embedviz.projection import pca
from embedviz.projection.method import Method
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

__all__ = ["METHODS", "Method", "project_steps"]

METHODS = MappingProxyType({method.name: method for method in (pca.METHOD,)})


def project_steps(space: EmbeddingSpace, method: str = "pca", *, n_components: int = 2) -> Steps[Projection]:
    """Project every item of `space` to `n_components` coordinates; returns the Projection.

    Raises OptionError for an unknown method or a number of components outside 1..n_dims, and EmbedvizError if no
    vector is finite. All of them come with the first step, on the thread that does the work.
    """
    if method not in METHODS:
        raise OptionError(f"There is no projection “{method}”; choose {', '.join(METHODS)}.")
    return (yield from METHODS[method].steps(space, n_components=n_components))
