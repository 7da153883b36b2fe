"""Files of questions, names and judgments that cannot be read: one line and exit code 2, whatever is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Run = Callable[..., tuple[int, str, str]]

USES = [
    pytest.param(("neighbors", "{vectors}", "--queries", "{file}"), id="queries"),
    pytest.param(("neighbors", "{vectors}", "one", "--within", "{file}"), id="within"),
    pytest.param(("evaluate", "{vectors}", "{file}"), id="evaluate"),
    pytest.param(("info", "{npy}", "--labels", "{file}"), id="labels"),
    pytest.param(("info", "{vectors}", "--metadata", "{file}"), id="metadata"),
    pytest.param(("train", "{file}", "-o", "{out}"), id="train"),
    pytest.param(("train", "{vectors}", "--sweep", "dims=2", "--evaluate", "{file}"), id="sweep"),
    pytest.param(("train", "{vectors}", "--continue", "{file}", "-o", "{out}"), id="continue"),
    pytest.param(("lines", "{file}", "--space", "{vectors}", "--query", "one"), id="lines"),
    pytest.param(("lines", "{vectors}", "--space", "{file}", "--query", "one"), id="space"),
    pytest.param(("moved", "{vectors}", "{vectors}", "--noise", "{file}"), id="noise"),
]


@pytest.fixture
def filled(vectors: Path) -> Callable[[tuple[str, ...], Path], list[str]]:
    """Arguments with the paths of this test in them."""
    npy = vectors.with_name("plain.npy")
    np.save(npy, np.eye(5, 3, dtype=np.float32))
    places = {"vectors": vectors, "npy": npy, "out": vectors.with_name("out.npz")}
    return lambda arguments, file: [each.format(file=file, **places) for each in arguments]


@pytest.mark.parametrize("arguments", USES)
def test_a_file_that_may_not_be_read(
    run_main: Run,
    filled: Callable[[tuple[str, ...], Path], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("one 1 2 3\ntwo 1 2 3\n", encoding="utf-8")
    opened = Path.open

    def refuse(path: Path, *rest: object, **named: object) -> object:
        if path.name == secret.name:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *rest, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    code, out, err = run_main(*filled(arguments, secret))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "secret.txt” may not be read by you; ask its owner" in err


@pytest.mark.parametrize("arguments", USES)
def test_a_folder_in_place_of_a_file(
    run_main: Run,
    filled: Callable[[tuple[str, ...], Path], list[str]],
    tmp_path: Path,
    arguments: tuple[str, ...],
) -> None:
    folder = tmp_path / "some folder"
    folder.mkdir()
    code, out, err = run_main(*filled(arguments, folder))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "is a folder" in err


@pytest.mark.parametrize("arguments", USES[:3])
@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is binary data, not text"), ("one\ntwo\n".encode("utf-16"), "UTF-16")],
)
def test_a_file_that_is_no_text(
    run_main: Run,
    filled: Callable[[tuple[str, ...], Path], list[str]],
    tmp_path: Path,
    arguments: tuple[str, ...],
    content: bytes,
    words: str,
) -> None:
    file = tmp_path / "figure.png"
    file.write_bytes(content)
    code, out, err = run_main(*filled(arguments, file))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
