"""The cache dialog: what it says, clearing, and the limit as a setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedviz import formats
from embedviz.operations.caching import size_text
from embedviz.views.cache_dialog import CacheDialog


@pytest.fixture
def held(monkeypatch):
    """A cache of two files in 1.5 GB, until it is cleared."""
    state = {"n_files": 2, "n_bytes": 1_500_000_000}

    def usage():
        return formats.CacheUsage(Path("/cache/spaces"), state["n_files"], state["n_bytes"], 4_000_000_000)

    def clear():
        freed = state["n_bytes"]
        state.update(n_files=0, n_bytes=0)
        return freed

    monkeypatch.setattr(formats, "cache_usage", usage)
    monkeypatch.setattr(formats, "clear_cache", clear)
    return state


@pytest.fixture
def dialog(window, held, idle):
    window.named_actions["action_show_cache"].trigger()
    idle()
    return window.findChild(CacheDialog)


def test_it_says_what_the_cache_holds_and_where(dialog):
    assert dialog.size_label.text() == "1.5 GB in 2 files"
    assert dialog.folder_label.text() == str(Path("/cache/spaces"))
    assert dialog.limit_spin.value() == 4.0


def test_clearing_frees_it_and_says_how_much(dialog, window, idle, held):
    dialog.clear_button.click()
    idle()
    assert held["n_files"] == 0
    assert dialog.size_label.text() == "nothing"
    assert not dialog.clear_button.isEnabled()
    assert window.message_bar.message_line.text() == "The cache is cleared: 1.5 GB freed."


def test_the_limit_is_a_setting(dialog, window):
    dialog.limit_spin.setValue(12.5)
    assert window.appearance.settings.cache_gigabytes == 12.5


@pytest.mark.parametrize(
    ("n_bytes", "text"), [(0, "0 kB"), (1500, "2 kB"), (2_340_000, "2.3 MB"), (12_300_000_000, "12.3 GB")]
)
def test_sizes_are_told_in_the_unit_that_fits(n_bytes, text):
    assert size_text(n_bytes) == text
