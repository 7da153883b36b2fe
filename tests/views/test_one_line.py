"""Labels from files on one line of the screen."""

from __future__ import annotations

import pytest

from embedviz.views.text import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("river", "river"),
        ("", ""),
        ("two words", "two words"),
        ("a\nb", "a⏎b"),
        ("nul\0here", "nul␀here"),
        ("tab\there", "tab␉here"),
        ("\x1b[31m", "␛[31m"),
        ("del\x7f", "del␡"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("👩‍🔬", "👩‍🔬"),
        ("evil\u202etxt", "evil�txt"),
        ("\u2066isolate\u2069", "�isolate�"),
        ("שלום", "\u2068שלום\u2069"),
        ("مرحبا!", "\u2068مرحبا!\u2069"),
    ],
)
def test_what_is_shown(text, shown):
    assert one_line(text) == shown


def test_long_text_is_cut_with_an_ellipsis():
    assert one_line("x" * 200) == "x" * 200
    assert one_line("x" * 201) == "x" * 199 + "…"
    assert one_line("abcdef", most=4) == "abc…"
    assert one_line("שלום עולם", most=5) == "\u2068שלום…\u2069"
