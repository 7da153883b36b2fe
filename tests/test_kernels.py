"""Kernels: compiled once, in a child process, into our cache; loaded from there afterwards."""

from __future__ import annotations

import errno
import importlib.util
import math
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from embedviz import child, formats, kernels, machine_code, paths, raster, training
from embedviz.errors import ChildError, EmbedvizError, MissingLibraryError, OutputError
from embedviz.machine_code import Function, MachineCode, Parameter
from embedviz.progress import Progress, Steps, finish

SOURCE = """
from doubling_parts import PART
from embedviz.kernels import kernel
from other_kernel import half

@kernel("float64(float64)")
def double(value):
    return 2 * value

@kernel("float64(float64)")
def again(value):
    return half(double(double(value))) + PART

READY = True
"""
OTHER = """
from embedviz.kernels import kernel

@kernel("float64(float64)")
def half(value):
    return value / 2

READY = True
"""


@pytest.fixture
def module_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module with kernels that this machine has not compiled, and an empty cache."""
    (tmp_path / "doubling_kernel.py").write_text(SOURCE)
    (tmp_path / "doubling_parts.py").write_text("PART = 0.0\n")
    (tmp_path / "other_kernel.py").write_text(OTHER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("EMBEDVIZ_CACHE", str(tmp_path / "cache"))
    yield "doubling_kernel"
    forget()


def forget() -> None:
    """Let the next load be as in a new process."""
    for name in ("doubling_kernel", "doubling_parts", "other_kernel"):
        sys.modules.pop(name, None)


@pytest.fixture
def without_child(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_child(*_: object) -> Steps[None]:
        raise AssertionError("a warm cache needs no child")

    monkeypatch.setattr(child, "run", no_child)


def kept() -> list[Path]:
    return sorted(paths.kernels().iterdir())


def test_a_cold_cache_compiles_in_a_child_and_a_warm_one_starts_none(
    module_name: str, request: pytest.FixtureRequest
) -> None:
    assert kernels.loaded(module_name) is None
    steps: list[Progress] = []
    finish(kernels.load([module_name]), steps.append)
    assert any("once on this machine" in step.text for step in steps)
    cached = kept()
    assert len(cached) == 1
    module = kernels.loaded(module_name)
    assert module is not None
    assert module.double(21.0) == 42.0
    assert module.again(21.0) == 42.0

    content = cached[0].read_bytes()
    forget()
    request.getfixturevalue("without_child")
    assert finish(kernels.ready(module_name)).double(1.5) == 3.0
    assert kept() == cached
    assert cached[0].read_bytes() == content


def test_an_imported_module_is_not_loaded_and_its_kernels_say_so(module_name: str) -> None:
    module = importlib.import_module(module_name)
    assert kernels.loaded(module_name) is None
    with pytest.raises(RuntimeError, match="“double” is not ready"):
        module.double(1.0)
    assert module.double.py_func(1.0) == 2.0


def test_a_kernel_of_another_module_is_made_ready_by_its_own(module_name: str) -> None:
    module = finish(kernels.ready(module_name))
    assert kernels.loaded("other_kernel") is None
    assert list(kernels.kernels_of(module)) == ["double", "again"]


@pytest.mark.parametrize("name", ["doubling_kernel.py", "doubling_parts.py"])
def test_a_changed_room_is_compiled_again(module_name: str, tmp_path: Path, name: str) -> None:
    finish(kernels.load([module_name]))
    source = tmp_path / name
    facts = source.stat()
    source.write_text(source.read_text().replace("2 * value", "3 * value").replace("0.0", "0.5"))
    os.utime(source, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    forget()
    importlib.invalidate_caches()
    for folder in tmp_path.glob("__pycache__/*"):
        folder.unlink()
    module = finish(kernels.ready(module_name))
    assert (module.double(1.0), module.again(1.0)) == ((3.0, 4.5) if name == "doubling_kernel.py" else (2.0, 2.5))
    assert len(kept()) == 2


def test_a_setting_of_the_compiler_is_part_of_the_name(module_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(kernels.load([module_name]))
    monkeypatch.setenv("NUMBA_OPT", "1")
    forget()

    def started(*_: object) -> Steps[None]:
        raise ChildError("started")

    monkeypatch.setattr(child, "run", started)
    with pytest.raises(ChildError, match="started"):
        finish(kernels.load([module_name]))


def test_damage_at_any_byte_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "code"
    parameters = (Parameter("points", "float32", 2, "C", True), Parameter("n", "int64"))
    functions = (
        Function("draw", "_draw", parameters, ("int64", "bool"), True),
        Function("rest", "_rest", (), (), False),
    )
    code = MachineCode({"draw": ["int64(int64)"], "rest": []}, functions, (b"\0code\n" * 9, b""))
    code.write(file)
    assert machine_code.read(file) == code
    content = file.read_bytes()
    for at in range(len(content)):
        file.write_bytes(content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :])
        assert machine_code.read(file) is None
        file.write_bytes(content[:at])
        assert machine_code.read(file) is None


def test_a_damaged_file_is_compiled_again(module_name: str) -> None:
    finish(kernels.load([module_name]))
    (file,) = kept()
    content = file.read_bytes()
    file.write_bytes(content[:-9])
    forget()
    assert finish(kernels.ready(module_name)).double(4.0) == 8.0
    assert machine_code.read(file) is not None


def test_what_was_not_used_for_two_months_is_removed(module_name: str) -> None:
    folder = paths.kernels()
    (folder / "0123").mkdir()
    (folder / "0123" / "old.nbc").write_text("of another release")
    old, new = folder / "old.kernels", folder / "new.kernels"
    for file in (old, new):
        file.write_text("")
    long_ago = old.stat().st_mtime - 61 * 86_400
    for entry in (folder / "0123", old):
        os.utime(entry, (long_ago, long_ago))
    finish(kernels.load([module_name]))
    (compiled,) = set(kept()) - {new}
    os.utime(compiled, (long_ago, long_ago))
    forget()
    finish(kernels.load([module_name]))
    assert compiled.stat().st_mtime > long_ago + 86_400


def test_what_was_begun_goes_on_by_itself_and_is_collected(module_name: str) -> None:
    with kernels.begun([module_name]) as rest:
        assert kernels.loaded(module_name) is None
        assert kernels.loaded("embedviz.kernels") is None
        finish(rest)
    assert kernels.loaded(module_name) is not None
    with kernels.begun([module_name]) as rest:
        finish(rest)


def test_what_was_begun_ends_with_its_block(module_name: str) -> None:
    with kernels.begun([module_name]):
        pass
    assert kernels.loaded(module_name) is None
    assert kept() == []


def test_threads_load_and_ask_at_once(module_name: str) -> None:
    finish(kernels.load([module_name]))
    for _ in range(20):
        forget()
        module = importlib.import_module(module_name)
        done, found = threading.Event(), []

        def ask(done: threading.Event = done, found: list[ModuleType] = found) -> None:
            while not done.is_set():
                ready = kernels.loaded(module_name)
                if ready is not None:
                    found.append(ready)
                    assert ready.again(2.0) == 4.0

        def make() -> None:
            finish(kernels.load([module_name]))

        asking, making = threading.Thread(target=ask), [threading.Thread(target=make) for _ in range(3)]
        for thread in [asking, *making]:
            thread.start()
        for thread in making:
            thread.join()
        assert module.double(1.0) == 2.0
        done.set()
        asking.join()


def test_without_compilation_kernels_are_python(module_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    module = finish(kernels.ready(module_name))
    assert module.double("a") == "aa"
    assert kept() == []


TAKING = """
from embedviz.kernels import kernel, take

@kernel("void(int64[::1], uint8[::1])")
def count(counter, times):
    at = take(counter)
    while at < times.shape[0]:
        times[at] += 1
        at = take(counter)

READY = True
"""


def test_no_two_threads_take_the_same(module_name: str, tmp_path: Path) -> None:
    (tmp_path / "doubling_kernel.py").write_text(TAKING)
    module = finish(kernels.ready(module_name))
    counter, times = np.zeros(1, np.int64), np.zeros(3_000_000, np.uint8)
    threads = [threading.Thread(target=module.count, args=(counter, times)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (times == 1).all()
    assert counter.tolist() == [len(times) + len(threads)]
    counter, times = np.zeros(1, np.int64), np.zeros(5, np.uint8)
    module.count.py_func(counter, times)
    assert times.tolist() == [1] * 5


REFUSED = {
    "which allocates": """
@kernel("float64(int64)")
def which_allocates(n):
    return np.zeros(n).sum()
""",
    "which prints": """
@kernel("void(int64)")
def which_prints(n):
    print(n)
""",
    "with an unknown type": """
@kernel("void(complex128)")
def with_an_unknown_type(n):
    pass
""",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_kernel_that_needs_numba_at_run_time_is_refused(module_name: str, tmp_path: Path, name: str) -> None:
    head = "import numpy as np\nfrom embedviz.kernels import kernel\n"
    (tmp_path / "doubling_kernel.py").write_text(f"{head}{REFUSED[name]}\nREADY = True\n")
    with pytest.raises(EmbedvizError, match=name.replace(" ", "_")):
        finish(kernels.load([module_name]))
    assert kernels.loaded(module_name) is None
    assert kept() == []


PROGRAM = """
import sys, warnings
import numpy as np
from embedviz import formats, kernels, raster, training
from embedviz.progress import finish
names = (*raster.KERNELS, *formats.KERNELS, *training.KERNELS)
finish(kernels.load(names))
assert all(kernels.loaded(name) for name in names)
view = 0.0, 1.0, 1.0, 1.0
runs = np.array([[0, 3]])
print(kernels.loaded(raster.KERNELS[0]).count(np.zeros((3, 2), np.float32), runs, *view, 2.0, 2.0))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_our_kernels_work_in_a_process_without_numba() -> None:
    finish(kernels.load((*raster.KERNELS, *formats.KERNELS, *training.KERNELS)))
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=True)
    counted, modules = ended.stdout.splitlines()
    assert counted == "3"
    assert "llvmlite" in modules.split()
    assert not {"numba", "scipy"} & set(modules.split())


def test_a_module_that_is_still_loading_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    half = type(sys)("half_loaded")
    monkeypatch.setitem(sys.modules, "half_loaded", half)
    assert kernels.loaded("half_loaded") is None


def test_a_full_cache_and_missing_libraries_are_said(module_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(kernels, "_file", full)
        with pytest.raises(OutputError, match="No space left on device"):
            finish(kernels.load([module_name]))
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "llvmlite.binding", None)
        patch.setitem(sys.modules, "llvmlite", None)
        with pytest.raises(MissingLibraryError, match="llvmlite"):
            finish(kernels.load([module_name]))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingLibraryError, match="numba"):
        finish(kernels.load([module_name]))


def test_code_that_cannot_be_loaded_is_not_kept(module_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run: Callable[..., Steps[None]] = child.run

    def run_with_a_wrong_name(function: str, arguments: dict[str, object]) -> Steps[None]:
        yield from run(function, arguments)
        for name in arguments.get("files", {}) if function.endswith("compile_steps") else ():
            file = Path(arguments["files"][name])
            code = machine_code.read(file)
            assert code is not None
            objects = tuple(each.replace(b"\0sin\0", b"\0sun\0") for each in code.objects)
            assert objects != code.objects
            machine_code.MachineCode(code.signatures, code.functions, objects).write(file)

    source = "import math\nfrom embedviz.kernels import kernel\n@kernel('float64(float64)')\ndef rest(value):\n"
    source += "    return math.sin(value)\nREADY = True\n"
    (Path(os.environ["PYTHONPATH"]) / "doubling_kernel.py").write_text(source)
    assert finish(kernels.ready(module_name)).rest(7.5) == math.sin(7.5)
    for file in kept():
        file.unlink()
    forget()
    monkeypatch.setattr(child, "run", run_with_a_wrong_name)
    with pytest.raises(EmbedvizError, match="“rest” cannot be loaded"):
        finish(kernels.load([module_name]))
    assert kept() == []
