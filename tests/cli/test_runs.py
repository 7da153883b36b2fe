"""`embedviz runs`, and `run:NAME` wherever a path is opened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedviz import formats
from embedviz.formats import RunKeeper
from embedviz.progress import finish
from embedviz.space.labels import Labels
from embedviz.space.run import EpochRecord, Run

pytestmark = pytest.mark.usefixtures("runs")

Run_ = Callable[..., tuple[int, str, str]]

OPTIONS = {"algorithm": "skip-gram", "epochs": 2}
VECTORS = np.arange(24, dtype=np.float32).reshape(2, 4, 3) - 7


@pytest.fixture
def name() -> str:
    """A training of two epochs that was stopped after the first."""
    keeper = RunKeeper()
    keeper.begin(
        words=Labels.from_strings(["king", "queen", "river", "\x1b[31mred"]),
        counts=np.array([9, 5, 2, 1]),
        n_dims=3,
        n_epochs=2,
        options=OPTIONS,
        corpus="/texts/Tales.txt",
        corpus_name="Tales.txt",
        n_tokens=17,
        seed=1,
        content_hash="5eed",
    )
    record = EpochRecord(1, 2.5, float("nan"), 0.5, 0.025, 1e5, "King and queen drew near.")
    for epoch in range(2):
        rows = VECTORS[epoch]
        finish(keeper.epoch_steps(epoch, record if epoch else None, lambda a, b, rows=rows: rows[a:b], [rows]))
    name = keeper.name
    keeper.finish(Run(OPTIONS, (record,), 17, 4, 1, 1, True, True))
    return name


def test_nothing_is_kept_yet(run_main: Run_) -> None:
    assert run_main("runs") == (0, "No training is kept yet.\n", "")


def test_runs_are_listed(run_main: Run_, name: str) -> None:
    formats.rename_run(name, "Monday")
    code, out, err = run_main("runs")
    assert (code, err) == (0, "")
    header, line, total = out.splitlines()
    assert header.split() == ["name", "title", "corpus", "algorithm", "epochs", "kept", "status", "size"]
    assert line.split() == ["tales-1", "Monday", "Tales.txt", "skip-gram", "1", "of", "2", "2", "stopped", "0.0", "MB"]
    assert total == "Together 0.0 MB. Open one as run:NAME, or run:NAME@EPOCH."


def test_runs_are_listed_as_json(run_main: Run_, name: str, runs: Path) -> None:
    code, out, _ = run_main("runs", "--json")
    assert code == 0
    facts = json.loads(out)
    assert facts["folder"] == str(runs)
    assert (facts["damaged"], facts["freed_bytes"]) == ([], 0)
    (listed,) = facts["runs"]
    began = listed.pop("began")
    assert began.endswith("+00:00")
    assert listed.pop("bytes") == formats.read_run(name).n_bytes
    assert listed == {
        "name": name,
        "title": "",
        "status": "stopped",
        "corpus": "/texts/Tales.txt",
        "column": None,
        "algorithm": "skip-gram",
        "n_words": 4,
        "n_dims": 3,
        "epochs_done": 1,
        "epochs": 2,
        "kept_epochs": [0, 1],
        "resumes_after": 1,
        "notes": [],
    }


def test_a_run_is_renamed_and_removed(run_main: Run_, name: str) -> None:
    assert run_main("runs", "--rename", f"run:{name}", "The lesson of Monday")[0] == 0
    assert formats.read_run(name).title == "The lesson of Monday"
    size = formats.read_run(name).n_bytes
    code, out, _ = run_main("runs", "--remove", name, "--json")
    assert (code, json.loads(out)["runs"], json.loads(out)["freed_bytes"]) == (0, [], size)
    code, out, err = run_main("runs", "--remove", name)
    assert (code, out) == (2, "")
    assert err == f"embedviz: There is no run “{name}”; none is kept yet.\n"


def test_wrong_use(run_main: Run_, name: str) -> None:
    for arguments in (["--remove", name, "--rename", name, "x"], ["--rename", name], ["--remove"], ["extra"]):
        code, out, err = run_main("runs", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
    for path in ("run:../../x", "run:", f"run:{name}@x", f"run:{name}@2", f"run:{name}/"):
        code, out, err = run_main("info", path)
        assert (code, out, err.count("\n")) == (2, "", 1)
    assert formats.read_run(name).status == "stopped"


def test_a_damaged_run_is_said_and_can_be_removed(run_main: Run_, name: str, runs: Path) -> None:
    (runs / name / "run.json").write_text("{")
    code, out, err = run_main("runs")
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == (
        f"  damaged: The run “{name}” is damaged: its run.json is not what was written. Remove the run."
    )
    assert json.loads(run_main("runs", "--json")[1])["damaged"][0]["name"] == name
    assert run_main("runs", "--remove", name)[0] == 0
    assert run_main("runs")[1] == "No training is kept yet.\n"


def test_info_and_neighbors_open_a_run(run_main: Run_, name: str) -> None:
    code, out, _ = run_main("info", f"run:{name}", "--json")
    facts = json.loads(out)
    assert (code, facts["n_items"], facts["n_dims"], facts["format"], facts["path"]) == (0, 4, 3, "trained", None)
    assert "These are the vectors after epoch 1 of 2." in [note["text"] for note in facts["notes"]]
    code, out, _ = run_main("neighbors", f"run:{name}@0", "king", "-k", "1", "--json")
    assert code == 0
    assert json.loads(out)["neighbors"][0]["label"] in ("queen", "river", "\x1b[31mred")


def test_an_epoch_is_converted_to_a_file(run_main: Run_, name: str, tmp_path: Path) -> None:
    for epoch in range(2):
        out = tmp_path / f"epoch{epoch}.npz"
        assert run_main("convert", f"run:{name}@{epoch}", str(out))[0] == 0
        space = finish(formats.open_steps(out))
        assert space.vectors.tobytes() == VECTORS[epoch].tobytes()
        assert space.labels[3] == "\x1b[31mred"
        assert space.metadata["count"].values.tolist() == [9, 5, 2, 1]
        assert space.source.run is not None
        assert len(space.source.run.epochs) == epoch


def test_a_process_that_was_killed_leaves_a_run_to_go_on_with(command: list[str], environment: dict[str, str]) -> None:
    """A real process, really killed, between two epochs; the command line then lists what it left."""
    script = Path(__file__).parent.parent / "formats"
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from kept_trainings import *\n"
        "keeper = RunKeeper(); begin(keeper); keep(keeper, range(3)); print(keeper.name, flush=True); sys.stdin.read()"
    )
    training = subprocess.Popen(
        [sys.executable, "-c", code, script], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert training.stdin is not None
    assert training.stdout is not None
    with training.stdin, training.stdout:
        name = training.stdout.readline().strip()
        assert [(run.name, run.status) for run in formats.kept_runs()] == [(name, "running")]
        training.kill()
        training.wait()
    listed = subprocess.run([*command, "runs", "--json"], env=environment, capture_output=True, text=True, check=True)
    (run,) = json.loads(listed.stdout)["runs"]
    assert (run["status"], run["kept_epochs"], run["resumes_after"]) == ("interrupted", [0, 1, 2], 2)
    assert os.environ["EMBEDVIZ_RUNS"] == environment["EMBEDVIZ_RUNS"]
