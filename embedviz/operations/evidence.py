"""Why two words are near: what the text they were learned from says about them."""

from __future__ import annotations

from embedviz.operations.pipeline import PipelineOperations


class EvidenceOperations(PipelineOperations):
    """Read the text of a training again for the sentences and counts behind a score."""
