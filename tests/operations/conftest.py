"""Session and operations without a window; what was said is collected."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.jobs import Jobs
from embedviz.operations import Operations
from embedviz.progress import finish
from embedviz.projection import project_steps
from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source

WORDS = ("king", "queen", "man", "woman", "river", "rivers", "kings")


@pytest.fixture
def make_space():
    """Seeded vectors for some labels."""

    def make(labels=WORDS, n_dims=4, name="words", seed=1) -> EmbeddingSpace:
        vectors = np.random.default_rng(seed).normal(size=(len(labels), n_dims)).astype(np.float32)
        return EmbeddingSpace(vectors, Labels.from_strings(labels), Source(name, "made for a test"))

    return make


@pytest.fixture
def session(qapp):
    return Session()


@pytest.fixture
def operations(qtbot, session):
    made = Operations(session, Jobs())
    yield made
    assert made.close()
    qtbot.waitUntil(lambda: not made.jobs.alive())


@pytest.fixture
def said(operations):
    """Every message, oldest first."""
    messages = []
    operations.said.connect(messages.append)
    return messages


@pytest.fixture
def show(session):
    """Put a space in place at once, projected."""

    def put(space: EmbeddingSpace) -> EmbeddingSpace:
        projection = finish(project_steps(space, n_components=min(3, space.n_dims)))
        session.replace(space=space, projection=projection, answer=None, selection=None)
        return space

    return put


@pytest.fixture
def space(show, make_space):
    return show(make_space())


@pytest.fixture
def idle(qtbot, operations):
    """Wait until every job has ended and reported."""
    return lambda: qtbot.waitUntil(lambda: not operations.jobs.alive(), timeout=10_000)


@pytest.fixture
def ask(session, operations, idle):
    """Ask a typed question and wait for its answer."""

    def run(text: str, **options):
        operations.ask(text, **options)
        idle()
        return session.state.answer

    return run


@pytest.fixture
def vector_file(tmp_path):
    """A GloVe text file of two dimensions, one line a label."""

    def write(name: str = "small.txt", labels=("one", "two", "three")):
        path = tmp_path / name
        lines = [f"{label} {row}.5 -{row}.25" for row, label in enumerate(labels, 1)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write
