"""Small files for the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

WORD2VEC = "5 3\none 1 0 0\ntwo 0 1 0\nthree 0.6 0.8 0\nfour 0 0 -2\nfive 3 0 4\n"


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """Five items in three dimensions, as word2vec text."""
    file = tmp_path / "numbers.txt"
    file.write_text(WORD2VEC, encoding="utf-8")
    return file


@pytest.fixture
def command() -> list[str]:
    """The program as a process of its own."""
    return [sys.executable, "-m", "embedviz"]


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of such a process, which finds this checkout from any folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}
