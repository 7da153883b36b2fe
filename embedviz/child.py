"""One function in a supervised child process, seen as a generator (`python -m embedviz.child`).

The parent writes one JSON line `{"function": "module:name", "arguments": {...}}`, then for each command a line
`{"verb": ..., "options": ...}`. The child answers in JSON lines `{"progress": [fraction, text]}` and ends with
`{"result": ...}` or `{"error": words, "kind": class name}`. It ends itself when its standard input closes, so it never
outlives its parent.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from embedviz import errors
from embedviz.errors import ChildError, EmbedvizError, UnknownItemError
from embedviz.progress import Command, Progress, Steps

POLL_SECONDS = 0.1


def run(function: str, arguments: dict[str, Any]) -> Steps[Any]:
    """Run the generator function `module:name` in a child process; yield its progress, return its JSON result.

    Commands are passed on; `partial` records are not. Closing the generator kills the child. Raises the EmbedvizError
    that ended the function, or ChildError if the child crashed or could not start.
    """
    process = _start()
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    tail: list[str] = []
    readers = [
        threading.Thread(target=_pump, args=(process.stdout, lines), name="child-stdout", daemon=True),
        threading.Thread(target=_drain, args=(process.stderr, tail), name="child-stderr", daemon=True),
    ]
    for reader in readers:
        reader.start()
    try:
        _tell(process, {"function": function, "arguments": arguments})
        latest = Progress(None, "Starting the helper process")
        while True:
            command = yield latest
            if command is not None:
                _tell(process, {"verb": command.verb, "options": command.options})
            try:
                line = lines.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if line is None:
                readers[1].join()
                raise ChildError(f"The helper process ended unexpectedly ({_cause(process.wait(), tail)}). Try again.")
            answer = json.loads(line)
            if "error" in answer:
                raise _rebuilt(answer["kind"], answer["error"])
            if "result" in answer:
                return answer["result"]
            latest = Progress(*answer["progress"])
    finally:
        process.kill()
        process.wait()
        for reader in readers:
            reader.join()
        for stream in (process.stdin, process.stdout, process.stderr):
            _close(stream)


def _start() -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parent.parent
    environment = dict(os.environ)
    if root.name not in ("site-packages", "dist-packages"):
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), str(root)]))
    try:
        return subprocess.Popen(
            # -P: a module that lies in the current folder must not be imported in place of ours.
            [sys.executable, "-P", "-m", "embedviz.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise ChildError(f"The helper process could not be started: {error}. Restart embedviz.") from error


def _tell(process: subprocess.Popen[str], message: dict[str, Any]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
    except OSError:
        pass  # the child is dead already; its missing answer says so


def _close(stream: IO[str] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:
        pass  # unsent bytes to a dead child are of no use to anyone


def _pump(stream: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _drain(stream: IO[str], tail: list[str]) -> None:
    for line in stream:
        tail[:] = [*tail[-19:], line]


def _cause(code: int, tail: list[str]) -> str:
    """What ended the child, in a few words: the signal, the last line it wrote, or its exit code."""
    if code < 0:
        return signal.strsignal(-code) or f"signal {-code}"
    words = [line.strip() for line in tail if line.strip()]
    return words[-1] if words and code == 1 else f"exit code {code}"


def _rebuilt(kind: str, words: str) -> EmbedvizError:
    """The error of that class with those words; ChildError where a class cannot be made from its words alone."""
    made = getattr(errors, kind, None)
    if isinstance(made, type) and issubclass(made, EmbedvizError) and made is not UnknownItemError:
        return made(words)
    return ChildError(words)


def _serve() -> None:
    """Answer one request on standard input; a watcher thread ends the process when the parent is gone."""
    wishes = io.FileIO(0, closefd=False)  # unbuffered: a buffer's lock held by the watcher would abort an orderly end
    request = json.loads(wishes.readline())
    commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(wishes, commands), daemon=True).start()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # whatever a library prints goes to stderr, not between our lines

        def send(answer: dict[str, Any]) -> None:
            answers.write(json.dumps(answer) + "\n")
            answers.flush()

        module, _, name = request["function"].partition(":")
        try:
            steps: Steps[Any] = getattr(importlib.import_module(module), name)(**request["arguments"])
            step = next(steps)
            while True:
                send({"progress": [step.fraction, step.text]})
                step = steps.send(None if commands.empty() else commands.get())
        except StopIteration as stop:
            send({"result": stop.value})
        except EmbedvizError as error:
            send({"error": str(error), "kind": type(error).__name__})


def _listen(wishes: io.FileIO, commands: queue.SimpleQueue[Command]) -> None:
    for line in wishes:
        commands.put(Command(**json.loads(line)))
    os._exit(0)


if __name__ == "__main__":
    _serve()
