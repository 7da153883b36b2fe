"""A network that foretells the next word: vectors of the words before, a hidden layer, a score for every word.

Bengio, Ducharme, Vincent and Jauvin 2003, A Neural Probabilistic Language Model (section 2, equation 1, without the
direct connections from vectors to scores): x = the vectors of the context end to end, h = tanh(H x + d), scores
y = U h + b, and the chance of word w is exp(y_w) / Σ exp(y). All of it stands in plain numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from embedviz.space.arrays import CodeArray, FloatArray, RowArray, read_only

Number = TypeVar("Number", np.float32, np.float64)

_START_SPREAD = 0.1


@dataclass(frozen=True, eq=False)
class Network(Generic[Number]):
    """The numbers that are learned, float32, or float64 where they are checked.

    `vectors` (n_symbols, n_dims); `hidden` (context * n_dims + 1, n_hidden) and `output` (n_hidden + 1, n_symbols),
    each with its bias as the last row.
    """

    vectors: NDArray[Number]
    hidden: NDArray[Number]
    output: NDArray[Number]

    @property
    def arrays(self) -> tuple[NDArray[Number], ...]:
        """All three."""
        return self.vectors, self.hidden, self.output

    @property
    def context(self) -> int:
        """How many words it reads."""
        n_dims: int = self.vectors.shape[1]
        return (len(self.hidden) - 1) // n_dims

    @property
    def n_numbers(self) -> int:
        """How many numbers it consists of."""
        return sum(int(array.size) for array in self.arrays)

    def plus(self, other: Network[Number], scale: float) -> Network[Number]:
        """Add another network's numbers to this one's in their place, and scale the sums."""
        for array, more in zip(self.arrays, other.arrays, strict=True):
            array += more
            array *= array.dtype.type(scale)
        return self

    def frozen(self) -> Network[Number]:
        """This network, locked against writing."""
        for array in self.arrays:
            read_only(array)
        return self


@dataclass(frozen=True, eq=False)
class Activations(Generic[Number]):
    """What stands in each layer for n contexts.

    `inputs` (n, context * n_dims + 1) and `hidden` (n, n_hidden + 1) end in a 1 that the bias is multiplied with;
    `scores` (n, n_symbols).
    """

    inputs: NDArray[Number]
    hidden: NDArray[Number]
    scores: NDArray[Number]


def new_network(
    n_symbols: int, context: int, n_dims: int, n_hidden: int, shares: NDArray[Any], rng: np.random.Generator
) -> Network[np.float32]:
    """A network that has learned nothing but how frequent each symbol is: `shares` (n_symbols,), which sum to 1.

    Vectors are drawn with a spread of 0.1, the layers with one that keeps the size of what passes through them
    (Glorot and Bengio 2010); the bias of a score is the logarithm of the share.
    """
    vectors = _START_SPREAD * rng.standard_normal((n_symbols, n_dims), np.float32)
    hidden = rng.standard_normal((context * n_dims + 1, n_hidden), np.float32)
    hidden *= np.float32(1 / np.sqrt(context * n_dims))
    hidden[-1] = 0
    output = rng.standard_normal((n_hidden + 1, n_symbols), np.float32)
    output *= np.float32(_START_SPREAD / np.sqrt(n_hidden))
    output[-1] = np.log(np.maximum(shares, 1e-9))
    return Network(vectors, hidden, output)


def forward(network: Network[Number], contexts: CodeArray, room: NDArray[Number] | None = None) -> Activations[Number]:
    """The layers for `contexts` int32 (n, context); the scores are written into `room` (n or more, n_symbols)."""
    n, dtype = len(contexts), network.vectors.dtype
    inputs = np.ones((n, len(network.hidden)), dtype)
    inputs[:, :-1] = network.vectors[contexts].reshape(n, inputs.shape[1] - 1)
    hidden = np.ones((n, len(network.output)), dtype)
    np.tanh(inputs @ network.hidden, out=hidden[:, :-1])
    out = np.empty((n, network.output.shape[1]), dtype) if room is None else room[:n]
    return Activations(inputs, hidden, np.matmul(hidden, network.output, out=out))


def chances_of(scores: NDArray[Number]) -> NDArray[Number]:
    """The chance of every symbol (n, n_symbols): softmax, computed in the place of the scores."""
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def loss_and_gradient(
    network: Network[Number], contexts: CodeArray, owners: RowArray, nexts: CodeArray, room: NDArray[Number]
) -> tuple[float, Network[Number]]:
    """The loss of `nexts` int32 (m,), each after the context that `owners` int64 (m,) names, and its gradient.

    The loss is the sum of -log of their chances, in nats, and the gradient, in the shape of the network, is that of
    this sum. `room` (n or more, n_symbols) is written to.
    """
    seen = forward(network, contexts, room)
    scores, flat = seen.scores, seen.scores.reshape(-1)
    places = owners * scores.shape[1] + nexts
    scores -= scores.max(axis=1, keepdims=True)
    true_scores = flat[places]
    np.exp(scores, out=scores)
    sums = scores.sum(axis=1)
    loss = float(np.log(sums)[owners].sum(dtype=np.float64) - true_scores.sum(dtype=np.float64))
    n_nexts = np.bincount(owners, minlength=len(contexts))
    scores *= (n_nexts / sums)[:, None].astype(scores.dtype)
    np.subtract.at(flat, places, scores.dtype.type(1))
    back = scores @ network.output[:-1].T
    back *= 1 - np.square(seen.hidden[:, :-1])
    into_vectors = np.zeros_like(network.vectors)
    shifts = (back @ network.hidden[:-1].T).reshape(-1, network.vectors.shape[1])
    np.add.at(into_vectors, contexts.reshape(-1), shifts)
    return loss, Network(into_vectors, seen.inputs.T @ back, seen.hidden.T @ scores)


class Adam:
    """Steps along the gradient, each number's scaled by how large its gradients have been (Kingma and Ba 2015)."""

    MEAN_KEPT, SQUARE_KEPT, TINY = 0.9, 0.999, 1e-8

    def __init__(self, network: Network[np.float32]) -> None:
        self._network = network
        self._means = [np.zeros_like(array) for array in network.arrays]
        self._squares = [np.zeros_like(array) for array in network.arrays]
        self._n_steps = 0

    def step(self, gradient: Network[np.float32], rate: float) -> None:
        """Move the network by one step against the gradient, which is used up."""
        self._n_steps += 1
        of_mean, of_square = (1 - kept**self._n_steps for kept in (self.MEAN_KEPT, self.SQUARE_KEPT))
        size = np.float32(rate * np.sqrt(of_square) / of_mean)
        tiny = np.float32(self.TINY * np.sqrt(of_square))
        for array, slope, mean, square in zip(
            self._network.arrays, gradient.arrays, self._means, self._squares, strict=True
        ):
            self._move(array, slope, mean, square, size, tiny)

    def _move(
        self,
        array: FloatArray,
        slope: FloatArray,
        mean: FloatArray,
        square: FloatArray,
        size: np.float32,
        tiny: np.float32,
    ) -> None:
        mean *= np.float32(self.MEAN_KEPT)
        mean += slope * np.float32(1 - self.MEAN_KEPT)
        np.square(slope, out=slope)
        slope *= np.float32(1 - self.SQUARE_KEPT)
        square *= np.float32(self.SQUARE_KEPT)
        square += slope
        np.sqrt(square, out=slope)
        slope += tiny
        np.divide(mean, slope, out=slope)
        slope *= size
        array -= slope
