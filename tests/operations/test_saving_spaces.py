"""Saving the open space: what is written, and what is refused with a sentence."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from embedviz import formats
from embedviz.progress import Progress, finish


def test_the_saved_file_holds_the_space(operations, idle, space, said, tmp_path):
    operations.save_space(tmp_path / "out.npz")
    idle()
    again = finish(formats.open_steps(tmp_path / "out.npz"))
    assert np.array_equal(again.vectors, space.vectors)
    assert list(again.labels) == list(space.labels)
    assert said[-1].text.startswith("Saved out.npz.")


def test_without_a_space_nothing_is_written(operations, said, tmp_path):
    operations.save_space(tmp_path / "out.npz")
    assert operations.jobs.alive() == []
    assert said[0].text.startswith("There is no open space to save.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("out.xyz", "names no format to save in"),
        ("out", "no suffix"),
        ("nowhere/out.npz", "There is no folder"),
        (".", "no suffix"),
    ],
)
def test_a_place_that_will_not_do_is_refused(operations, idle, space, said, tmp_path, target, words):
    operations.save_space(tmp_path / target)
    idle()
    assert [message.kind for message in said] == ["error"]
    assert words in said[0].text
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_stays_unless_overwriting_is_allowed(operations, idle, space, said, tmp_path):
    path = tmp_path / "out.npz"
    path.write_bytes(b"mine")
    operations.save_space(path)
    idle()
    assert "exists already" in said[-1].text
    assert path.read_bytes() == b"mine"
    operations.save_space(path, overwrite=True)
    idle()
    assert said[-1].text.startswith("Saved out.npz.")
    assert finish(formats.open_steps(path)).n_items == space.n_items


def test_a_cancelled_save_leaves_no_file(monkeypatch, operations, idle, space, said, tmp_path):
    real, inside = formats.save_steps, threading.Event()

    def stuck(space, path, **options):
        steps = real(space, path, **options)
        try:
            while not list(tmp_path.iterdir()):
                yield next(steps)
            inside.set()
            while True:
                yield Progress(None, "waiting to be cancelled")
        finally:
            steps.close()

    monkeypatch.setattr(formats, "save_steps", stuck)
    operations.save_space(tmp_path / "out.npz")
    assert inside.wait(5.0)
    operations.cancel_job(operations.jobs.newest("save"))
    idle()
    assert list(tmp_path.iterdir()) == []
    assert said == []
