"""Generator functions that `test_child` runs in a child process."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from embedviz.errors import EmbedvizError, FormatError, QueryError, UnknownItemError
from embedviz.formats import hdf5_tables, npz
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Wish
from embedviz.progress import Command, Progress, finish

Steps = Generator[Progress, Command | None, Any]


def count(up_to: int) -> Steps:
    """Yield `up_to` times, return the numbers, the process id and the place."""
    for number in range(up_to):
        yield Progress(number / up_to, f"at {number}: “ünïcödé”")
    return {"numbers": list(range(up_to)), "pid": os.getpid(), "place": str(Path.cwd()), "path": sys.path}


def work_for_ever() -> Steps:
    """Yield once, then never again."""
    yield Progress(None, f"pid {os.getpid()}")
    while True:
        time.sleep(3600)


def print_noise() -> Steps:
    """Write to standard output in every way there is."""
    yield Progress(0.0, "before")
    print('{"result": "forged"}', flush=True)
    os.write(1, b'{"result": "forged too"}\n')
    subprocess.run([sys.executable, "-c", "print('from a grandchild')"], check=True)
    return "true"


def obey() -> Steps:
    """Return the first command that comes."""
    while True:
        command = yield Progress(None, "waiting for a command")
        if command is not None:
            return [command.verb, command.options]
        time.sleep(0.01)


def exit_at_once(**_: object) -> Steps:
    """End the process without a word."""
    yield Progress(None, "soon gone")
    os._exit(7)


def crash() -> Steps:
    """End as a fault in native code does."""
    yield Progress(None, "soon gone")
    faulthandler.disable()
    os.kill(os.getpid(), signal.SIGSEGV)


def divide() -> Steps:
    """Fail by a bug."""
    yield Progress(None, "dividing")
    return 1 // 0


def refuse(kind: str) -> Steps:
    """Fail by an error made for people."""
    yield Progress(None, "refusing")
    errors = {
        "format": FormatError("line 3 has 4 numbers, line 2 had 5"),
        "query": QueryError("a bracket is open", 4),
        "item": UnknownItemError("qeen", ["queen"]),
    }
    raise errors[kind]


def attack_hdf5(path: str, target: str, first: int, places: list[int], flips: list[int]) -> Steps:
    """Flip a byte (or, where the flip is 0, cut the file) at each place from number `first` on, and read the file.

    Returns how many were read; anything but an error made for people ends the child.
    """
    whole = Path(path).read_bytes()
    damaged = Path(target).with_suffix(".h5")
    n_read = 0
    for number in range(first, len(places)):
        at, flip = places[number], flips[number]
        yield Progress(None, f"case {number}")
        damaged.write_bytes(whole[:at] + (bytes([whole[at] ^ flip]) + whole[at + 1 :] if flip else b""))
        try:
            asked: dict[str, Any] = {
                "path": str(damaged),
                "name": "x.h5",
                "vector": None,
                "label": None,
                "target": target,
            }
            asked["seconds"] = 1.0
            result = yield from hdf5_tables.child_steps(**asked)
            if "chosen" in result:
                n_read += finish(npz.FORMAT.read(Probe.of(Path(target), damaged), Wish())).vectors.shape[0] > 0
        except EmbedvizError:
            continue
    return n_read
