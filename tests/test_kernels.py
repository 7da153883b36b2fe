"""Kernels: compiled once, in a child process, into our cache; loaded from there afterwards."""

from __future__ import annotations

import errno
import importlib.util
import sys
from pathlib import Path

import pytest

from embedviz import child, kernels, paths
from embedviz.errors import MissingLibraryError, OutputError
from embedviz.progress import Progress, Steps, finish

SOURCE = """
from embedviz.kernels import kernel

@kernel("float64(float64)")
def double(value):
    return 2 * value

READY = True
"""


@pytest.fixture
def module_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module with one kernel that this machine has not compiled, and an empty cache."""
    (tmp_path / "doubling_kernel.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("EMBEDVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.delitem(sys.modules, "doubling_kernel", raising=False)
    return "doubling_kernel"


def test_a_cold_cache_compiles_in_a_child_and_a_warm_one_starts_none(
    module_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kernels.loaded(module_name) is None
    steps: list[Progress] = []
    finish(kernels.load([module_name]), steps.append)
    assert any("once on this machine" in step.text for step in steps)
    cached = sorted(paths.kernels().rglob("*.nbc"))
    assert len(cached) == 1
    module = kernels.loaded(module_name)
    assert module is not None
    assert module.double(21.0) == 42.0

    written = cached[0].stat().st_mtime_ns
    monkeypatch.delitem(sys.modules, module_name)

    def no_child(*_: object) -> Steps[None]:
        raise AssertionError("a warm cache needs no child")

    monkeypatch.setattr(child, "run", no_child)
    finish(kernels.load([module_name]))
    again = kernels.loaded(module_name)
    assert again is not None
    assert again.double(1.5) == 3.0
    assert sorted(paths.kernels().rglob("*.nbc")) == cached
    assert cached[0].stat().st_mtime_ns == written


def test_numba_keeps_its_own_cache_folder(module_name: str) -> None:
    import numba

    before = numba.config.CACHE_DIR
    finish(kernels.compile_modules([module_name]))
    assert before == numba.config.CACHE_DIR
    assert list(paths.kernels().rglob("*.nbi"))


def test_a_changed_module_is_compiled_again(module_name: str, tmp_path: Path) -> None:
    before = kernels._stamp(module_name)
    (tmp_path / "doubling_kernel.py").write_text(SOURCE + "# changed\n")
    assert kernels._stamp(module_name) != before


def test_a_module_that_is_still_loading_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    half = type(sys)("half_loaded")
    monkeypatch.setitem(sys.modules, "half_loaded", half)
    assert kernels.loaded("half_loaded") is None


def test_a_full_cache_and_a_missing_numba_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kernels, "_cache_of", full)
    with pytest.raises(OutputError, match="No space left on device"):
        finish(kernels.load(["embedviz.raster.compiled"]))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingLibraryError, match="numba"):
        finish(kernels.load(["embedviz.raster.compiled"]))
