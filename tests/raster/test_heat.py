"""A matrix as a picture: every cell in the colour of its score, the diagonal without a say in the scale."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.raster.heat import heat_picture
from embedviz.raster.palettes import diverging_palette, scale_palette


@pytest.mark.parametrize("dark", [False, True])
def test_the_scale_runs_over_different_items(dark: bool) -> None:
    scores = np.array([[1.0, 0.2, 0.6], [0.2, 1.0, 0.4], [0.6, 0.4, 1.0]])
    colors, legend = heat_picture(scores, title="Cosine", dark=dark)
    palette = scale_palette(dark=dark)
    assert legend.ends == (0.2, 0.6)
    assert legend.title == "Cosine"
    assert (colors[0, 1] == palette[0]).all()
    assert (colors[0, 2] == palette[-1]).all()
    assert (colors[0, 0] == palette[-1]).all()
    assert (colors == colors.transpose(1, 0, 2)).all()
    assert not colors.flags.writeable


def test_signed_scores_have_their_middle_at_zero() -> None:
    scores = np.array([[1.0, -0.5, 0.5], [-0.5, 1.0, 0.0], [0.5, 0.0, 1.0]])
    colors, legend = heat_picture(scores, title="", dark=False)
    assert legend.ends == (-0.5, 0.5)
    assert (colors[0, 1] == diverging_palette(-0.5, 0.5, dark=False)[0]).all()


def test_equal_scores_have_one_colour() -> None:
    colors, _ = heat_picture(np.ones((2, 2)), title="", dark=False)
    assert len(np.unique(colors.reshape(-1, 3), axis=0)) == 1
