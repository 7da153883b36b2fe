"""Near spellings against a plain scan of all labels."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from embedviz.errors import MissingLibraryError
from embedviz.space import EmbeddingSpace, Labels, near_spellings


@given(st.lists(st.text("abcABé🙂 1", max_size=9), max_size=30), st.text("abcABé🙂 1", max_size=9))
def test_finds_what_a_plain_scan_finds(names: list[str], wanted: str) -> None:
    cutoff = max(1, len(wanted) // 3)
    scanned = sorted(
        (OSA.distance(wanted.lower(), name.lower()), row, name) for row, name in enumerate(names) if name and wanted
    )
    expected = list(dict.fromkeys(name for distance, _, name in scanned if distance <= cutoff))
    assert near_spellings(Labels.from_strings(names), wanted, 5) == expected[:5]


def test_swaps_count_once_and_case_is_ignored() -> None:
    labels = Labels.from_strings(["River", "rive", "driver", "cat", "River"])
    assert near_spellings(labels, "rievr") == ["River"]
    assert near_spellings(labels, "RIVER") == ["River", "rive", "driver"]
    assert near_spellings(labels, "RIVER", n=1) == ["River"]
    assert near_spellings(labels, "elephant") == []
    assert near_spellings(labels, "") == []
    assert near_spellings(Labels.from_strings([]), "river") == []


def test_near_words_of_a_real_vocabulary(glove: EmbeddingSpace) -> None:
    assert near_spellings(glove.labels, "goverment")[0] == "government"
    assert near_spellings(glove.labels, "teh")[0] == "the"


def test_labels_beyond_one_chunk_are_seen() -> None:
    labels = Labels.from_strings([f"word{row}" for row in range(140_000)])
    assert near_spellings(labels, "word139999x", 1) == ["word139999"]
    assert near_spellings(labels, "wrod70000", 1) == ["word70000"]


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz.distance", None)
    with pytest.raises(MissingLibraryError, match="rapidfuzz"):
        near_spellings(Labels.from_strings(["a"]), "b")
