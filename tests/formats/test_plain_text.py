"""Short texts that are read whole: UTF-8 with or without its mark, and clear words for everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedviz.errors import FileAccessError, FormatError, MemoryPlanError
from embedviz.formats.plain_text import plain_text, read_plain_text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.txt"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"\xef\xbb\xbfone\r\ntwo", "one\r\ntwo"),
        ("語\x1b[2J\t".encode(), "語\x1b[2J\t"),
        (b"tw\xffo", "tw\ufffdo"),
        (b"x" * 70_000 + b"\0", "x" * 70_000 + "\0"),
    ],
)
def test_text_is_read_as_it_is(file: Path, content: bytes, text: str) -> None:
    file.write_bytes(content)
    assert read_plain_text(file, "names", 1 << 20) == text
    assert plain_text(content, "standard input") == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "list.txt” is binary data, not text; choose a text file"),
        ("one\ntwo\n".encode("utf-16"), "list.txt” looks like UTF-16 text; save it as UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(file: Path, content: bytes, words: str) -> None:
    file.write_bytes(content)
    with pytest.raises(FormatError, match=words):
        read_plain_text(file, "names", 1 << 20)


def test_a_file_that_is_too_large_or_not_there(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileAccessError, match="is not there"):
        read_plain_text(file, "names", 10)
    with pytest.raises(FileAccessError, match="is a folder"):
        read_plain_text(file.parent, "names", 10)
    file.write_bytes(b"x" * 11)
    with pytest.raises(MemoryPlanError, match="larger than any list of names"):
        read_plain_text(file, "names", 10)

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(FileAccessError, match="may not be read by you"):
        read_plain_text(file, "names", 11)
