"""Libraries are there before an import asks for them, and other threads go on meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from embedviz.shared_libraries import folders_of, load_ahead

LLVM = """
import sys
from embedviz import machine_code
load = machine_code.load_ahead
def watched(libraries):
    (library,) = libraries
    load([library])
    assert "llvmlite" not in sys.modules
    print(any(line.rstrip().endswith(str(library)) for line in open("/proc/self/maps")))
machine_code.load_ahead = watched
assert machine_code.compiler_library() is machine_code.compiler_library() is sys.modules["llvmlite.binding"]
"""

FAISS = """
import sys
from pathlib import Path
from embedviz import shared_libraries
from embedviz.space import faiss_library
mapped = lambda: {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "faiss" in line}
load = shared_libraries.load_ahead
def watched(libraries):
    load(libraries)
    assert "faiss" not in sys.modules
    before.update(mapped())
before = set()
faiss_library.load_ahead = watched
faiss = faiss_library.faiss_library()
assert faiss is sys.modules["faiss"]
print(len(before), *(mapped() - before))
"""


def test_a_package_is_found_without_its_import() -> None:
    (folder,) = folders_of("embedviz")
    assert (folder / "shared_libraries.py").is_file()
    assert folders_of("no_such_package_anywhere") == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, and only Linux is helped")
def test_faiss_asks_for_no_library_that_was_not_loaded_ahead() -> None:
    done = subprocess.run([sys.executable, "-c", FAISS], capture_output=True, text=True, check=True)
    n_before, *later = done.stdout.split()
    assert int(n_before) > 0
    assert later == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, and only Linux is helped")
def test_the_compiler_is_loaded_ahead_once() -> None:
    done = subprocess.run([sys.executable, "-c", LLVM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"]


def test_a_file_that_is_no_library_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.so").write_bytes(b"no library")
    load_ahead([tmp_path / "broken.so", tmp_path / "missing.so"])


def test_elsewhere_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    load_ahead(pytest.fail("asked for one") for _ in range(1))
