"""The moving picture of a training: its axes come to those of PCA and never jump; and what goes through it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from embedviz.progress import Command, Progress, Steps, finish
from embedviz.space.labels import Labels
from embedviz.space.run import EpochRecord
from embedviz.training.frames import MOST_FLOATS, Camera, Frame
from embedviz.training.moment import EpochKept, Moment, Trained
from embedviz.training.watching import watched_steps

RECORD = EpochRecord(1, 1.0, 1.0, 0.5, 0.01, 1e5, "All moved.")


def camera_for(vectors: np.ndarray) -> Camera:
    return Camera(Labels.from_strings([f"w{row}" for row in range(len(vectors))]), vectors.shape[1], seed=1)


def moment_of(vectors: np.ndarray, *, epoch: int = 0, record: EpochRecord | None = None) -> Moment:
    return Moment(
        epoch, lambda first, last: vectors[first:last], (vectors,), record, is_start=record is None and not epoch
    )


@pytest.fixture
def vectors() -> np.ndarray:
    rng = np.random.default_rng(3)
    return (rng.normal(size=(500, 12)) * np.geomspace(5, 0.2, 12) + 3).astype(np.float32)


def test_the_axes_come_to_span_the_plane_of_pca(vectors) -> None:
    camera = camera_for(vectors)
    for _ in range(60):
        frame = camera.see(moment_of(vectors))
    centered = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centered.astype(np.float64), full_matrices=False)
    wanted = centered @ directions[:2].T
    points = frame.points.astype(np.float64) * frame.spread
    rotation, *_ = np.linalg.lstsq(wanted, points, rcond=None)
    np.testing.assert_allclose(wanted @ rotation, points, atol=1e-3)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(2), atol=1e-3)


def test_frames_are_centred_scaled_and_still(vectors) -> None:
    camera = camera_for(vectors)
    frames = [camera.see(moment_of(vectors)) for _ in range(80)]
    for frame in frames:
        np.testing.assert_allclose(frame.points.mean(axis=0), 0, atol=1e-4)
        assert np.mean((frame.points**2).sum(axis=1)) == pytest.approx(1, rel=1e-4)
        assert not frame.points.flags.writeable
    moves = [np.abs(b.points - a.points).max() for a, b in pairwise(frames)]
    assert max(moves) < 2, "no flip: the widest words stand 3 from the centre"
    assert moves[-1] < 1e-3


@pytest.mark.parametrize("hostile", [0.0, np.nan, np.inf, 1e38])
def test_vectors_that_went_astray_break_nothing(vectors, hostile) -> None:
    camera = camera_for(vectors)
    camera.see(moment_of(vectors))
    with np.errstate(all="ignore"):
        frame = camera.see(moment_of(np.full_like(vectors, hostile)))
    assert frame.points.shape == (500, 2)
    assert np.isfinite(camera.see(moment_of(vectors)).points).all()


def test_of_very_many_words_the_most_frequent_are_seen() -> None:
    vectors = np.ones((100, MOST_FLOATS // 50), np.float32)
    assert camera_for(vectors).see(moment_of(vectors)).points.shape == (50, 2)


class Keeper:
    name = "run-1"

    def __init__(self) -> None:
        self.kept: list[tuple[int, EpochRecord | None, bytes]] = []

    def epoch_steps(self, epoch, record, rows, state, parts) -> Steps[None]:
        yield Progress(None, "Keeping")
        yield Progress(None, "Keeping")
        self.kept.append((epoch, record, rows(0, 2).tobytes()))

    @property
    def epochs(self) -> tuple[int, ...]:
        return tuple(epoch for epoch, _, _ in self.kept)


def learning(vectors: np.ndarray, heard: list[Command | None]) -> Steps[Trained]:
    heard.append((yield Progress(0.0, "Beginning", moment_of(vectors))))
    heard.append((yield Progress(0.5, "Training", Moment(0, lambda first, last: vectors[first:last]))))
    heard.append((yield Progress(0.9, "Epoch 1", moment_of(vectors, epoch=1, record=RECORD))))
    heard.append((yield Progress(1.0, "Keeping the vectors")))
    return Trained(vectors, (RECORD,), True, 1, False)


def test_what_is_watched_is_kept_framed_and_told(vectors) -> None:
    keeper, heard, seen = Keeper(), [], []
    camera = camera_for(vectors)
    trained = finish(watched_steps(learning(vectors, heard), camera=camera, keeper=keeper), seen.append)
    assert [(epoch, record) for epoch, record, _ in keeper.kept] == [(0, None), (1, RECORD)]
    assert keeper.kept[0][2] == vectors[:2].tobytes()
    partials = [step.partial for step in seen if step.partial is not None]
    assert any(isinstance(partial, Frame) for partial in partials)
    assert [partial for partial in partials if isinstance(partial, EpochKept)] == [
        EpochKept("run-1", (0,)),
        EpochKept("run-1", (0, 1)),
    ]
    assert partials[-1] is RECORD
    assert not any(isinstance(partial, Moment) for partial in partials), "nothing that changes leaves the training"
    assert trained.records == (RECORD,)


def test_no_command_is_lost_while_an_epoch_is_kept(vectors) -> None:
    heard: list[Command | None] = []
    steps = watched_steps(learning(vectors, heard), camera=None, keeper=Keeper())
    next(steps)
    steps.send(Command("pause"))
    steps.send(Command("resume"))
    finish(steps)
    assert [command.verb for command in heard if command is not None] == ["pause", "resume"]


def test_without_camera_and_keeper_only_records_are_told(vectors) -> None:
    seen: list[Progress] = []
    finish(watched_steps(learning(vectors, []), camera=None, keeper=None), seen.append)
    assert [step.partial for step in seen if step.partial is not None] == [RECORD]
