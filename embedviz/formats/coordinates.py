"""The coordinates of a projection as metadata columns, so that every format that holds metadata holds them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from embedviz.errors import OptionError
from embedviz.formats.projection_file import axis_columns
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection
from embedviz.space.table import Column, Table


def coordinate_columns(projection: Projection) -> dict[str, Column]:
    """Columns x, y[, z, c4...] as numbers, missing where an item has no place."""
    columns = {}
    for at, name in enumerate(axis_columns(projection.n_components)):
        values = projection.points[:, at].astype(np.float64)
        columns[name] = Column("number", values, np.isnan(values))
    return columns


def with_coordinates(space: EmbeddingSpace, projection: Projection) -> EmbeddingSpace:
    """The space with the coordinates behind its metadata, in place of columns of those names."""
    if len(projection.points) != space.n_items:
        raise OptionError(
            f"The projection has {len(projection.points):,} points and the space {space.n_items:,} items."
        )
    added = coordinate_columns(projection)
    others = {name: column for name, column in space.metadata.items() if name not in added}
    return replace(space, metadata=Table(space.n_items, {**others, **added}))
