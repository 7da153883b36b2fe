"""The names of runs are safe as names of folders, whatever a corpus is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.formats.run_names import clean_title, is_name, new_name, parted


@pytest.mark.parametrize(
    ("corpus_name", "name"),
    [
        ("small world", "small-world-1"),
        ("News.txt", "news-1"),
        ("texts.txt.gz", "texts-1"),
        ("v1.2 notes.md", "v1-2-notes-1"),
        ("Über_Straße (2).csv", "über-straße-2-1"),
        ("日本語.txt", "日本語-1"),
        ("हिन्दी.txt", "हिन्दी-1"),
        ("...", "run-1"),
        ("x" * 300, "x" * 40 + "-1"),
    ],
)
def test_a_name_is_made_of_the_corpus(corpus_name: str, name: str) -> None:
    assert new_name(corpus_name, []) == name


def test_the_number_follows_the_highest() -> None:
    assert new_name("a.txt", ["a-2", "a-10", "a-x", "b-99", "a", "a-b-50"]) == "a-11"


@given(st.text(max_size=60), st.integers(0, 99))
def test_every_name_that_is_made_is_one(corpus_name: str, number: int) -> None:
    name = new_name(corpus_name, [new_name(corpus_name, [])[:-1] + str(number)])
    assert is_name(name)
    assert name.endswith(f"-{number + 1}")
    assert not set(name) & set('/\\:*?"<>|.@ \0\n')
    assert len(name.encode()) < 200
    assert parted(f"run:{name}@7") == (name, 7)
    assert parted(name) == (name, None)


@given(st.text(max_size=300))
def test_a_title_is_one_line_and_stays_as_it_is(text: str) -> None:
    title = clean_title(text)
    assert len(title) <= 200
    assert title.isprintable() or "\n" not in title
    assert clean_title(title) == title
