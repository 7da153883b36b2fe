"""How long work talks."""

from __future__ import annotations

import pytest

from embedviz.progress import Command, Progress, Steps, finish, within


def work(log: list[object]) -> Steps[str]:
    """Two steps, then the last command as the result; writes to `log` what it got and that it was closed."""
    try:
        first = yield Progress(0.0, "first")
        second = yield Progress(0.5, "second", partial=(1, 2))
        log += [first, second]
    finally:
        log.append("closed")
    return "result"


def test_finish_tells_every_step_and_returns_the_result() -> None:
    steps: list[Progress] = []
    log: list[object] = []
    assert finish(work(log), steps.append) == "result"
    assert steps == [Progress(0.0, "first"), Progress(0.5, "second", (1, 2))]
    assert log == [None, None, "closed"]


def test_finish_without_a_listener_returns_the_result() -> None:
    assert finish(work([])) == "result"


def test_an_interrupt_in_the_listener_closes_the_work() -> None:
    log: list[object] = []

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finish(work(log), interrupt)
    assert log == ["closed"]


def test_within_scales_fractions_and_passes_commands_and_partials() -> None:
    log: list[object] = []
    steps = within(work(log), 0.2, 0.6)
    assert next(steps) == Progress(0.2, "first")
    stop = Command("stop")
    assert steps.send(stop) == Progress(pytest.approx(0.4), "second", (1, 2))
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == "result"
    assert log == [stop, None, "closed"]


def test_within_leaves_an_unknown_fraction_unknown_and_closes_its_part() -> None:
    log: list[object] = []

    def unknown() -> Steps[None]:
        try:
            yield Progress(None, "unknown")
        finally:
            log.append("closed")

    steps = within(unknown(), 0.0, 0.5)
    assert next(steps).fraction is None
    steps.close()
    assert log == ["closed"]
