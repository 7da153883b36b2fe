"""What is written to the terminal: safe text, errors, progress; clean in pipes and with streams that are closed."""

from __future__ import annotations

import io
import json
import os
import sys
import unicodedata
from typing import Any

from embedviz.errors import OutputError

LONGEST_LABEL = 60
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def prepare() -> None:
    """Occupy closed standard streams, and let no character of any alphabet end the program."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, so that no output file becomes "stdout"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(*lines: str) -> None:
    """Print lines of an answer, control characters escaped.

    Raises BrokenPipeError if nobody reads them, which ends the program quietly, and OutputError if writing fails.
    """
    if sys.stdout is None:
        return
    try:
        for line in lines:
            print(safe(line))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon_output()
        raise OutputError(f"The output could not be written: {error.strerror}.") from error


def mention(*lines: str) -> None:
    """Print lines beside the file that is made: where they cannot be printed the work goes on, and they are lost."""
    try:
        say(*lines)
    except BrokenPipeError:  # whoever read them has seen enough of them
        abandon_output()
    except OutputError as error:
        complain(f"{error} The work goes on without.")


def abandon_output() -> None:
    """Lead the rest of standard output to nowhere, so that Python's own last flush is silent."""
    _lead_nowhere(1)


def abandon_errors() -> None:
    """Lead the rest of standard error to nowhere."""
    _lead_nowhere(2)


def complain(text: str) -> None:
    """Write one line to standard error; where that cannot be written, the exit code alone tells."""
    if sys.stderr is None:
        return
    try:
        print(f"embedviz: {safe(' '.join(text.split()))}", file=sys.stderr, flush=True)
    except OSError:  # a full disk or a closed pipe: there is no other place to say it
        abandon_errors()


def tell_watcher(text: str) -> None:
    """Write one line to standard error if somebody watches it: a terminal."""
    if sys.stderr is not None and sys.stderr.isatty():
        complain(text)


def say_json(value: dict[str, Any]) -> None:
    """Print valid JSON in plain ASCII, whatever the terminal's encoding; numbers must be finite or None."""
    say(in_json(value))


def in_json(value: dict[str, Any]) -> str:
    """A line of valid JSON in plain ASCII; numbers must be finite or None."""
    return json.dumps(value, allow_nan=False)


def safe(text: str) -> str:
    """Text that cannot steer a terminal or reverse its lines: control characters are shown escaped."""
    return "".join(_escaped(character) if _is_unsafe(character) else character for character in text)


def percent(share: float, n_digits: int = 1) -> str:
    """A share in percent, as all of our texts write it: `86.6 %`."""
    return f"{100 * share:.{n_digits}f} %"


def cell(text: str) -> str:
    """Safe text for one cell of a table: elided where it is long."""
    shown = safe(text)
    return shown if len(shown) <= LONGEST_LABEL else shown[: LONGEST_LABEL - 1] + "…"


def padded(text: str, width: int) -> str:
    """Text followed by blanks up to `width` columns of a terminal."""
    return text + " " * max(0, width - columns(text))


def columns(text: str) -> int:
    """How many columns of a terminal the text takes (Unicode Standard Annex 11)."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _lead_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _BIDI_CONTROLS


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
