"""The sub-words of fastText's trainings, kept with each epoch: unknown words get vectors from a run that is opened."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from cut_trainings import OPTIONS, cut_short, story

import embedviz
from embedviz import formats, paths
from embedviz.errors import UnknownItemError
from embedviz.formats.run_record import RECORD, read_record, seal_of
from embedviz.progress import finish
from embedviz.training import encode_steps, resume_steps, train_steps
from embedviz.training.fasttext import fasttext_steps
from embedviz.training.moment import Moment

FASTTEXT = replace(OPTIONS, algorithm="fasttext", n_buckets=500)
UNKNOWN = "catdog"


@pytest.fixture
def corpus(tmp_path):
    return story(tmp_path)


@pytest.fixture
def composed(corpus):
    """The vector of the unknown word after each epoch, as the trainer composes it."""
    found = {}
    for step in fasttext_steps(finish(encode_steps(corpus, FASTTEXT)), FASTTEXT):
        moment = step.partial
        if isinstance(moment, Moment) and (moment.is_start or moment.record is not None):
            found[moment.epoch] = moment.parts.compose(UNKNOWN).vector
    return found


def opened(name: str, epoch: int) -> np.ndarray:
    return embedviz.open(f"run:{name}@{epoch}").vector(UNKNOWN)


def test_each_epoch_composes_unknown_words_as_it_did_when_it_was_learned(corpus, composed):
    space = finish(train_steps(corpus, FASTTEXT))
    name = space.source.options["run"]
    assert sorted(composed) == [0, 1, 2, 3, 4]
    for epoch, vector in composed.items():
        np.testing.assert_array_equal(opened(name, epoch), vector)
    np.testing.assert_array_equal(opened(name, 4), space.vector(UNKNOWN))
    assert len({opened(name, epoch).tobytes() for epoch in composed}) == 5
    answer = embedviz.open(f"run:{name}").neighbors(UNKNOWN, k=4)
    assert answer.labels == space.neighbors(UNKNOWN, k=4).labels


@pytest.mark.parametrize("after", [1, 3])
def test_one_that_goes_on_keeps_those_of_all_its_epochs(corpus, composed, after):
    name = cut_short(corpus, after=after, options=FASTTEXT)
    finish(resume_steps(name))
    for epoch, vector in composed.items():
        np.testing.assert_array_equal(opened(name, epoch), vector)


def test_they_are_kept_of_the_same_epochs_as_the_vectors_and_counted(corpus, monkeypatch):
    asked = []

    def every_second(n_epochs, epoch_bytes, state_bytes, limit_bytes):
        asked.append((epoch_bytes, state_bytes))
        return 2

    monkeypatch.setattr("embedviz.formats.run_keeper.make_room", every_second)
    name = finish(train_steps(corpus, replace(FASTTEXT, epochs=5))).source.options["run"]
    folder = paths.runs() / name
    record = read_record(folder)
    assert sorted(record.parts) == sorted(record.kept) == [0, 2, 4, 5]
    assert {file.name for file in folder.iterdir()} == {*record.files(), RECORD, "training.lock"}
    ((epoch_bytes, state_bytes),) = asked
    n_words, n_parts = record.run.n_words, record.part_rows.shape[1]
    assert epoch_bytes == 4 * 12 * (n_words + n_parts)
    assert state_bytes == 4 * 16 * (2 * n_words + n_parts)


def test_without_their_file_the_words_are_there(corpus):
    name = finish(train_steps(corpus, FASTTEXT)).source.options["run"]
    (paths.runs() / name / "epoch-0002-parts.npy").unlink()
    space = embedviz.open(f"run:{name}@2")
    assert space.n_items == 12
    with pytest.raises(UnknownItemError):
        space.vector(UNKNOWN)
    assert opened(name, 3).any()
    assert "files_missing" in {note.kind for note in formats.read_run(name).notes}


def test_a_record_that_names_none_is_read_and_goes_on_with_them(corpus, composed):
    name = cut_short(corpus, options=FASTTEXT)
    folder = paths.runs() / name
    lines = (folder / RECORD).read_text(encoding="utf-8").splitlines(keepends=True)
    body = "".join(line for line in lines[:-2] if not line.startswith(('"parts"', '"part_rows"')))
    (folder / RECORD).write_text(f'{body}"seal": "{seal_of(body.encode())}"\n}}\n', encoding="utf-8")
    assert "parts" not in json.loads((folder / RECORD).read_text(encoding="utf-8"))
    with pytest.raises(UnknownItemError):
        opened(name, 2)
    finish(resume_steps(name))
    np.testing.assert_array_equal(opened(name, 4), composed[4])
    with pytest.raises(UnknownItemError):
        opened(name, 1)


def test_trainings_of_whole_words_have_none(corpus):
    name = embedviz.train(corpus, n_dims=12, epochs=1, min_count=1).source.options["run"]
    record = read_record(paths.runs() / name)
    assert (record.part_rows, record.parts) == (None, {})
    assert embedviz.open(f"run:{name}").subwords is None
