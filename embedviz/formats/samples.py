"""The spaces that come with the program."""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from embedviz import paths
from embedviz.errors import MissingLibraryError, OptionError
from embedviz.formats.blocks import content_hash
from embedviz.formats.companions import read_companion
from embedviz.formats.npy_stream import read_header, read_matrix
from embedviz.formats.opening import finished_space
from embedviz.formats.registry import Reading
from embedviz.progress import Progress, Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.space.table import Column, Table

_DIGITS_SIDE = 8
_DIGITS_DARKEST = 16


@dataclass(frozen=True)
class Sample:
    """A bundled space: the name by which it is opened, what it is, and under which licence it comes."""

    name: str
    title: str
    description: str
    licence: str


SAMPLES: Mapping[str, Sample] = MappingProxyType(
    {
        sample.name: sample
        for sample in (
            Sample(
                "glove-10k",
                "GloVe, 9,998 English words",
                "Frequent English words: GloVe vectors of 100 dimensions, frequency rank, part of speech, supersense.",
                "GloVe: Public Domain Dedication and License (PDDL); WordNet: WordNet 3.0 License",
            ),
            Sample(
                "digits",
                "Handwritten digits",
                "1,797 scanned digits of 8 × 8 pixels, from scikit-learn (UCI Optical Recognition of Digits).",
                "CC BY 4.0",
            ),
        )
    }
)


def sample_steps(name: str) -> Steps[EmbeddingSpace]:
    """Open a bundled sample by its name; OptionError names those there are."""
    if name not in SAMPLES:
        raise OptionError(f"There is no sample “{name}”; choose {', '.join(SAMPLES)}.")
    readers: dict[str, Callable[[], Steps[Reading]]] = {"glove-10k": _read_glove, "digits": _read_digits}
    reading = yield from within(readers[name](), 0.0, 0.9)
    sample = SAMPLES[name]
    source = Source(
        sample.title, reading.format, None, reading.content_hash, sample.description, (), {"sample": sample.name}
    )
    return (yield from within(finished_space(reading, source, ()), 0.9, 1.0))


def _read_glove() -> Steps[Reading]:
    folder = paths.sample("glove-10k")
    path = folder / "vectors.npy"
    with path.open("rb") as file:
        header = read_header(file, path.name)
        available = path.stat().st_size - header.n_bytes
        vectors, _ = yield from within(read_matrix(file, header, "sample:glove-10k", available), 0.0, 0.4)
    items = yield from within(read_companion(folder / "items.tsv", len(vectors), None), 0.4, 0.8)
    digest = yield from within(content_hash(path, "Checking the sample"), 0.8, 1.0)
    return Reading(vectors, "bundled sample", items.labels, Table(len(vectors), items.columns), content_hash=digest)


def _read_digits() -> Steps[Reading]:
    """Read scikit-learn's data file (64 pixels and a class a line) without the seconds of importing scikit-learn."""
    yield Progress(0.0, "Opening sample:digits")
    path = _digits_file()
    with gzip.open(path, "rb") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    vectors, digits = np.ascontiguousarray(table[:, :-1]), table[:, -1].astype(np.int32)
    n_items = len(vectors)
    names = tuple(str(digit) for digit in range(10))
    images = np.round(vectors * (255 / _DIGITS_DARKEST)).astype(np.uint8).reshape(n_items, _DIGITS_SIDE, _DIGITS_SIDE)
    present = np.zeros(n_items, bool)
    columns = {"digit": Column("category", digits, present, names), "image": Column("image", images, present)}
    digest = yield from content_hash(path, "Checking the sample")
    labels = Labels.from_strings(names[digit] for digit in digits)
    return Reading(vectors, "bundled sample", labels, Table(n_items, columns), content_hash=digest)


def _digits_file() -> Path:
    spec = importlib.util.find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if path.is_file():
            return path
    raise MissingLibraryError("The digits come with scikit-learn, which is not installed; install scikit-learn.")
