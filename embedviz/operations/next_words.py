"""A small network that foretells the next word: learned from a text, asked with a prompt."""

from __future__ import annotations

from embedviz.operations.evidence import EvidenceOperations


class NextWordOperations(EvidenceOperations):
    """Train the network in the background and let it continue a sentence."""
