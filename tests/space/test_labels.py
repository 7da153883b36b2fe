"""Labels against a plain list of strings."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.space.folding import fold, folded_rows
from embedviz.space.labels import Labels

_TEXTS = st.text(st.sampled_from("abAB é́ﬁ\x00Ωß🙂-"), max_size=6) | st.text(max_size=12)
_LISTS = st.lists(_TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()), max_size=40)


@given(_LISTS, _TEXTS)
def test_finds_what_a_list_finds(strings: list[str], other: str) -> None:
    labels = Labels.from_strings(strings)
    assert list(labels) == strings
    wanted = other.encode("utf-8", "replace").decode()
    for text in (*strings, wanted):
        rows = [row for row, string in enumerate(strings) if string == text]
        assert labels.find_all(text).tolist() == rows
        assert labels.find(text) == (rows[0] if rows else None)
        assert (text in labels) is bool(rows)


@given(_LISTS, _TEXTS, st.integers(1, 5))
def test_prefixes_give_the_lowest_distinct_rows(strings: list[str], prefix: str, n: int) -> None:
    labels = Labels.from_strings(strings)
    prefix = prefix[:2].encode("utf-8", "replace").decode()
    expected = list(dict.fromkeys(string for string in strings if string.startswith(prefix)))
    assert labels.starting_with(prefix, n) == expected[:n]
    assert labels.starts(prefix) is bool(expected)
    if expected:
        assert labels.any_starting_with(prefix)


@given(_LISTS, _TEXTS)
def test_foldings_agree_with_unicodedata(strings: list[str], other: str) -> None:
    labels = Labels.from_strings(strings)
    for text in (*strings, other.encode("utf-8", "replace").decode()):
        nfc = [unicodedata.normalize("NFC", s) == unicodedata.normalize("NFC", text) for s in strings]
        assert labels.find_folded(text, "NFC") == (nfc.index(True) if True in nfc else None)
        case = [s.casefold() == text.casefold() for s in strings]
        assert labels.find_folded(text, "case") == (case.index(True) if True in case else None)


_FOLDED = st.sampled_from(["ΐ", "Straße", "STRASSE", "\ufb01x", "FIX", "fix", "½", "K", "k", "ǰ", "J\u030c", "É", "a"])


@given(st.lists(_FOLDED | st.text(max_size=3), max_size=12), _FOLDED | st.text(max_size=3))
def test_every_label_that_folds_alike_is_found_though_few_are_kept(strings: list[str], other: str) -> None:
    strings = [string.encode("utf-8", "replace").decode() for string in strings]
    labels = Labels.from_strings(strings)
    for text in (*strings, other.encode("utf-8", "replace").decode()):
        alike = [row for row, string in enumerate(strings) if fold(string, "NFKC") == fold(text, "NFKC")]
        assert labels.find_folded(text, "NFKC") == min(alike, default=None)
        if alike:
            assert labels.any_starting_with(text)
    folded, rows = labels.folded("NFKC")
    changed = {row: fold(string, "NFKC") for row, string in enumerate(strings) if fold(string, "NFKC") != string}
    assert dict(zip(rows.tolist(), folded, strict=True)) == changed
    _, kept_rows = labels.spellings("NFKC")
    assert kept_rows.tolist() == [row for row, s in enumerate(strings) if fold(s, "NFKC") != fold(s, "case")]


def test_labels_of_capitals_are_kept_in_one_other_spelling() -> None:
    labels = Labels.from_strings([f"ACGT-{row}" for row in range(70_000)] + ["Zürich", "½"])
    lowered, rows = labels.spellings("case")
    assert rows.dtype == np.int32
    assert rows.tolist() == list(range(70_001))
    assert lowered[69_999] == "acgt-69999"
    assert lowered[70_000] == "zürich"
    assert labels.spellings("NFKC")[1].tolist() == [70_001]
    assert labels.find_folded("acgt-69999", "NFKC") == 69_999
    assert labels.find_folded("ZÜRICH", "NFKC") == 70_000
    assert labels.find_folded("1\u20442", "NFKC") == 70_001
    folded = folded_rows(labels.buffer, labels.offsets, labels.ascii_rows, "NFKC")
    assert folded[0].tolist() == list(range(70_002))


def test_folds_compatible_characters_last() -> None:
    labels = Labels.from_strings(["office", "Ångström", "STRASSE"])
    assert labels.find_folded("o\ufb03ce", "NFC") is None
    assert labels.find_folded("o\ufb03ce", "NFKC") == 0
    assert labels.find_folded("A\u030angstro\u0308m", "NFC") == 1
    assert labels.find_folded("straße", "case") == 2


def test_a_group_that_does_not_change_hides_no_label_that_does() -> None:
    strings = [f"слово{number}" for number in range(2000)]
    strings[1500] = "Слово-Й"
    labels = Labels.from_strings(strings)
    assert labels.find_folded("слово-й", "case") == 1500
    assert labels.find_folded("СЛОВО7", "case") == 7


def test_counts_duplicates_and_characters() -> None:
    labels = Labels.from_strings(["bank", "", "a-rather-long-label", "bank", "", "a-rather-long-label", "né🙂"])
    assert labels.n_duplicates == 2  # empty labels repeat nothing
    assert labels.n_chars.tolist() == [4, 0, 19, 4, 0, 19, 3]
    assert labels.ascii_rows.tolist() == [True] * 6 + [False]


def test_zeros_and_lengths_do_not_confuse_the_order() -> None:
    strings = ["a\x00", "a", "a\x00\x00", "", "\x00", "a"]
    labels = Labels.from_strings(strings)
    assert [labels.find(text) for text in strings] == [0, 1, 2, 3, 4, 1]
    assert labels.n_duplicates == 1


def test_a_megabyte_label_is_found() -> None:
    long = "x" * 1_000_000
    labels = Labels.from_strings(["short", long, long + "y"])
    assert labels.find(long) == 1
    assert labels.find(long + "y") == 2
    assert labels[-1] == long + "y"


def test_three_hundred_thousand_labels_stand_in_order() -> None:
    generator = np.random.default_rng(3)
    numbers = generator.integers(0, 10**7, 300_000)
    strings = [f"item/{number}" for number in numbers.tolist()]
    labels = Labels.from_strings(strings)
    assert not labels.is_ordered
    labels.prepare_order()
    assert labels.is_ordered
    assert labels.n_duplicates == 300_000 - len(set(strings))
    for row in (0, 1234, 299_999):
        assert labels.find(strings[row]) == strings.index(strings[row])
    expected = list(dict.fromkeys(string for string in strings if string.startswith("item/99")))[:7]
    assert labels.starting_with("item/99", 7) == expected


def test_long_shared_prefixes_keep_the_order_by_row() -> None:
    labels = Labels.from_strings(["common-prefix-of-all-labels"] * 5000 + ["common-prefix-of-all-labelz"])
    assert labels.find_all("common-prefix-of-all-labels").tolist() == list(range(5000))
    assert labels.find("common-prefix-of-all-labelz") == 5000


def test_bytes_that_are_not_utf8_survive_a_subset() -> None:
    labels = Labels.from_encoded([b"ok", b"\xff\xfe", b"\xc3"])
    assert labels[1] == "\ufffd\ufffd"
    assert labels.subset(np.array([1, 2])).encoded(0) == b"\xff\xfe"
    assert labels.find_folded("\ufffd", "NFC") == 2


def test_is_a_read_only_sequence() -> None:
    labels = Labels.from_strings(["a", "b", "c"])
    assert labels[1:] == ["b", "c"]
    assert labels[-3] == "a"
    with pytest.raises(IndexError):
        labels[3]
    with pytest.raises(ValueError, match="read-only"):
        labels.buffer[0] = 1
    assert labels == Labels.from_strings("abc")
    assert Labels.from_strings([]).starting_with("", 5) == []
