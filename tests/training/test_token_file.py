"""Word numbers on disk: the same numbers again, by slices, by several threads, and nothing left behind."""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.errors import OutputError
from embedviz.training import token_file
from embedviz.training.token_file import TokenFile

UINT16, INT32 = np.dtype(np.uint16), np.dtype(np.int32)
PIECES = st.lists(st.lists(st.integers(0, 65_535), max_size=9), max_size=6)


@given(PIECES, st.slices(60), st.sampled_from([UINT16, INT32]), st.sampled_from([0, 1 << 22]))
def test_slices_are_those_of_a_list(tmp_path_factory, pieces, part, dtype, held) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(token_file, "HELD_BYTES", held or 1)
        tokens = TokenFile(tmp_path_factory.getbasetemp(), dtype)
    expected: list[int] = []
    for piece in pieces:
        tokens.append(np.array(piece, np.int32))
        expected += piece
        assert tokens[len(expected) // 2 :].tolist() == expected[len(expected) // 2 :]
    part = slice(part.start, part.stop, abs(part.step) if part.step else None)
    found = tokens[part]
    assert len(tokens) == len(expected)
    assert found.tolist() == expected[part]
    assert found.dtype == dtype
    assert not found.flags.writeable


def test_many_threads_read_a_file_at_once(tmp_path: Path) -> None:
    numbers = np.arange(1_500_000, dtype=np.int32)
    tokens = TokenFile(tmp_path, INT32)
    tokens.append(numbers)
    assert not list(tmp_path.iterdir())  # it has no name
    rng = np.random.default_rng(1)
    parts = [slice(low, low + 5_000) for low in rng.integers(0, len(numbers) - 5_000, 300).tolist()]
    with ThreadPoolExecutor(4) as pool:
        for part, found in zip(parts, pool.map(tokens.__getitem__, parts), strict=True):
            assert np.array_equal(found, numbers[part])


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = TokenFile(tmp_path, INT32)

    class Full:
        def seek(self, *_: int) -> None: ...

        def write(self, _: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tokens, "_file", Full())
    with pytest.raises(OutputError, match=r"cannot be written to the cache: No space left on device\. Make room"):
        tokens.append(np.ones(3, np.int32))
