"""Where a kept run may stand, and what leads nowhere: other names, links, pipes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kept_trainings import (
    kept_training,
)

import embedviz
from embedviz import formats
from embedviz.errors import FormatError, OptionError

pytestmark = pytest.mark.usefixtures("runs")


@pytest.mark.parametrize(
    "text",
    ["../../x", "../small-world-1", "/etc/x-1", "small-world-1/", ".", "", "SMALL-WORLD-1", "small-world-01", "x\0-1"],
)
def test_only_names_of_runs_are_looked_for(text: str, tmp_path: Path, runs: Path) -> None:
    kept_training()
    (tmp_path / "small-world-1").symlink_to(runs / "small-world-1")
    for call in (
        lambda: embedviz.open(f"run:{text}"),
        lambda: formats.remove_run(text),
        lambda: formats.rename_run(text, "mine"),
        lambda: formats.run_state(text),
        lambda: formats.epoch_vectors(text, 0),
        lambda: formats.epochs_of(text),
    ):
        with pytest.raises(OptionError, match=r"There is no run “.*”; choose small-world-1"):
            call()
    assert len(formats.kept_runs()) == 1


@pytest.mark.parametrize("epoch", ["", "x", "-1", "1.5", "1@2", "²", "9999999999"])
def test_what_is_no_epoch_is_said(epoch: str) -> None:
    with pytest.raises(OptionError, match=r"is no epoch; write run:NAME@EPOCH, such as run:x-1@3\."):
        embedviz.open(f"run:x-1@{epoch}")


def test_no_run_is_kept_yet() -> None:
    assert formats.list_runs() == formats.RunList((), ())
    with pytest.raises(OptionError, match="There is no run “x-1”; none is kept yet"):
        formats.read_run("x-1")


@pytest.mark.skipif(os.name != "posix", reason="Windows asks for a right to make links")
def test_links_lead_nowhere(runs: Path, tmp_path: Path) -> None:
    name = kept_training()
    elsewhere = tmp_path / "elsewhere-1"
    (runs / name).rename(elsewhere)
    (runs / "elsewhere-1").symlink_to(elsewhere)
    found = formats.list_runs()
    assert found.runs == ()
    assert [(each.name, "link" in each.problem) for each in found.damaged] == [("elsewhere-1", True)]
    for use in (formats.epochs_of, formats.read_run, formats.run_state, lambda text: formats.rename_run(text, "mine")):
        with pytest.raises(FormatError, match="link to another place"):
            use("elsewhere-1")
    formats.remove_run("elsewhere-1")
    assert (elsewhere / "run.json").exists()
    (runs / name).mkdir()
    for file in elsewhere.iterdir():
        (runs / name / file.name).symlink_to(file)
    assert [each.name for each in formats.list_runs().damaged] == [name]
    with pytest.raises(FormatError):
        formats.epoch_vectors(name, 0)
    formats.remove_run(name)
    assert (elsewhere / "epoch-0000.npy").exists()
    assert formats.list_runs() == formats.RunList((), ())


@pytest.mark.skipif(os.name != "posix", reason="there are no named pipes in folders of Windows")
@pytest.mark.parametrize("file", ["run.json", "words.npy", "epoch-0003.npy", "title.txt"])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(runs: Path, file: str) -> None:
    name = kept_training(title="mine")
    (runs / name / file).unlink()
    os.mkfifo(runs / name / file)
    formats.list_runs()
    if file != "title.txt":
        with pytest.raises(FormatError):
            formats.epochs_of(name).space(3)
