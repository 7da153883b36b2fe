"""What reaches a terminal cannot steer it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.cli import console, progress_line
from embedviz.cli.progress_line import ProgressLine
from embedviz.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcödé 語 👩‍🔬", "plain ünïcödé 語 👩‍🔬"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\nb\r\tc\0", "a\\x0ab\\x0d\\x09c\\x00"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2028\x85\udc80", "\\u2028\\x85\\udc80"),
        ("שלום", "שלום"),
    ],
)
def test_control_characters_are_shown_escaped(text: str, shown: str) -> None:
    assert console.safe(text) == shown


@given(st.text())
def test_safe_text_is_one_line_without_controls(text: str) -> None:
    shown = console.safe(text)
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    shown.encode("utf-8")


def test_cells_are_elided_and_padded_by_columns() -> None:
    assert console.cell("x" * 61) == "x" * 59 + "…"
    assert console.columns("語e\u0301a") == 4
    assert console.padded("語", 4) == "語  "


def test_json_is_ascii_and_refuses_nan(capsys: pytest.CaptureFixture[str]) -> None:
    console.say_json({"label": "ü語\u2028", "score": None})
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"label": "ü語\u2028", "score": None}
    with pytest.raises(ValueError, match="not JSON compliant"):
        console.say_json({"score": float("nan")})


def test_an_error_of_several_lines_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    console.complain("first\n  second\tthird")
    assert capsys.readouterr().err == "embedviz: first second third\n"


def test_streams_that_are_closed_are_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    console.say("nobody hears")
    console.complain("nobody hears")
    with ProgressLine() as line:
        line(Progress(0.5, "nobody sees"))
    assert line._width == 0


def test_progress_rewrites_one_line_and_leaves_it_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress_line, "REDRAW_SECONDS", 0.0)
    with ProgressLine() as line:
        line(Progress(0.25, "Reading words"))
        line(Progress(None, "Sorting"))
    drawn = terminal.getvalue().split("\r")
    assert drawn == ["", "Reading words 25 %", "Sorting" + " " * 11, " " * 7, ""]


def test_progress_tells_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    line = ProgressLine()
    line._began -= 4.0
    line(Progress(0.25, "Opening words.txt: 412 of 1,648 MB"))
    assert terminal.getvalue() == "\rOpening words.txt: 412 of 1,648 MB 25 %, about 12 s left"


def test_a_terminal_that_is_gone_does_not_end_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(Terminal):
        def write(self, _: str) -> int:
            raise OSError(5, "Input/output error")

    abandoned: list[bool] = []
    monkeypatch.setattr(sys, "stderr", Gone())
    monkeypatch.setattr(progress_line, "REDRAW_SECONDS", 0.0)
    monkeypatch.setattr(progress_line, "abandon_errors", lambda: abandoned.append(True))
    with ProgressLine() as line:
        line(Progress(0.25, "Reading words"))
        line(Progress(0.5, "Reading words"))
    assert abandoned == [True]


@pytest.mark.parametrize(("share", "shown"), [(0.8664, "86.6 %"), (1, "100.0 %"), (0, "0.0 %")])
def test_shares_are_written_one_way(share: float, shown: str) -> None:
    assert console.percent(share) == shown


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine() as line:
        line(Progress(0.5, "half"))
    assert capsys.readouterr().err == ""


def test_progress_is_cleared_before_an_error_is_told(
    monkeypatch: pytest.MonkeyPatch, run_main: Callable[..., tuple[int, str, str]]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    run_main("info", "sample:unknown")
    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().rpartition("\r")[2].startswith("embedviz: ")
