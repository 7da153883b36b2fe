"""The network: a forward pass computed by hand, its gradient by finite differences, and Adam by its formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embedviz.training.next_word_network import Adam, Network, chances_of, forward, loss_and_gradient, new_network


def random_network(n_symbols=7, context=2, n_dims=3, n_hidden=4, seed=3) -> Network[np.float64]:
    rng = np.random.default_rng(seed)
    return Network(
        rng.normal(size=(n_symbols, n_dims)),
        rng.normal(size=(context * n_dims + 1, n_hidden)),
        rng.normal(size=(n_hidden + 1, n_symbols)),
    )


CONTEXTS = np.array([[0, 3], [3, 3], [6, 1]], np.int32)
OWNERS = np.array([0, 0, 0, 1, 2], np.int64)
NEXTS = np.array([5, 2, 5, 3, 0], np.int32)


def test_a_forward_pass_by_hand():
    network = Network(
        np.array([[1.0], [2.0], [-1.0]]),  # a number a word
        np.array([[0.5], [0.25], [0.1]]),  # two words and the bias
        np.array([[1.0, -1.0, 0.0], [0.0, 0.2, 0.4]]),
    )
    seen = forward(network, np.array([[0, 1]], np.int32))
    hidden = math.tanh(1 * 0.5 + 2 * 0.25 + 0.1)
    assert seen.inputs.tolist() == [[1, 2, 1]]
    assert seen.hidden[0].tolist() == pytest.approx([hidden, 1])
    assert seen.scores[0].tolist() == pytest.approx([hidden, 0.2 - hidden, 0.4])
    powers = [math.exp(hidden), math.exp(0.2 - hidden), math.exp(0.4)]
    assert chances_of(seen.scores.copy())[0].tolist() == pytest.approx([power / sum(powers) for power in powers])
    assert network.context == 2
    assert network.n_numbers == 3 + 3 + 6


def test_the_gradient_is_that_of_finite_differences():
    network = random_network()
    room = np.empty((3, 7))

    def loss() -> float:
        chances = chances_of(forward(network, CONTEXTS).scores)
        return -float(np.log(chances[OWNERS, NEXTS]).sum())

    found, gradient = loss_and_gradient(network, CONTEXTS, OWNERS, NEXTS, room)
    assert found == pytest.approx(loss())
    step = 1e-6
    for array, slopes in zip(network.arrays, gradient.arrays, strict=True):
        flat = array.reshape(-1)
        measured = np.empty_like(flat)
        for place in range(len(flat)):
            value = flat[place]
            ends = []
            for end in (value + step, value - step):
                flat[place] = end
                ends.append(loss())
            flat[place] = value
            measured[place] = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(slopes.reshape(-1), measured, rtol=1e-6, atol=1e-8)


def test_large_scores_do_not_overflow():
    assert chances_of(np.array([[1000.0, 0.0, -1000.0]])).tolist() == [[1.0, 0.0, 0.0]]
    network = random_network()
    network.output[-1, 5] = 1000
    loss, gradient = loss_and_gradient(network, CONTEXTS, OWNERS, NEXTS, np.empty((3, 7)))
    assert math.isfinite(loss)
    assert all(np.isfinite(array).all() for array in gradient.arrays)


def test_no_words_are_no_loss():
    network = random_network()
    none = np.zeros(0, np.int64)
    loss, gradient = loss_and_gradient(network, CONTEXTS[:0], none, NEXTS[:0], np.empty((3, 7)))
    assert loss == 0
    assert not any(array.any() for array in gradient.arrays)


def test_a_new_network_knows_how_frequent_words_are():
    shares = np.array([0.6, 0.3, 0.1])
    network = new_network(3, 2, 4, 8, shares, np.random.default_rng(1))
    assert [array.shape for array in network.arrays] == [(3, 4), (9, 8), (9, 3)]
    assert {array.dtype for array in network.arrays} == {np.dtype(np.float32)}
    chances = chances_of(forward(network, np.array([[0, 1]], np.int32)).scores)[0]
    np.testing.assert_allclose(chances, shares, atol=0.05)


def test_adam_steps_as_its_formulas_say():
    rng = np.random.default_rng(2)
    network = Network(*(rng.normal(size=shape).astype(np.float32) for shape in ((3, 2), (5, 4), (5, 3))))
    expected = [array.astype(np.float64) for array in network.arrays]
    means, squares = ([np.zeros_like(array) for array in expected] for _ in range(2))
    adam = Adam(network)
    for step in range(1, 4):
        slopes = [rng.normal(size=array.shape).astype(np.float32) for array in expected]
        for place, slope in enumerate(slopes):
            means[place] = 0.9 * means[place] + 0.1 * slope
            squares[place] = 0.999 * squares[place] + 0.001 * slope.astype(np.float64) ** 2
            mean, square = means[place] / (1 - 0.9**step), squares[place] / (1 - 0.999**step)
            expected[place] -= 0.05 * mean / (np.sqrt(square) + 1e-8)
        adam.step(Network(*slopes), 0.05)
    for array, values in zip(network.arrays, expected, strict=True):
        np.testing.assert_allclose(array, values, rtol=2e-4, atol=1e-5)
