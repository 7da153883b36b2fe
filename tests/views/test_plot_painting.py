"""What the plot really paints: its ground, the items where they are said to be."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtWidgets import QWidget

from embedviz.raster.drawing import CELL_PX, MOVING_CELL_PX
from embedviz.settings import Settings
from embedviz.views import theme as themes
from embedviz.views.plot import points_item


def grabbed(plot) -> QImage:
    """The plot without the buttons on it as it is on the screen, one picture pixel a widget pixel."""
    image = QImage(plot.size(), QImage.Format.Format_RGB32)
    plot.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawWindowBackground)
    return image


def array(image: QImage) -> np.ndarray:
    """Red, green, blue (height, width, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return pixels[:, :, 2::-1].astype(int)


def rgb(color: str) -> list[int]:
    tone = QColor(color)
    return [tone.red(), tone.green(), tone.blue()]


def ink(picture: np.ndarray, place: QPoint, ground: str, reach: int = 2) -> int:
    """How far the pixels around a place differ from the ground, at most."""
    near = picture[place.y() - reach : place.y() + reach + 1, place.x() - reach : place.x() + reach + 1]
    return int(np.abs(near - rgb(ground)).max())


@pytest.fixture
def quiet(monkeypatch, plot):
    """A plot without names, so that only points and marks are painted."""
    monkeypatch.setattr(plot.labels_item, "draw", lambda *args, **options: None)
    return plot


@pytest.mark.parametrize(("name", "theme"), [("light", themes.LIGHT), ("dark", themes.DARK)])
def test_the_ground_has_the_colour_of_the_theme(make_window, name, theme):
    window = make_window(Settings(theme=name))
    picture = array(grabbed(window.plot))
    colors, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    assert colors[counts.argmax()].tolist() == rgb(theme.ground)
    assert picture[200, 300].tolist() == rgb(theme.ground)


def test_changing_the_theme_repaints_the_ground_and_the_points(quiet, window, space):
    place = quiet.pixel_of(7)
    for name, theme in (("dark", themes.DARK), ("light", themes.LIGHT)):
        window.appearance.set_theme(name)
        picture = array(grabbed(quiet))
        colors, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
        assert colors[counts.argmax()].tolist() == rgb(theme.ground)
        assert ink(picture, place, theme.ground) > 40


def test_every_item_is_painted_where_pixel_of_says_and_nothing_elsewhere(quiet, space):
    picture = array(grabbed(quiet))
    places = [quiet.pixel_of(row) for row in range(60)]
    assert min(ink(picture, place, themes.LIGHT.ground) for place in places) > 40
    ground = quiet.camera.ground.toRect().adjusted(8, 8, -8, -8)  # the ticks reach inside
    left, top = ground.left(), ground.top()
    inked = np.abs(picture - rgb(themes.LIGHT.ground)).max(axis=2) > 12
    ys, xs = np.nonzero(inked[top : top + ground.height(), left : left + ground.width()])
    spots = np.array([(place.x(), place.y()) for place in places])
    away = np.hypot(xs[:, None] + left - spots[:, 0], ys[:, None] + top - spots[:, 1]).min(axis=1)
    assert away.max() < 8


def test_the_middle_of_a_disc_is_at_most_a_pixel_from_pixel_of(quiet, show, make_space):
    show(make_space([[0, 0], [4, 3], [-5, 2], [3, -4], [-2, -2]]))
    weight = np.abs(array(grabbed(quiet)) - rgb(themes.LIGHT.ground)).sum(axis=2).astype(float)
    for row in range(5):
        place = quiet.pixel_of(row)
        part = weight[place.y() - 10 : place.y() + 11, place.x() - 10 : place.x() + 11]
        ys, xs = np.mgrid[-10:11, -10:11]
        middle = np.array([(part * xs).sum(), (part * ys).sum()]) / part.sum() + 0.5
        assert np.abs(middle).max() <= 1.0


def test_points_follow_the_camera(quiet, space):
    quiet.zoom(2.0)
    quiet.camera.move(x=1.5)
    picture = array(grabbed(quiet))
    shown = quiet.camera.ground.adjusted(12, 12, -12, -12)
    rows = [row for row in range(60) if shown.contains(QPointF(quiet.pixel_of(row)))]
    assert 5 < len(rows) < 60
    assert min(ink(picture, quiet.pixel_of(row), themes.LIGHT.ground) for row in rows) > 40


def test_classes_wear_the_colours_of_the_legend(quiet, window, session, space):
    session.replace(coloring="checked")
    picture = array(grabbed(quiet))
    column = space.metadata["checked"]
    entries = {entry.name: entry.color for entry in window.color_key.coloring.legend.entries}
    for row in range(60):
        place = quiet.pixel_of(row)
        others = [quiet.pixel_of(each) for each in range(60) if each != row]
        if min((place - other).manhattanLength() for other in others) < 14:
            continue
        own, other = (entries[name] for name in (("yes", "no") if column.values[row] else ("no", "yes")))
        middle = picture[place.y(), place.x()]
        assert np.abs(middle - own).sum() < np.abs(middle - other).sum()


def test_the_query_and_its_neighbours_are_marked_in_their_colours(quiet, window, space, ask):
    window.operations.set_k(3)
    answer = ask("word3")
    picture = array(grabbed(quiet))
    theme = themes.LIGHT

    def near(place, color):
        part = picture[place.y() - 1 : place.y() + 2, place.x() - 1 : place.x() + 2].reshape(-1, 3)
        return np.abs(part - rgb(color)).sum(axis=1).min() < 60

    assert near(quiet.pixel_of(3), theme.query)
    for row in answer.rows.tolist():
        away = min(
            (quiet.pixel_of(row) - quiet.pixel_of(other)).manhattanLength()
            for other in (3, *answer.rows)
            if other != row
        )
        assert away < 12 or near(quiet.pixel_of(row), theme.neighbor)


def test_unselected_items_fade_and_do_not_vanish(quiet, session, space):
    place = quiet.pixel_of(1)
    before = ink(array(grabbed(quiet)), place, themes.LIGHT.ground)
    session.replace(selection=np.array([40, 41]))
    after = ink(array(grabbed(quiet)), place, themes.LIGHT.ground)
    assert 0 < after < before


ODD_SPACES = {
    "one item": [[1.0, 2.0]],
    "one dimension": [[1.0], [2.0], [4.0]],
    "one item of one dimension": [[3.0]],
    "all at one place": [[1.0, 2.0]] * 5,
    "all zero": [[0.0, 0.0]] * 4,
    "rows that are not finite": [[0.0, 1.0], [np.nan, 0.0], [5.0, np.inf], [3.0, 2.0]],
    "huge": [[1e30, 0.0], [-1e30, 1e30]],
    "tiny": [[1e-30, 0.0], [-1e-30, 1e-30]],
    "far from the origin": [[1e6, 1e6], [1e6 + 1, 1e6 + 2]],
}


@pytest.mark.parametrize("kind", ODD_SPACES)
def test_odd_spaces_are_shown_pointed_at_and_asked(quiet, show, make_space, ask, session, kind):
    space = show(make_space(ODD_SPACES[kind]))
    for row in np.flatnonzero(space.finite).tolist():
        place = quiet.pixel_of(row)
        assert quiet.camera.ground.contains(QPointF(place))
        found = quiet.row_at(place)
        assert quiet.pixel_of(found) == place
        assert ink(array(grabbed(quiet)), place, themes.LIGHT.ground) > 30
    ask("item 0")
    quiet.zoom(2.0)
    quiet.fit_all()
    quiet.fit_selection()
    grabbed(quiet)
    session.replace(selection=np.array([0]))
    quiet.fit_selection()
    grabbed(quiet)
    assert session.state.space is space


def test_an_item_that_is_not_finite_has_no_place_to_be_found(plot, show, make_space):
    show(make_space(ODD_SPACES["rows that are not finite"]))
    for x in range(0, plot.width(), 40):
        for y in range(0, plot.height(), 40):
            assert plot.row_at(QPoint(x, y)) in (None, 0, 3)


def test_without_a_space_the_plot_is_empty(plot):
    assert plot.row_at(QPoint(300, 300)) is None
    plot.fit_all()
    plot.fit_selection()
    grabbed(plot)
    assert plot.accessibleDescription() == "The plot is empty."


@pytest.fixture
def crowd(show, make_space, idle):
    """More items than are sorted at once, sorted by now."""
    made = show(make_space(np.random.default_rng(6).normal(size=(21_000, 2)) * [4, 2]))
    idle()
    return made


@pytest.mark.parametrize("selection", [None, np.arange(0, 21_000, 3)])
def test_sorted_items_look_and_are_found_as_unsorted_ones(quiet, session, crowd, selection):
    session.replace(selection=selection)
    quiet.zoom(2.0)
    places = [QPoint(x, y) for x in range(100, 500, 37) for y in range(100, 400, 41)]
    pictures, found = [], []
    for is_sorted in (True, False):
        assert (quiet.scene.tiles is not None) == is_sorted
        pictures.append(array(grabbed(quiet)))
        found.append([quiet.row_at(place) for place in places])
        quiet.scene.tiles = quiet.points_item._tiles = None
        quiet.points_item._layers = []
        quiet.points_item.redraw()
    assert np.abs(pictures[0] - pictures[1]).max() <= 3
    assert found[0] == found[1]
    assert len(set(found[0])) > 20


def test_a_crowd_is_drawn_coarser_while_the_view_moves_and_finely_at_rest(monkeypatch, qtbot, quiet, crowd):
    monkeypatch.setattr(points_item, "MANY_ITEMS", 1_000)
    widths = []
    paint = quiet.scene.painter.paint
    monkeypatch.setattr(
        quiet.scene.painter, "paint", lambda *args, **how: widths.append(how["cell_px"]) or paint(*args, **how)
    )
    quiet.camera.move(0.1, 0.0)
    grabbed(quiet)
    assert widths == [MOVING_CELL_PX]
    qtbot.waitUntil(lambda: bool(grabbed(quiet)) and widths[-1] == CELL_PX)
    monkeypatch.undo()
    at_rest = array(grabbed(quiet))
    quiet.points_item.redraw()
    assert (array(grabbed(quiet)) == at_rest).all()


@pytest.mark.parametrize("looks", [1, 2])
def test_a_view_is_drawn_once_however_often_it_is_looked_at(monkeypatch, quiet, crowd, looks):
    drawn, paint = [], quiet.scene.painter.paint
    monkeypatch.setattr(quiet.scene.painter, "paint", lambda *args, **how: drawn.append(0) or paint(*args, **how))
    for _ in range(2):  # the first is a rest, after which the plot may have been moved without pause
        quiet.camera.move(0.1, 0.0)
        grabbed(quiet)
        grabbed(quiet)
    drawn.clear()
    for _ in range(5):
        quiet.camera.move(0.1, 0.0)
        pictures = [array(grabbed(quiet)) for _ in range(looks)]
    assert len(drawn) == 5
    assert (pictures[0] == pictures[-1]).all()
    quiet.points_item.redraw()
    assert (array(grabbed(quiet)) == pictures[0]).all()


def test_points_are_as_large_and_as_opaque_as_the_person_wants(quiet, window, crowd):
    inks = []
    for size, opacity in ((1.0, 1.0), (2.0, 1.0), (1.0, 0.3)):
        window.appearance.prefer(point_size=size, point_opacity=opacity)
        inks.append(np.abs(array(grabbed(quiet)) - rgb(themes.LIGHT.ground)).sum())
    usual, large, faint = inks
    assert large > 1.5 * usual
    assert 0 < faint < 0.6 * usual
