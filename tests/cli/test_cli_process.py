"""The program as a process: pipes, interrupts, closed streams, other alphabets, no screen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has neither /bin/sh nor these signals")
SLOW_START = """
import sys
from embedviz import formats
from embedviz.progress import Progress

def for_ever(path, **options):
    while True:
        yield Progress(None, "reading")

def told(*arguments, **options):
    print("reading", flush=True)
    return for_ever(*arguments, **options)

formats.open_steps = told
from embedviz.cli import main
sys.exit(main(["info", "anything"]))
"""


def run(command: list[str], environment: dict[str, str], *arguments: str, **options: Any) -> Any:
    return subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, timeout=60, check=False, **options
    )


def test_python_m_embedviz_from_a_folder_far_away(
    command: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    done = run(command, environment, "neighbors", "sample:glove-10k", "river", "-k", "3", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(json.loads(done.stdout)["neighbors"]) == 3


@ON_POSIX
def test_a_reader_that_leaves_early_is_no_error(command: list[str], environment: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*command, "samples"], env=environment, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@ON_POSIX
def test_streams_that_are_closed_from_the_start(command: list[str], environment: dict[str, str], vectors: Path) -> None:
    out = vectors.with_name("out.npz")
    shell = ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    done = run([*shell, *command], environment, "convert", str(vectors), str(out))
    assert done.returncode == 0
    assert out.stat().st_size > 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_is_one_line(command: list[str], environment: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*command, "samples"], env=environment, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"could not be written" in done.stderr


@ON_POSIX
def test_ctrl_c_ends_with_130_and_one_line(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_START], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"reading\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert process.stderr.read() == b"embedviz: interrupted\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_labels_of_any_alphabet_on_a_narrow_terminal(
    command: list[str], environment: dict[str, str], tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "wide.txt"
    file.write_text("2 2\nplain 1 0\n語👩 1 1\n", encoding="utf-8")
    done = run(command, {**environment, "PYTHONIOENCODING": encoding}, "neighbors", str(file), "plain")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u8a9e\\U0001f469" in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux runs without a screen like this")
def test_without_a_screen_the_window_says_so(command: list[str], environment: dict[str, str]) -> None:
    blind = {
        name: value
        for name, value in environment.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = run(command, blind, "sample:digits")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"embedviz: A window needs a screen")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has X11 displays")
def test_a_display_that_does_not_answer_is_no_crash(command: list[str], environment: dict[str, str]) -> None:
    far = {**environment, "DISPLAY": ":4711", "QT_QPA_PLATFORM": "xcb"}
    done = run(command, far, "sample:digits")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1


def test_a_bug_leaves_a_traceback_and_exit_code_1(environment: dict[str, str]) -> None:
    code = (
        "import sys, embedviz.formats as formats\n"
        "formats.SAMPLES = None\n"
        "from embedviz.cli import main\n"
        "sys.exit(main(['samples']))"
    )
    done = run([sys.executable, "-c", code], environment)
    assert done.returncode == 1
    assert b"Traceback" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_help_and_version_on_a_full_disk_are_one_line(
    command: list[str], environment: dict[str, str], argument: str
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*command, argument], env=environment, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"could not be written" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_an_error_that_cannot_be_told_keeps_its_exit_code(command: list[str], environment: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*command, "info", "nothing-here"], env=environment, stdout=full, stderr=full, timeout=60, check=False
        )
    assert done.returncode == 2
