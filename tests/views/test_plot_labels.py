"""Names on the plot: never over one another, the important ones first, still while the view moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtTest import QTest

from embedviz.space.labels import Labels
from embedviz.views.plot.label_pictures import HALO_PX, MOST_KEPT, LabelPictures, Lettering
from embedviz.views.plot.labels_item import FRAMES_BETWEEN
from embedviz.views.plot.shown_names import FADE_S

N_ITEMS = 3000


@pytest.fixture
def many(show, make_space):
    """A crowd with names of all lengths."""
    rng = np.random.default_rng(2)
    return show(make_space(rng.normal(size=(N_ITEMS, 3)), [f"item{'n' * (row % 30)}{row}" for row in range(N_ITEMS)]))


@pytest.fixture
def settle(plot):
    """Paint until nothing more appears; returns the boxes by row."""

    def run() -> dict[int, QRectF]:
        before = None
        while before is None or len(before) != len(plot.labels_item.rows):
            before = plot.labels_item.rows
            plot.grab()
        return boxes_of(plot)

    return run


def boxes_of(plot) -> dict[int, QRectF]:
    """Where names stand in the last frame."""
    rows, boxes = plot.labels_item.rows.tolist(), plot.labels_item.boxes.tolist()
    return {row: QRectF(*box) for row, box in zip(rows, boxes, strict=True)}


def assert_apart(plot, boxes):
    found = list(boxes.values())
    tools = [child.geometry() for child in plot.children() if getattr(child, "objectName", str)() == "plot_tools"]
    for at, one in enumerate(found):
        assert plot.camera.ground.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(one)
        assert not any(one.intersects(other) for other in found[:at])
        assert not any(one.intersects(QRectF(place)) for place in tools)


def test_names_never_overlap_and_stay_inside(plot, session, many, ask, settle):
    for act in (
        lambda: None,
        lambda: ask("#3"),
        lambda: session.replace(selection=np.arange(30)),
        lambda: plot.zoom(4.0),
        lambda: session.replace(answer=None),
    ):
        act()
        boxes = settle()
        assert len(boxes) >= 5
        assert_apart(plot, boxes)


def test_a_name_stands_beside_its_item(plot, many, settle):
    for row, box in settle().items():
        assert box.adjusted(-12, -12, 12, 12).contains(QPointF(plot.pixel_of(row)))
        assert not box.contains(QPointF(plot.pixel_of(row)))


def test_more_names_when_zoomed_in(plot, many, settle):
    whole = settle()
    in_view = {row for row in whole if plot.camera.ground.contains(QPointF(plot.pixel_of(row)))}
    plot.zoom(3.0)
    closer = settle()
    per_area = len(whole) / (2 * np.pi * 3**2)
    shown = plot.camera.shown
    assert len(closer) / (shown.width() * shown.height()) > 2 * per_area
    assert in_view


def test_at_least_300_names_have_room_on_a_large_plot(qapp, plot, window, show, make_space, settle):
    window.resize(2100, 1150)
    qapp.processEvents()
    show(make_space(np.random.default_rng(2).normal(size=(9000, 3))))
    plot.zoom(2.0)
    boxes = settle()
    assert len(boxes) >= 300
    assert_apart(plot, boxes)


def test_the_first_item_is_named_before_others(plot, many, settle):
    rows = np.array(sorted(settle()))
    assert rows[0] == 0
    assert np.median(rows) < N_ITEMS / 3


def pushed_out(plot, before, anchors, after):
    """Names that are gone though nothing came in their way: they would be whole and apart from all others."""
    hidden = [
        QRectF(child.geometry()) for child in plot.children() if getattr(child, "objectName", str)() == "plot_tools"
    ]
    lost = []
    for row in set(before) - set(after):
        box = before[row].translated(QPointF(plot.pixel_of(row) - anchors[row]))
        roomy = box.adjusted(-6, -3, 6, 3)
        in_the_way = [*hidden, *after.values()]
        if plot.camera.ground.contains(roomy) and not any(roomy.intersects(other) for other in in_the_way):
            lost.append(row)
    return lost


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Plus, Qt.Key.Key_Minus])
def test_names_stay_while_the_view_moves(plot, many, settle, key):
    before = settle()
    n_stayed = 0
    is_arrow = key in (Qt.Key.Key_Left, Qt.Key.Key_Down)
    modifiers = Qt.KeyboardModifier.ShiftModifier if is_arrow else Qt.KeyboardModifier.NoModifier
    for _ in range(4):
        anchors = {row: plot.pixel_of(row) for row in before}
        QTest.keyClick(plot, key, modifiers)
        after = settle()
        assert pushed_out(plot, before, anchors, after) == []
        stayed = set(before) & set(after)
        n_stayed += len(stayed)
        if is_arrow:
            moved = [
                after[row].topLeft() - before[row].topLeft() - QPointF(plot.pixel_of(row) - anchors[row])
                for row in stayed
            ]
            assert sum(way.manhattanLength() > 2.5 for way in moved) <= 2  # those at the edge turn to another side
        before = after
    assert n_stayed > 100


def test_while_the_view_moves_new_names_come_now_and_then_and_all_stand_where_they_would_at_rest(plot, many, settle):
    settle()
    n_came = []
    for _ in range(2 * (FRAMES_BETWEEN + 1)):
        before = set(plot.labels_item.rows.tolist())
        plot.camera.pan(-30.0, 7.0)
        plot.grab()
        moving = boxes_of(plot)
        assert_apart(plot, moving)
        n_came.append(len(set(moving) - before))
    assert [n > 0 for n in n_came] == 2 * [True, *[False] * FRAMES_BETWEEN]
    rested = settle()
    assert len(moving) > 20
    assert len(rested) > len(moving)
    assert {row: rested[row] for row in moving} == moving


def test_what_is_asked_is_named_as_if_nothing_else_were(plot, window, many, ask, settle):
    window.operations.set_k(12)
    answer = ask("#3")
    window.appearance.prefer(label_amount="off")
    alone = settle()
    assert set(alone) <= {3, *answer.rows.tolist()}
    assert len(alone) >= 5
    window.appearance.prefer(label_amount="many")
    together = settle()
    assert {row: together[row] for row in alone} == alone
    assert len(together) > len(alone)


def test_names_of_an_older_answer_go(plot, window, session, many, ask, settle):
    old = set(ask("#7").rows.tolist())
    settle()
    ask("#11")
    rows = np.array(sorted(settle()))
    session.replace(answer=None)
    fresh = set(settle())
    window.appearance.prefer(label_amount="off")
    settle()
    window.appearance.prefer(label_amount="many")
    assert len(old & set(rows.tolist())) < len(old)
    assert len(old & fresh) <= len(old & set(settle())) + 1


def test_amounts(plot, window, many, settle):
    amounts = {}
    for amount in ("many", "few", "off"):
        window.appearance.prefer(label_amount=amount)
        amounts[amount] = len(settle())
    assert amounts["many"] > 2 * amounts["few"] > 10
    assert amounts["off"] == 0


def test_items_without_labels_are_not_named(plot, show, make_space, settle):
    show(make_space(np.random.default_rng(3).normal(size=(50, 3)), [""] * 50))
    assert settle() == {}


def test_odd_names_have_their_places(plot, show, make_space, settle):
    names = ["x" * 500, "ש" * 60, "a\nb\tc", "👍🏽", "same", "same", " ", "\u202eabc"]
    space = show(make_space(np.random.default_rng(3).normal(size=(len(names), 3)) * 100, names))
    boxes = settle()
    assert space.labels == Labels.from_strings(names)
    assert len(boxes) >= 6
    assert max(box.width() for box in boxes.values()) < 330
    assert_apart(plot, boxes)


def ink(plot, box) -> float:
    """How much darker than its ground a name is, at most."""
    image = plot.grab(box.toAlignedRect()).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return 255.0 - pixels[:, : image.width()].min()


def test_a_new_name_fades_in_unless_motion_is_reduced(plot, window, show, make_space, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(plot.labels_item, "_clock", lambda: now[0])
    show(make_space([[0, 0], [100, 0], [50, 1]], ["one", "two", "three"]))
    window.appearance.prefer(label_amount="off")
    plot.camera.show(QRectF(-60, -20, 40, 40))
    plot.grab()

    def appear(start: float) -> list[float]:
        plot.fit_all()
        plot.zoom(0.9)
        window.appearance.prefer(label_amount="many")
        plot.labels_item._shown._asked = {-5: 0.0}  # a name stood before, so the others come slowly
        seen = []
        for moment in (0.0, 0.075, 0.2):
            now[0] = start + moment
            plot.grab()
            seen.append(ink(plot, QRectF(*plot.labels_item.boxes[0])))
        return seen

    at_once, half, whole = appear(10.0)
    assert at_once < half < whole
    window.appearance.prefer(label_amount="off")
    plot.grab()
    window.appearance.settings = replace(window.appearance.settings, reduced_motion=True)
    assert len(set(appear(20.0))) == 1


@pytest.fixture
def strengths(plot, monkeypatch):
    """Paint at a time; how far each name has come to be there, by row."""
    now = [0.0]
    monkeypatch.setattr(plot.labels_item, "_clock", lambda: now[0])

    def paint(at: float) -> dict[int, float]:
        now[0] = at
        plot.grab()
        shown = plot.labels_item._shown
        since = dict(zip(shown._rows.tolist(), shown._since.tolist(), strict=True)) | shown._asked
        return {row: min(max((at - start) / FADE_S, 0.0), 1.0) for row, start in since.items()}

    return paint


def test_a_name_that_stands_does_not_come_again_when_its_item_is_asked_or_no_longer(plot, session, many, strengths):
    before = strengths(0.0)
    some = np.array(sorted(before)[:8])
    session.replace(selection=some)
    chosen = strengths(5.0)
    assert set(some.tolist()) <= set(chosen)
    assert {chosen[row] for row in some.tolist()} == {1.0}
    session.replace(selection=None)
    again = strengths(10.0)
    assert {again[row] for row in set(again) & set(some.tolist())} == {1.0}


def test_names_that_stand_stay_when_there_are_to_be_more_of_them(plot, window, session, many, strengths):
    window.appearance.prefer(label_amount="few")
    session.replace(selection=np.arange(5))
    before = strengths(0.0)
    assert {before[row] for row in range(5) if row in before} == {1.0}
    window.appearance.prefer(label_amount="many")
    after = strengths(5.0)
    assert {after[row] for row in set(before) & set(after)} == {1.0}
    assert min(after.values()) < 1.0


@pytest.fixture
def pictures(qapp):
    font = QFont()
    font.setPixelSize(20)
    return LabelPictures(Lettering(font, "#ffffff"))


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_letters_stand_in_a_glow_of_the_ground(pictures, ratio):
    picture = pictures.make("key", "MMM", QColor("#0000ff"), ratio)
    assert picture.devicePixelRatio() == ratio
    image = QImage(picture.width(), picture.height(), QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    with QPainter(image) as painter:
        painter.drawPixmap(image.rect(), picture)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, 2::-1]
    blue = (pixels == [0, 0, 255]).all(axis=2)
    pale = pixels.min(axis=2) > 150
    assert blue.sum() > 20
    assert pale.sum() > 20
    ys, xs = np.nonzero(blue)
    for y, x in zip(*np.nonzero(pale), strict=True):
        assert np.hypot(ys - y, xs - x).min() <= (HALO_PX + 1) * ratio
    assert pixels[0, 0].tolist() == [255, 0, 0]


def test_pictures_asked_for_longest_ago_are_dropped(pictures):
    for key in range(MOST_KEPT):
        pictures.make(key, "a", QColor("black"), 1.0)
    assert pictures.find(0) is not None
    pictures.make("new", "a", QColor("black"), 1.0)
    assert pictures.find(0) is not None
    assert pictures.find(1) is None
    pictures.clear()
    assert pictures.find(0) is None
