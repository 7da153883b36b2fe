"""Watching a training: frames in a second, what they cost the learning, stiffness, and going back to epochs."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject
from test_bench_heartbeat import BEAT_MS, Heartbeat, long_text, window

from embedviz import training
from embedviz.training import TrainingOptions, train_steps

__all__ = ["long_text", "window"]  # fixtures

OPTIONS = TrainingOptions(epochs=6, n_threads=os.cpu_count())


def unwatched_steps(path, options, *, watch, **others):
    """As `train_steps`, but nothing is made to be looked at."""
    return train_steps(path, options, watch=False, **others)


class _Paints(QObject):
    """Notes when a widget is painted."""

    def __init__(self, times: list[float]) -> None:
        super().__init__()
        self._times = times

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._times.append(time.perf_counter())
        return False


def trained(qtbot, window, path: Path) -> list[float]:
    """The words a second of each epoch but the first, trained in the window as it stands."""
    with qtbot.waitSignal(window.operations.training_ended, timeout=300_000):
        window.operations.train(str(path), OPTIONS)
    return [record.words_per_second for record in window.session.state.run.epochs[1:]]


def test_live_frames_and_what_they_cost(benchmark, say, qtbot, window, long_text, monkeypatch):
    """In Train mode words are drawn as they are learned; its peer is the same training of which no frame is made."""
    operations, plot = window.operations, window.plot_stage.live_plot
    window.resize(1280, 800)
    operations.open_sample("glove-10k")
    qtbot.waitUntil(lambda: window.session.state.space is not None, timeout=60_000)
    operations.set_mode("train")
    trained(qtbot, window, long_text)
    speeds: dict[str, list[float]] = {"train": [], "explore": []}
    rates, gaps, n_drawn = [], [], 0
    for _ in range(6):
        for mode in ("train", "explore"):
            operations.set_mode(mode)
            monkeypatch.setattr(training, "train_steps", train_steps if mode == "train" else unwatched_steps)
            painted = []
            plot.installEventFilter(watcher := _Paints(painted))
            beat = Heartbeat()
            speeds[mode] += trained(qtbot, window, long_text)
            beat.stop()
            plot.removeEventFilter(watcher)
            if mode == "train":
                apart = np.diff(painted)
                rates.append(1 / float(np.median(apart)))
                gaps += beat.reset()
                n_drawn = len(plot.frame.points)
    ours, peer = (statistics.median(speeds[mode]) for mode in ("train", "explore"))
    worst = "/".join(f"{gap:.0f}" for gap in sorted(gaps, reverse=True)[:3])
    benchmark.extra_info.update(ours=ours, peer_name="unwatched", peer=peer, ratio=ours / peer, frames=rates)
    say(
        f"live plot of {n_drawn:,} of 20,000 words while {os.cpu_count()} cores train: "
        f"{min(rates):.0f} frames a second, {ours / 1e6:.2f} M words/s; unwatched {peer / 1e6:.2f}: ratio "
        f"{ours / peer:.3f}; heartbeat of {BEAT_MS} ms, longest gaps {worst} ms"
    )
    benchmark.pedantic(int, rounds=1)  # the figures are above; nothing is timed here


def test_going_back_to_an_epoch(benchmark, say, qtbot, window, long_text):
    operations, session = window.operations, window.session
    operations.set_mode("train")
    trained(qtbot, window, long_text)
    qtbot.waitUntil(lambda: len(operations.epochs) == OPTIONS.epochs + 1, timeout=10_000)
    operations.ask("word7")
    qtbot.waitUntil(lambda: not operations.jobs.alive(), timeout=30_000)
    times = []
    for epoch in (*range(OPTIONS.epochs + 1), 3, 0, 5, 1):
        qtbot.wait(500)
        start = time.perf_counter()
        with qtbot.waitSignal(session.space_changed, timeout=10_000):
            operations.show_epoch(epoch)
        window.repaint()
        times.append(1000 * (time.perf_counter() - start))
        assert operations.epoch == epoch
    benchmark.extra_info.update(times_ms=times)
    n_items, n_dims = session.state.space.n_items, session.state.space.n_dims
    say(
        f"an epoch of {n_items:,} words of {n_dims} dimensions, with its neighbours, painted: median "
        f"{statistics.median(times):.0f} ms, slowest of {len(times)} {max(times):.0f}"
    )
    benchmark.pedantic(int, rounds=1)  # the figures are above; nothing is timed here
