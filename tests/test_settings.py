"""The settings file: kept, checked, and never an obstacle."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz import settings
from embedviz.errors import OutputError
from embedviz.settings import DEFAULTS, Settings
from embedviz.space.metrics import METRICS


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of one test."""
    monkeypatch.setenv("EMBEDVIZ_CONFIG", str(tmp_path))
    return tmp_path / "settings.json"


def test_without_a_file_there_are_defaults_and_no_problem() -> None:
    assert settings.load() == (Settings("system", 1.0, False, "cosine", 10), None)


def test_what_is_saved_is_loaded(file: Path) -> None:
    chosen = Settings("dark", 1.5, True, "manhattan", 25, "few", 1.25, 0.5, False)
    settings.save(chosen)
    assert settings.load() == (chosen, None)
    assert json.loads(file.read_text())["version"] == settings.VERSION
    assert [found.name for found in file.parent.iterdir()] == ["settings.json"]


def test_unknown_keys_are_ignored(file: Path) -> None:
    file.write_text('{"version": 1, "theme": "light", "from_the_future": [1, 2]}')
    assert settings.load() == (Settings(theme="light"), None)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("theme", "pink"),
        ("theme", ["dark"]),
        ("interface_scale", 0.7),
        ("interface_scale", 2.6),
        ("interface_scale", True),
        ("interface_scale", float("nan")),
        ("reduced_motion", 1),
        ("metric", "hamming"),
        ("k", 0),
        ("k", 1001),
        ("k", 2.5),
        ("k", None),
        ("label_amount", "all"),
        ("label_amount", ["few"]),
        ("point_size", 0),
        ("point_size", "large"),
        ("point_opacity", 11),
        ("point_opacity", float("nan")),
        ("overview", 1),
    ],
)
def test_an_impossible_value_is_replaced_and_named(file: Path, key: str, value: Any) -> None:
    file.write_text(json.dumps({"version": 1, "theme": "dark", "k": 7, key: value}))
    loaded, problem = settings.load()
    assert getattr(loaded, key) == getattr(DEFAULTS, key)
    kept = {"theme": "dark", "k": 7}
    assert all(getattr(loaded, name) == kept[name] for name in kept if name != key)
    assert problem is not None
    assert f"{key} (now {getattr(DEFAULTS, key)})" in problem


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b"null", b"\xff\xfe", b"[" * 100_000],
    ids=["empty", "cut", "list", "null", "not UTF-8", "deep"],
)
def test_a_broken_file_is_said_and_kept_aside(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    loaded, problem = settings.load()
    assert loaded == DEFAULTS
    assert problem is not None
    assert "settings.json.broken" in problem
    assert "\n" not in problem
    assert not file.exists()
    assert file.with_name("settings.json.broken").read_bytes() == content
    assert settings.load() == (DEFAULTS, None)


def test_a_folder_in_its_place_is_said(file: Path) -> None:
    file.mkdir()
    loaded, problem = settings.load()
    assert loaded == DEFAULTS
    assert problem is not None
    assert "cannot be read" in problem


def test_a_save_that_fails_says_so_and_leaves_nothing(file: Path) -> None:
    file.mkdir()
    (file / "occupied").touch()
    with pytest.raises(OutputError, match="could not be saved"):
        settings.save(DEFAULTS)
    assert [found.name for found in file.parent.iterdir()] == ["settings.json"]


def test_migrations_run_one_after_another(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {
        -2: lambda stored: {**stored, "count": stored["n"]},
        -1: lambda stored: {**stored, "k": stored["count"]},
    }
    monkeypatch.setattr(settings, "MIGRATIONS", steps)
    file.write_text('{"version": -2, "n": 33}')
    assert settings.load() == (Settings(k=33), None)


def test_the_metrics_are_those_of_the_space() -> None:
    assert tuple(METRICS) == settings.METRIC_NAMES


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([*(each.name for each in fields(Settings)), "version"]), json_values))
def test_whatever_an_object_holds_gives_possible_settings(stored: dict[str, Any]) -> None:
    file = settings.paths.settings_file()
    file.write_text(json.dumps(stored))
    loaded, _ = settings.load()
    assert loaded.theme in settings.THEMES
    assert 0.75 <= loaded.interface_scale <= 2.5
    assert loaded.metric in METRICS
    assert 1 <= loaded.k <= 1000
    assert loaded.label_amount in settings.LABEL_AMOUNTS
    assert 0.1 <= min(loaded.point_size, loaded.point_opacity) <= max(loaded.point_size, loaded.point_opacity) <= 10
