"""The road of a sentence to vectors, and lines of a text as items."""

from __future__ import annotations

from embedviz.operations.analysing import AnalysingOperations


class PipelineOperations(AnalysingOperations):
    """Follow a sentence through the five stages, and open the lines of a text as a space."""
