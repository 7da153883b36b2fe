"""A kept training is opened by its name, at the epoch that is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz import formats
from embedviz.formats import RunKeeper
from embedviz.progress import finish
from embedviz.space.labels import Labels
from embedviz.space.run import EpochRecord, Run

WORDS = ("king", "queen", "river")
VECTORS = np.eye(3, dtype=np.float32)[None] * np.arange(1, 4, dtype=np.float32)[:, None, None]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The name of a run of two epochs."""
    monkeypatch.setenv("EMBEDVIZ_RUNS", str(tmp_path))
    keeper = RunKeeper()
    keeper.begin(
        words=Labels.from_strings(WORDS),
        counts=np.array([3, 2, 1]),
        n_dims=3,
        n_epochs=2,
        options={"algorithm": "skip-gram"},
        corpus="tales.txt",
        corpus_name="tales.txt",
        n_tokens=6,
        seed=1,
    )
    records = (EpochRecord(1, 2.0, 2.1, 0.6, 0.02, 1e5, "One."), EpochRecord(2, 1.0, 1.1, 0.7, 0.0, 1e5, "Two."))
    for epoch, record in enumerate((None, *records)):
        rows = VECTORS[epoch]
        finish(keeper.epoch_steps(epoch, record, lambda first, last, rows=rows: rows[first:last], [rows]))
    name = keeper.name
    keeper.finish(Run({"algorithm": "skip-gram"}, records, 6, 3, 1, 1, True, False))
    return name


def test_a_run_is_opened_by_name(operations, session, qtbot, run):
    operations.open_file(f"run:{run}")
    qtbot.waitUntil(lambda: session.state.space is not None)
    space = session.state.space
    assert space.vectors.tobytes() == VECTORS[2].tobytes()
    assert [record.epoch for record in session.state.run.epochs] == [1, 2]
    operations.open_file(f"run:{run}@1")
    qtbot.waitUntil(lambda: session.state.space is not space)
    assert session.state.space.vectors.tobytes() == VECTORS[1].tobytes()
    assert "These are the vectors after epoch 1 of 2." in [note.text for note in session.state.space.notes]
    assert [record.epoch for record in session.state.run.epochs] == [1]


def test_a_run_that_is_not_there_is_said(operations, session, qtbot, said, run):
    operations.open_file("run:../../x")
    qtbot.waitUntil(lambda: bool(said))
    assert said[-1].text == f"There is no run “../../x”; choose {run}."
    assert session.state.space is None
    assert formats.read_run(run).status == "complete"
