"""The pixels of a PNG figure, against Pillow."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from embedviz.raster.figure_png import lay_under, over, premultiplied, straight


def test_premultiplied_colors_become_straight() -> None:
    picture = np.array([[[0, 0, 0, 0], [10, 20, 128, 128], [1, 2, 3, 255]]], np.uint8)
    assert straight(picture).tolist() == [[[0, 0, 0, 0], [255, 40, 20, 128], [3, 2, 1, 255]]]
    white = np.full((1, 3, 4), 255, np.uint8)
    assert over(white, picture)[..., :3].tolist() == [[[255, 255, 255], [137, 147, 255], [1, 2, 3]]]


@pytest.mark.parametrize("ground", [None, (200, 100, 50)])
def test_points_lie_under_what_was_drawn(ground: tuple[int, int, int] | None) -> None:
    rng = np.random.default_rng(3)
    drawn = rng.integers(0, 256, (9, 7, 4)).astype(np.uint8)
    drawn[rng.random((9, 7)) < 0.5] = 0
    alpha = rng.integers(0, 256, (4, 3, 1))
    points = np.concatenate([rng.integers(0, 256, (4, 3, 3)) * alpha // 255, alpha], axis=2).astype(np.uint8)
    below = Image.new("RGBA", (7, 9), (0, 0, 0, 0) if ground is None else (*ground, 255))
    below.alpha_composite(Image.fromarray(straight(points)), (2, 3))
    below.alpha_composite(Image.fromarray(drawn))
    made = drawn.copy()
    assert list(lay_under(made, points, 2, 3, ground))[-1] == 1.0
    expected = np.asarray(below).astype(int)
    seen = expected[..., 3] > 16  # colours of what can hardly be seen are rounded away
    assert np.abs(made.astype(int) - expected)[seen].max() <= 4
    assert np.abs(made[..., 3].astype(int) - expected[..., 3]).max() <= 2


def test_straight_colors_become_premultiplied_and_back() -> None:
    rng = np.random.default_rng(4)
    picture = rng.integers(0, 256, (6, 5, 4)).astype(np.uint8)
    with Image.fromarray(picture) as image:
        expected = np.asarray(image.convert("RGBa"))[..., [2, 1, 0, 3]].astype(int)
    assert np.abs(premultiplied(picture).astype(int) - expected).max() <= 1
    opaque = picture | np.array([0, 0, 0, 255], np.uint8)
    np.testing.assert_array_equal(straight(premultiplied(opaque)), opaque)
