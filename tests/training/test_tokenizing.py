"""Words are the segments of Unicode Standard Annex 29; the fast road for ASCII finds the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.training import tokenizing
from embedviz.training.tokenizing import LINE_END, decoded, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The QUICK fox.", ["the", "quick", "fox"]),
        ("Don't can’t 'quoted' rock'n'roll", ["don't", "can’t", "quoted", "rock'n'roll"]),
        ("well-known e.g. U.S.A. 3.14 1,000 1,a", ["well", "known", "e.g", "u.s.a", "3.14", "1,000", "1", "a"]),
        ("snake_case __ _x_ 4x4 ab.1", ["snake_case", "_x_", "4x4", "ab", "1"]),
        ("Ärger ÉCOLE straße Σίσυφος", ["ärger", "école", "straße", "σίσυφος"]),
        ("e\u0301te\u0301 na\u00efve", ["e\u0301te\u0301", "na\u00efve"]),
        ("日本 カタカナ", ["日", "本", "カタカナ"]),
        ("naïve—dash “quoted” ¿qué? 😀 …", ["naïve", "dash", "quoted", "qué"]),
        ("d'accord 'a l'été d’été a:b ca\u00ading", ["d'accord", "a", "l'été", "d’été", "a:b", "ca\u00ading"]),
        ('א\'ב א\' אב"ג "א"', ["א'ב", "א'", 'אב"ג', "א"]),
        ("aカナb カナ_a a_カ 12時", ["a", "カナ", "b", "カナ_a", "a_カ", "12", "時"]),
        ("one\ntwö\r\n\nthree", ["one", LINE_END, "twö", LINE_END, LINE_END, LINE_END, "three"]),
        ("nul\0in é\0side", ["nul", "in", "é", "side"]),
        ("", []),
        (" .,;: \t", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(st.sampled_from("aBz09_.',:;-\n\r \t\0!"), max_size=60) | st.text(st.characters(max_codepoint=127)))
def test_ascii_takes_a_fast_road_to_the_same_words(text: str) -> None:
    assert tokenizing._ascii_words(text) == tokenizing._all_words(text)


@given(st.text(st.characters(max_codepoint=0x2FFFF, exclude_categories=["Cs"])))
def test_words_stand_in_the_order_of_the_text_without_blanks(text: str) -> None:
    words = words_of(text)
    assert words.count(LINE_END) == text.count("\n") + text.count("\r")
    at = 0
    lowered = text.lower()
    for word in words:
        if word != LINE_END:
            assert not any(character.isspace() for character in word)
            at = lowered.index(word, at) + len(word)


@pytest.mark.parametrize(
    ("content", "text", "n_bad"),
    [
        (b"plain", "plain", 0),
        ("é\ufffd".encode(), "é\ufffd", 0),
        (b"caf\xe9 ol\xe9", "caf\ufffd ol\ufffd", 2),
        (b"cut \xe2\x82 here \xff\xfe", "cut \ufffd here \ufffd\ufffd", 4),
    ],
)
def test_bad_bytes_are_replaced_and_counted(content: bytes, text: str, n_bad: int) -> None:
    assert decoded(content) == (text, n_bad)
