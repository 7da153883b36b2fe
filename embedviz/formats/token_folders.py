"""Folders of static token vectors: model2vec, and StaticEmbedding of sentence-transformers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from embedviz.errors import FormatError
from embedviz.formats.folder_files import has, probe_inside
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.safetensors_format import read_tensors
from embedviz.formats.token_vocabulary import NAMES
from embedviz.progress import Steps

_MODEL = "model.safetensors"
PLACES = ("", "0_StaticEmbedding/")


def _detect(probe: Probe) -> bool:
    return _model_place(probe.path) is not None


def _model_place(folder: Path) -> str | None:
    """Where in a folder, of the two places in which they can be, the tensors and the vocabulary lie."""
    for place in PLACES:
        if has(folder, place + _MODEL) and any(has(folder, place + name) for name in NAMES):
            return place
    return None


def _read(probe: Probe, wish: Wish) -> Steps[Reading]:
    place = _model_place(probe.path)
    if place is None:
        raise FormatError(f"“{probe.name}” changed while it was being read; open it again.")
    model = probe_inside(probe.path, place + _MODEL)
    reading = yield from read_tensors(model, wish)
    return replace(reading, format=FORMAT.title, companions=(model.path, *reading.companions))


FORMAT = Format("token-folder", "folder of token vectors (model2vec, StaticEmbedding)", (), _detect, _read)
