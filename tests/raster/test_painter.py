"""Pictures: both routes against each other, against sums worked out by hand, and against hostile input."""

from __future__ import annotations

import importlib
import itertools
import math
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz import kernels
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.raster import DISCS_UP_TO, KERNELS, Painter, Style, Viewport, paint, style_for, tile_steps
from embedviz.raster.ink import disc_stamps

VIEW = Viewport(0, 40, 0, 30, 40, 30)
PALETTE = np.array([[255, 0, 0], [0, 0, 255], [10, 20, 30]], np.uint8)


def cloud(n: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.uniform(-5, 45, (n, 2)) * [1, 0.8]).astype(np.float32)


@pytest.mark.parametrize("radius", [0.05, 0.3, 0.7, 1.0, 2.5, 9.0])
def test_a_stamp_holds_the_area_of_its_disc(radius: float) -> None:
    stamps = disc_stamps(radius)
    np.testing.assert_allclose(stamps.sum(axis=(2, 3)), math.pi * radius**2, rtol=1e-5)
    assert stamps.min() >= 0


def test_one_disc_is_opaque_inside_and_absent_outside(route: str) -> None:
    picture = paint(np.array([[20.5, 14.5]], np.float32), VIEW, style=Style(4.0, 0.5), color=(200, 100, 50))
    # The middle of the disc is at pixel (20, 15); there alpha is 0.5 and the colour premultiplied, as B, G, R, A.
    np.testing.assert_allclose(picture[15, 20].astype(int), [25, 50, 100, 128], atol=1)
    y, x = np.nonzero(picture[..., 3])
    distance = np.hypot(x - 20, y - 15)
    assert distance.max() < 5.1
    assert len(x) == pytest.approx(math.pi * 4.5**2, rel=0.15)
    np.testing.assert_array_equal(picture, picture[:, ::-1][:, np.r_[39, 0:39]])


def test_ink_of_a_splat_is_shared_by_its_four_pixels(route: str) -> None:
    # At (10.75, y 9.5 from the top): three quarters of the way from column 10 to... its centre 10.5 is 0.25 away.
    picture = paint(np.array([[10.75, 20.5]], np.float32), VIEW, style=Style(1 / math.sqrt(math.pi), 0.5, splat=True))
    alpha = picture[..., 3].astype(float) / 255
    assert np.argwhere(alpha > 0).tolist() == [[9, 10], [9, 11]]
    np.testing.assert_allclose(alpha[9, [10, 11]], [1 - 0.5**0.75, 1 - 0.5**0.25], atol=0.004)


def test_alpha_is_that_of_layers_of_glass(route: str) -> None:
    points = np.repeat(np.array([[20.5, 14.5]], np.float32), 3, axis=0)
    picture = paint(points, VIEW, style=Style(3.0, 0.3), color=(255, 255, 255))
    expected = round(255 * (1 - 0.7**3))
    np.testing.assert_allclose(picture[15, 20].astype(int), expected, atol=1)


def test_two_classes_on_one_pixel_mix_in_linear_light(route: str) -> None:
    points = np.repeat(np.array([[20.5, 14.5]], np.float32), 2, axis=0)
    codes = np.array([0, 1], np.int32)
    picture = paint(points, VIEW, style=Style(3.0, 0.99999), codes=codes, palette=PALETTE)
    half = 255 * (1.055 * 0.5 ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(picture[15, 20].astype(float), [half, 0, half, 255], atol=1.5)


def test_codes_outside_the_palette_take_its_last_row(route: str) -> None:
    points = np.array([[5, 15], [20, 15], [35, 15]], np.float32)
    codes = np.array([-1, 99, -(2**31)], np.int32)
    picture = paint(points, VIEW, style=Style(2.0, 0.99999), codes=codes, palette=PALETTE)
    for x in (5, 20, 35):
        np.testing.assert_allclose(picture[14, x].astype(int), [30, 20, 10, 255], atol=1)


@pytest.mark.parametrize("style", [Style(2.5, 0.3), Style(0.6, 0.4), Style(0.6, 0.2, splat=True), Style(17, 0.1)])
@pytest.mark.parametrize("colored", [False, True])
def test_compiled_and_plain_pictures_are_equal_within_rounding(
    draw_plainly: pytest.MonkeyPatch, style: Style, colored: bool
) -> None:
    points = cloud(3000)
    points[::50] = np.nan
    codes = np.random.default_rng(1).integers(-1, 4, 3000).astype(np.int32) if colored else None
    palette = PALETTE if colored else None
    compiled = paint(points, VIEW, style=style, codes=codes, palette=palette)
    with draw_plainly.context() as patch:
        patch.setattr(kernels, "loaded", lambda name: None)
        plain = paint(points, VIEW, style=style, codes=codes, palette=palette)
    assert compiled[..., 3].max() > 60
    np.testing.assert_allclose(compiled.astype(int), plain.astype(int), atol=1)


@pytest.mark.parametrize("style", [Style(2.5, 0.3), Style(0.6, 0.4, splat=True)])
@pytest.mark.parametrize("colored", [False, True])
@pytest.mark.parametrize("sorted_first", [False, True])
def test_a_picture_on_a_ground_is_the_transparent_one_laid_over_it(
    route: str, style: Style, colored: bool, sorted_first: bool
) -> None:
    points, ground = cloud(1500), (250, 130, 7)
    codes = np.random.default_rng(1).integers(-1, 4, 1500).astype(np.int32) if colored else None
    options = {"style": style, "codes": codes, "palette": PALETTE if colored else None}
    source = finish(tile_steps(points)) if sorted_first else points
    with Painter() as painter:
        clear = painter.paint(source, VIEW, **options).astype(float)
        opaque = painter.paint(source, VIEW, ground=ground, **options)
        bare = painter.paint(points[:0], VIEW, ground=ground)
    under = np.array([*ground[::-1], 255])
    assert (opaque[..., 3] == 255).all()
    np.testing.assert_allclose(opaque, clear + under * (1 - clear[..., 3:] / 255), atol=1.5)
    assert (bare == under).all()


@pytest.mark.parametrize("n_threads", [2, 3, 7])
def test_threads_make_the_same_picture_as_one_alone_and_always_the_same(n_threads: int) -> None:
    for name in KERNELS:
        importlib.import_module(name)
    points, codes = cloud(2000), np.arange(2000, dtype=np.int32) % 3
    for style in (Style(3.3, 0.3), Style(0.6, 0.3, splat=True)):
        with Painter(n_threads=n_threads) as painter:
            for options in ({}, {"codes": codes, "palette": PALETTE}):
                expected = paint(points, VIEW, style=style, **options)
                picture = painter.paint(points, VIEW, style=style, **options)
                np.testing.assert_allclose(picture.astype(int), expected.astype(int), atol=1)
                np.testing.assert_array_equal(painter.paint(points, VIEW, style=style, **options), picture)


def test_order_does_not_matter(route: str) -> None:
    points, codes = cloud(2000), np.arange(2000, dtype=np.int32) % 3
    forward = paint(points, VIEW, style=Style(2.5, 0.3), codes=codes, palette=PALETTE)
    backward = paint(points[::-1], VIEW, style=Style(2.5, 0.3), codes=codes[::-1], palette=PALETTE)
    np.testing.assert_allclose(forward.astype(int), backward.astype(int), atol=1)


def test_the_picture_is_premultiplied(route: str) -> None:
    codes = np.arange(2000, dtype=np.int32) % 3
    picture = paint(cloud(2000), VIEW, style=Style(1.5, 0.3), codes=codes, palette=PALETTE)
    assert (picture[..., :3] <= picture[..., 3:]).all()


NUMBERS = st.floats(width=32) | st.sampled_from([0.0, -0.5, 0.5, 39.5, 40.0, 40.5, 1e30, -1e30, 2.0**31, 2.0**63])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8), st.integers(1, 41), st.integers(1, 31), st.booleans())
def test_any_coordinates_and_sizes_are_drawn_alike_by_both_routes(
    draw_plainly: pytest.MonkeyPatch, places: list[tuple[float, float]], width: int, height: int, splat: bool
) -> None:
    with np.errstate(over="ignore"):
        points = np.array(places, np.float32).reshape(-1, 2)
    viewport = Viewport(0, 40, 0, 30, width, height)
    codes = np.arange(len(points), dtype=np.int32) - 1
    style = Style(2.2, 0.4, splat=splat)
    compiled = paint(points, viewport, style=style, codes=codes, palette=PALETTE)
    with draw_plainly.context() as patch:
        patch.setattr(kernels, "loaded", lambda name: None)
        plain = paint(points, viewport, style=style, codes=codes, palette=PALETTE)
    np.testing.assert_allclose(compiled.astype(int), plain.astype(int), atol=1)


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (40, 1), (2, 3)])
def test_tiny_pictures_and_no_points(route: str, size: tuple[int, int]) -> None:
    viewport = Viewport(0, 40, 0, 30, *size)
    with Painter(n_threads=2) as painter:
        assert painter.paint(cloud(500), viewport, style=Style(3, 0.9))[..., 3].min() > 200
        assert not painter.paint(np.empty((0, 2), np.float32), viewport).any()
        assert not painter.paint(np.full((9, 2), np.nan, np.float32), viewport).any()


def test_a_picture_is_drawn_into_the_array_that_is_given(route: str) -> None:
    out = np.full((30, 40, 4), 77, np.uint8)
    assert paint(cloud(10), VIEW, out=out) is out
    np.testing.assert_array_equal(out, paint(cloud(10), VIEW))


def test_arrays_that_do_not_fit_are_refused(route: str) -> None:
    points, codes = cloud(5), np.zeros(4, np.int32)
    with pytest.raises(OptionError, match="5 points need as many"):
        paint(points, VIEW, codes=codes, palette=PALETTE)
    with pytest.raises(OptionError, match="palette"):
        paint(points, VIEW, codes=np.zeros(5, np.int32), palette=np.empty((0, 3), np.uint8))
    with pytest.raises(OptionError, match="two coordinates"):
        paint(np.zeros((5, 3), np.float32), VIEW)
    with pytest.raises(OptionError, match=r"30, 40, 4"):
        paint(points, VIEW, out=np.zeros((40, 30, 4), np.uint8))


def test_read_only_arrays_are_drawn(route: str) -> None:
    points, codes, palette = cloud(50), np.zeros(50, np.int32), PALETTE.copy()
    for array in (points, codes, palette):
        array.setflags(write=False)
    assert paint(points, VIEW, codes=codes, palette=palette).any()


def test_closing_a_painter_ends_its_threads_and_it_can_paint_again(route: str) -> None:
    before = threading.active_count()
    painter = Painter(n_threads=3)
    first = painter.paint(cloud(100), VIEW)
    painter.close()
    painter.close()
    assert threading.active_count() == before
    np.testing.assert_array_equal(painter.paint(cloud(100), VIEW), first)
    painter.close()
    assert threading.active_count() == before


def test_style_follows_the_number_smoothly_and_never_jumps() -> None:
    numbers = np.unique(np.geomspace(1, 2e7, 2000).astype(int)).tolist()
    for ratio in (1.0, 2.0):
        styles = [style_for(n, ratio) for n in numbers]
        assert all(one.radius >= other.radius for one, other in itertools.pairwise(styles))
        large = [style for n, style in zip(numbers, styles, strict=True) if n > 200]
        assert all(abs(one.opacity - other.opacity) < 0.02 for one, other in itertools.pairwise(large))
        assert all(0 < style.opacity < 1 for style in styles)
    assert style_for(10_000) == Style(2.5, pytest.approx(0.3))
    assert style_for(10_000, 2.0).radius == 5.0
    assert style_for(0) == style_for(1)
    assert not style_for(DISCS_UP_TO).splat
    assert style_for(DISCS_UP_TO + 1).splat


def test_the_passage_from_discs_to_splats_keeps_the_brightness(route: str) -> None:
    points = (np.random.default_rng(4).normal(0.5, 0.15, (40_000, 2)) * [200, 150]).astype(np.float32)
    viewport = Viewport(0, 200, 0, 150, 200, 150)
    before, after = style_for(DISCS_UP_TO), style_for(DISCS_UP_TO + 1)
    blurred = [
        paint(points, viewport, style=style)[..., 3].reshape(15, 10, 20, 10).mean(axis=(1, 3))
        for style in (before, after)
    ]
    np.testing.assert_allclose(blurred[0], blurred[1], atol=6)


def test_faded_and_vivid_change_only_the_opacity() -> None:
    style = Style(2.0, 0.3, splat=True)
    assert style.faded().opacity < style.opacity < style.vivid().opacity < 1
    assert (style.faded().radius, style.vivid().splat) == (2.0, True)


def test_something_else_is_done_once_on_this_thread(route: str) -> None:
    points, done = cloud(3000), []
    tiles = finish(tile_steps(points))
    with Painter(n_threads=2) as painter:
        for source in (points, tiles, points[:0]):
            expected = painter.paint(source, VIEW)
            picture = painter.paint(source, VIEW, meanwhile=lambda: done.append(threading.current_thread()))
            assert (picture == expected).all()
    assert done == [threading.current_thread()] * 3


def test_what_fails_meanwhile_fails_the_picture_and_leaves_the_painter_whole() -> None:
    points = cloud(3000)
    tiles = finish(tile_steps(points))
    with Painter(n_threads=2) as painter:
        expected = painter.paint(tiles, VIEW)
        with pytest.raises(ZeroDivisionError):
            painter.paint(tiles, VIEW, meanwhile=lambda: print(1 / 0))
        assert (painter.paint(tiles, VIEW) == expected).all()
