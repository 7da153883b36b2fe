"""`embedviz [PATH]`: what is checked before a window opens, and what the window is told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import embedviz
from embedviz import qt_libraries
from embedviz.errors import DisplayError, MissingLibraryError
from embedviz.qt_libraries import DEBIAN_PACKAGES, DEBIAN_X11_PACKAGES

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would have been opened in a window."""
    calls: list[Any] = []
    launch = ModuleType("embedviz.views.launch")

    def open_window(path: str | None, options: dict[str, Any]) -> int:
        calls.append((path, options))
        return 0

    launch.open_window = open_window  # type: ignore[attr-defined]
    views = ModuleType("embedviz.views")
    views.launch = launch  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "embedviz.views", views)
    monkeypatch.setitem(sys.modules, "embedviz.views.launch", launch)
    return calls


def test_the_window_is_told_path_and_options(run_main: Run, opened: list[Any], vectors: Path) -> None:
    assert run_main(str(vectors), "--labels", "words.txt", "--partial") == (0, "", "")
    assert run_main() == (0, "", "")
    assert run_main("sample:digits") == (0, "", "")
    nothing = {"labels": None, "metadata": None, "vector_column": None, "label_column": None, "partial": False}
    nothing |= {"sample": None, "seed": 0}
    assert opened == [
        (str(vectors), {**nothing, "labels": "words.txt", "partial": True}),
        (None, nothing),
        ("sample:digits", nothing),
    ]


@pytest.mark.parametrize(
    ("path", "words"), [("missing.txt", "Check the name"), ("neighbours", "Did you mean the command “neighbors”?")]
)
def test_a_path_where_nothing_is_opens_no_window(run_main: Run, opened: list[Any], path: str, words: str) -> None:
    code, _, err = run_main(path)
    assert code == 2
    assert err.count("\n") == 1
    assert words in err
    assert opened == []


def test_without_a_screen_no_window_opens(run_main: Run, opened: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(qt_libraries.require_window.__kwdefaults__, "platform", "linux")
    code, _, err = run_main()
    assert code == 2
    assert "neither DISPLAY nor WAYLAND_DISPLAY" in err
    assert opened == []
    with pytest.raises(DisplayError):
        embedviz.explore()


class Machine:
    """A machine that lacks some libraries; counts what is asked of it."""

    def __init__(self, *, module_error: Exception | None = None, lacks: str = "", answers: bool = True) -> None:
        self.module_error = module_error
        self.lacks = lacks
        self.answers = answers
        self.libraries: list[str] = []
        self.n_calls = 0

    def check(self, *, platform: str = "linux", **environment: str) -> None:
        """Require a window on this machine."""
        qt_libraries.require_window(
            platform=platform,
            environment=environment,
            import_module=self._import,
            load_library=self._load,
            display_answers=self._answer,
        )

    def _import(self, name: str) -> object:
        assert name == "PySide6.QtWidgets"
        if self.module_error is not None:
            raise self.module_error
        return object()

    def _load(self, name: str) -> object:
        self.libraries.append(name)
        if name == self.lacks:
            raise OSError(f"{name}: cannot open shared object file")
        return object()

    def _answer(self) -> bool:
        self.n_calls += 1
        return self.answers


def test_a_library_that_qt_lacks_is_named_with_its_packages() -> None:
    machine = Machine(module_error=ImportError("libEGL.so.1: cannot open shared object file"))
    with pytest.raises(MissingLibraryError, match="libEGL") as caught:
        machine.check(DISPLAY=":0")
    assert all(package in str(caught.value).split() for package in (*DEBIAN_PACKAGES, *DEBIAN_X11_PACKAGES))


def test_packages_are_named_only_on_linux() -> None:
    machine = Machine(module_error=ImportError("DLL load failed"))
    with pytest.raises(MissingLibraryError, match="DLL load failed") as caught:
        machine.check(platform="win32")
    assert "apt" not in str(caught.value)


def test_pyside_that_is_not_installed_is_said() -> None:
    machine = Machine(module_error=ModuleNotFoundError("No module named 'PySide6'"))
    with pytest.raises(MissingLibraryError, match="not installed"):
        machine.check(platform="darwin")


@pytest.mark.parametrize(
    "environment",
    [
        {"DISPLAY": ":0"},
        {"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"},
        {"QT_QPA_PLATFORM": "xcb:option=1"},
    ],
)
def test_x11_is_checked_before_qt_would_abort(environment: dict[str, str]) -> None:
    whole = Machine()
    whole.check(**environment)
    assert "libxcb-cursor.so.0" in whole.libraries
    assert whole.n_calls == 1
    for name in whole.libraries:
        with pytest.raises(MissingLibraryError, match=name) as caught:
            Machine(lacks=name).check(**environment)
        assert all(package in str(caught.value).split() for package in DEBIAN_X11_PACKAGES)
    with pytest.raises(DisplayError, match="does not answer"):
        Machine(answers=False).check(**environment)


@pytest.mark.parametrize(
    "environment", [{"QT_QPA_PLATFORM": "offscreen"}, {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}]
)
def test_other_platforms_need_no_x11(environment: dict[str, str]) -> None:
    machine = Machine(lacks="libxcb-cursor.so.0", answers=False)
    machine.check(**environment)
    assert machine.libraries == []
    assert machine.n_calls == 0


@pytest.mark.parametrize("environment", [{}, {"DISPLAY": ""}, {"QT_QPA_PLATFORM": ""}])
def test_no_screen_at_all_is_said_first(environment: dict[str, str]) -> None:
    machine = Machine(module_error=ImportError("libEGL.so.1"))
    with pytest.raises(DisplayError, match="The other commands"):
        machine.check(**environment)
