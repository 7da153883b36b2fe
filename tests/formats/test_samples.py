"""The bundled spaces."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from embedviz import paths
from embedviz.errors import OptionError
from embedviz.formats import SAMPLES, sample_steps
from embedviz.progress import finish


def test_glove_10k_is_its_files() -> None:
    space = finish(sample_steps("glove-10k"))
    lines = (paths.sample("glove-10k") / "items.tsv").read_bytes().decode().split("\n")[1:-1]
    cells = [line.split("\t") for line in lines]
    assert space.labels[:] == [row[0] for row in cells]
    assert np.array_equal(space.vectors, np.load(paths.sample("glove-10k") / "vectors.npy").astype(np.float32))
    assert space.metadata["frequency_rank"].values.tolist() == [float(row[1]) for row in cells]
    for at, name in ((2, "part_of_speech"), (3, "supersense")):
        column = space.metadata[name]
        assert column.kind == "category"
        assert [column.text(row) for row in range(space.n_items)] == [row[at] for row in cells]
    assert space.notes == ()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_digits_are_those_of_scikit_learn() -> None:
    from sklearn.datasets import load_digits

    theirs, space = load_digits(), finish(sample_steps("digits"))
    assert np.array_equal(space.vectors, theirs.data.astype(np.float32))
    assert space.labels[:] == [str(digit) for digit in theirs.target]
    assert np.array_equal(space.metadata["digit"].values, theirs.target)
    images = space.metadata["image"].values
    assert images.shape == (1797, 8, 8)
    assert (images.min(), images.max()) == (0, 255)
    assert np.abs(images - theirs.images * 255 / 16).max() <= 0.5


def test_digits_do_not_import_scikit_learn() -> None:
    code = (
        "import sys; from embedviz.formats import sample_steps; from embedviz.progress import finish;"
        "finish(sample_steps('digits')); print([name for name in ('sklearn', 'scipy', 'numba') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_sample_is_answered_with_those_there_are() -> None:
    with pytest.raises(OptionError, match="glove-10k, digits"):
        finish(sample_steps("nothing"))
    assert all(sample.licence and sample.description for sample in SAMPLES.values())
