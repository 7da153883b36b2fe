"""Figures drawn in the background: saved, copied and previewed; what goes wrong is said."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from embedviz.operations.figures import small
from embedviz.raster import FigureContent, FigureSpec

SPEC = FigureSpec(size=(400, 300), scale=2)


@pytest.fixture
def content(session, space):
    return FigureContent(space, session.state.projection)


def size_of(written: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(written)) as image:
        return image.size


def test_a_saved_figure_is_said_and_told(qtbot, operations, idle, content, said, tmp_path):
    with qtbot.waitSignal(operations.figure_saved, timeout=20_000) as saved:
        operations.save_figure(content, tmp_path / "a.svg", SPEC)
    idle()
    assert saved.args == [tmp_path / "a.svg"]
    assert said[-1].text == "Saved the figure a.svg."
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")


def test_an_existing_figure_stays_unless_replacing_is_allowed(operations, idle, content, said, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"mine")
    operations.save_figure(content, path, SPEC)
    idle()
    assert said[-1].kind == "error"
    assert "exists already" in said[-1].text
    assert path.read_bytes() == b"mine"
    operations.save_figure(content, path, SPEC, overwrite=True)
    idle()
    assert size_of(path.read_bytes()) == (800, 600)


@pytest.mark.parametrize(("name", "words"), [("a.gif", "PNG, SVG or PDF"), ("nowhere/a.png", "no folder")])
def test_a_place_that_will_not_do_is_refused(operations, idle, content, said, tmp_path, name, words):
    operations.save_figure(content, tmp_path / name, SPEC)
    idle()
    assert [message.kind for message in said] == ["error"]
    assert words in said[0].text
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_figure_leaves_no_file(operations, idle, content, said, tmp_path):
    operations.save_figure(content, tmp_path / "a.png", SPEC)
    operations.cancel_job(operations.jobs.newest("figure"))
    idle()
    assert said == []
    assert list(tmp_path.iterdir()) == []


def test_a_copy_has_the_scale_and_a_preview_has_not(qtbot, operations, idle, content):
    with qtbot.waitSignal(operations.figure_copied, timeout=20_000) as copied:
        operations.copy_figure(content, SPEC)
    with qtbot.waitSignal(operations.figure_previewed, timeout=20_000) as previewed:
        operations.preview_figure(content, SPEC)
    idle()
    assert size_of(copied.args[0]) == (800, 600)
    assert size_of(previewed.args[0]) == (400, 300)


def test_the_newest_preview_wins(operations, idle, content):
    seen = []
    operations.figure_previewed.connect(seen.append)
    for width in (400, 500, 600):
        operations.preview_figure(content, FigureSpec(size=(width, 300)))
    idle()
    assert [size_of(written) for written in seen] == [(600, 300)]


def test_a_preview_keeps_the_proportions():
    assert small(FigureSpec(size=(4000, 3000), scale=2)) == FigureSpec(size=(1600, 1200))
    assert small(FigureSpec(size=(800, 600))) == FigureSpec(size=(800, 600))
    assert small(FigureSpec(size=(12_000, 300))).size == (1600, 200)
