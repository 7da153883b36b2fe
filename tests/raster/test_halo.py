"""Halos: the kernel and numpy agree, and both with a plain reading of what a halo is."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz import kernels
from embedviz.progress import finish
from embedviz.raster import halo


@pytest.fixture(scope="module")
def compiled():
    finish(kernels.load([halo.HALO_COMPILED]))


def letters_of(seed: int, height: int = 21, width: int = 47) -> np.ndarray:
    rng = np.random.default_rng(seed)
    letters = np.where(rng.random((height, width)) < 0.06, rng.integers(1, 256, (height, width)), 0)
    return letters.astype(np.uint8)


def slow_halo(letters, reach, color, ground, strength):
    """One pixel at a time: the strongest letter within `reach` steps, blurred by 1 2 1, under the letters."""
    height, width = letters.shape

    def strongest(y, x):
        if not (0 <= y < height and 0 <= x < width):
            return 0
        near = [
            int(letters[b, a])
            for b in range(max(0, y - reach), min(height, y + reach + 1))
            for a in range(max(0, x - reach), min(width, x + reach + 1))
            if abs(a - x) + abs(b - y) <= reach
        ]
        return max(near)

    spread = {(y, x): strongest(y, x) for y in range(-1, height + 1) for x in range(-1, width + 1)}
    pixels = np.zeros((height, width, 4))
    for y in range(height):
        for x in range(width):
            blurred = sum((2 - abs(b)) * (2 - abs(a)) * spread[y + b, x + a] for b in (-1, 0, 1) for a in (-1, 0, 1))
            ink = letters[y, x] / 255
            under = blurred / 16 / 255 * strength * (1 - ink)
            for channel, (over_tone, under_tone) in enumerate(
                zip((*color[::-1], 255), (*ground[::-1], 255), strict=True)
            ):
                pixels[y, x, channel] = ink * over_tone + under * under_tone
    return pixels


@pytest.mark.parametrize("reach", [1, 2, 5])
@pytest.mark.parametrize("is_compiled", [False, True])
def test_a_halo_is_what_it_says(request, monkeypatch, reach, is_compiled):
    if is_compiled:
        request.getfixturevalue("compiled")
    else:
        monkeypatch.setattr(kernels, "loaded", lambda name: None)
    letters = letters_of(reach)
    found = halo.with_halo(letters, reach, (20, 40, 200), (250, 240, 230), 0.9)
    expected = slow_halo(letters, reach, (20, 40, 200), (250, 240, 230), 0.9)
    assert found.shape == (21, 47, 4)
    assert np.abs(found - expected).max() <= 0.5 + 1e-6
    assert (found[:, :, :3] <= found[:, :, 3:]).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 2)])
def test_small_pictures(compiled, size):
    letters = np.full(size, 255, np.uint8)
    assert (halo.with_halo(letters, 2, (1, 2, 3), (255, 255, 255), 0.9) == [3, 2, 1, 255]).all()


def test_letters_that_are_part_of_a_wider_row(compiled):
    padded = np.zeros((21, 64), np.uint8)
    padded[:, :47] = letters_of(3)
    tones = (0, 0, 0), (255, 255, 255)
    assert np.array_equal(halo.with_halo(padded[:, :47], 2, *tones, 0.9), halo.with_halo(letters_of(3), 2, *tones, 0.9))
