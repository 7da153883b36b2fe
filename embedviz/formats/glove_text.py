"""GloVe text: a label and its numbers on each line, no header."""

from __future__ import annotations

from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format
from embedviz.formats.text_vectors import read_text


def _detect(probe: Probe) -> bool:
    layout = probe.layout
    return layout is not None and layout.declared is None and layout.has_label


FORMAT = Format("glove-text", "GloVe text", (".txt", ".vec", ".glove", ".tsv"), _detect, read_text, one_matrix=True)
