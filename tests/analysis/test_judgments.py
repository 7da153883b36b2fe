"""Files of what people say: the layouts in use, and clear words for everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedviz.analysis import Analogies, WordPairs, read_judgments
from embedviz.errors import FileAccessError, FormatError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.txt"


@pytest.mark.parametrize(
    "content",
    [
        "# comment\nlove\tsex\t6.77\ntiger\tcat\t7.35\n",
        "Word 1,Word 2,Human (mean)\nlove,sex,6.77\ntiger,cat,7.35\n",
        "love sex 6.77\r\ntiger cat 7.35\r\n",
        "word1\tword2\tPOS\tSimLex999\tconc\nlove\tsex\tN\t6.77\t2\ntiger\tcat\tN\t7.35\t1\n",
        "\ufefflove;sex;6.77\ntiger;cat;7.35\nbroken line\n",
    ],
)
def test_word_pairs(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8", newline="")
    found = read_judgments(file)
    assert isinstance(found, WordPairs)
    assert found.pairs == (("love", "sex"), ("tiger", "cat"))
    assert found.scores == (6.77, 7.35)
    assert found.n_skipped == content.count("broken")


def test_analogies_by_section(file: Path) -> None:
    file.write_text(
        ": capitals\nAthens Greece Oslo Norway\ntoo short\n: family\nking queen man woman\nboy girl he she\n"
    )
    found = read_judgments(file)
    assert isinstance(found, Analogies)
    assert [(name, len(questions)) for name, questions in found.sections] == [("capitals", 1), ("family", 2)]
    assert found.sections[1][1][0] == ("king", "queen", "man", "woman")
    assert found.n_skipped == 1


def test_analogies_without_sections(file: Path) -> None:
    file.write_text("king queen man woman\n")
    found = read_judgments(file)
    assert isinstance(found, Analogies)
    assert found.sections == (("questions", (("king", "queen", "man", "woman"),)),)


@pytest.mark.parametrize(
    "content", [b"", b"\n# only\n", b"prose is not a list\nof anything", b": empty\n", b"\0\1\2\3"]
)
def test_other_files_are_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(FormatError, match=r"list\.txt"):
        read_judgments(file)


def test_utf16_and_missing_files(file: Path) -> None:
    with pytest.raises(FileAccessError, match="not there"):
        read_judgments(file)
    file.write_text("love\tsex\t6.77", encoding="utf-16")
    with pytest.raises(FormatError, match="UTF-16"):
        read_judgments(file)
