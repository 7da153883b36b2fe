"""Lines of a figure: plain, no wider than there is room, and wrapped between their parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from embedviz.raster.figure_text import elided, plain_line, wrapped


def measure(text: str) -> float:
    return 10.0 * len(text)


def test_text_is_one_plain_line() -> None:
    assert plain_line("a\nb\0c\u202e\ud800") == "a b c"
    assert plain_line("x" * 60) == "x" * 39 + "…"
    assert plain_line("x" * 60, 60) == "x" * 60


def test_what_has_no_room_ends_in_an_ellipsis() -> None:
    assert elided("exactly", 70, measure) == "exactly"
    assert elided("somewhat longer", 70, measure) == "somewh…"
    assert elided("some what", 60, measure) == "some…"
    assert elided("none", 5, measure) == "…"


def test_lines_break_between_parts() -> None:
    assert wrapped([], 50, measure) == []
    assert wrapped(["one", "two", "three"], 80, measure) == ["one two", "three"]
    assert wrapped(["one", "two", "three", "four"], 80, measure) == ["one two", "three f…"]
    assert wrapped(["one", "two"], 80, measure, glue=" · ", most=1) == ["one · t…"]


@given(st.lists(st.text(min_size=1, max_size=12)), st.integers(10, 200), st.integers(1, 4))
def test_lines_are_never_wider_or_more_than_wished(parts: list[str], width: int, most: int) -> None:
    lines = wrapped(parts, width, measure, most=most)
    assert len(lines) <= most
    assert all(measure(line) <= width for line in lines)
    if not any("…" in line for line in lines):
        assert " ".join(lines) == " ".join(parts)
