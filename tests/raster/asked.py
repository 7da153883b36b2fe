"""An answer as the drawing reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Asked:
    """An answer as the drawing reads it."""

    text: str
    vector: np.ndarray | None
    inputs: tuple[int, ...]
    rows: np.ndarray
    labels: tuple[str, ...]
    scores: np.ndarray
    metric: str = "cosine"
    exact: bool = True
    is_formula: bool = False
