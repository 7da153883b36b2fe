"""Evidence as an operation: read once for a space, asked again, refused in words."""

from __future__ import annotations

import pytest

from embedviz.operations import evidence as evidence_operations
from embedviz.operations.evidence import pair_to_explain
from embedviz.progress import finish
from embedviz.training import TrainingOptions, train_steps
from embedviz.training.corpus_index import index_steps

WARD = "The doctor saw the patient.\nA nurse saw the patient, too!\nThe doctor and nurse left.\n"
OPTIONS = TrainingOptions(algorithm="random", n_dims=3, min_count=1, window=2, epochs=1)


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "ward.txt"
    path.write_text(WARD, encoding="utf-8")
    return path


@pytest.fixture
def ward(show, corpus):
    """A space of words that was trained on a small text."""
    return show(finish(train_steps(corpus, OPTIONS, keep=False)))


@pytest.fixture
def told(operations):
    """What was found or refused, and what was looked for, in order."""
    heard = []
    for name in ("evidence_began", "evidence_found", "evidence_refused"):
        getattr(operations, name).connect(lambda value, name=name: heard.append((name, value)))
    operations.evidence_ended.connect(lambda: heard.append(("evidence_ended", None)))
    return heard


def test_two_rows(ward, operations, told, idle):
    operations.find_evidence(ward.row("doctor"), ward.row("nurse"))
    (job,) = operations.jobs.alive()
    assert job.title == "Reading ward.txt"
    idle()
    (began, title), (found, evidence), (ended, _) = told
    assert (began, title) == ("evidence_began", "doctor and nurse")
    assert (found, evidence.words, evidence.n_together) == ("evidence_found", ("doctor", "nurse"), 1)
    assert ended == "evidence_ended"


def test_the_text_is_read_once(monkeypatch, ward, operations, told, idle, show):
    reads = []

    def counted(space):
        reads.append(space)
        return (yield from index_steps(space))

    monkeypatch.setattr(evidence_operations, "index_steps", counted)
    operations.find_evidence_of("doctor", "nurse")
    idle()
    operations.find_evidence_of("patient", "nurse")
    idle()
    assert [value.words for name, value in told if name == "evidence_found"] == [
        ("doctor", "nurse"),
        ("patient", "nurse"),
    ]
    assert reads == [ward]
    show(finish(train_steps(ward.source.options["corpus"], OPTIONS, keep=False)))
    operations.find_evidence_of("doctor", "nurse")
    idle()
    assert len(reads) == 2


def test_the_newest_question_wins(ward, operations, told, idle):
    operations.find_evidence_of("doctor", "nurse")
    operations.find_evidence_of("patient", "nurse")
    idle()
    assert [value.words for name, value in told if name == "evidence_found"] == [("patient", "nurse")]
    assert [name for name, _ in told].count("evidence_ended") == 1


def test_another_space_makes_it_void(ward, operations, told, idle, show, make_space):
    operations.find_evidence_of("doctor", "nurse")
    show(make_space())
    idle()
    assert "evidence_found" not in [name for name, _ in told]


@pytest.mark.parametrize(
    ("words", "why"),
    [(("doctor", "doctr"), "No item is called “doctr”"), (("doctor", "doctor"), "are one word"), (("", "doctor"), "")],
)
def test_typed_words_that_cannot_be(ward, operations, told, said, idle, words, why):
    operations.find_evidence_of(*words)
    idle()
    refused = [value for name, value in told if name == "evidence_refused"]
    assert len(refused) == 1
    assert why in refused[0]
    assert said[-1].text == refused[0]


def test_a_changed_text_is_refused(ward, operations, told, idle, corpus):
    corpus.write_text(WARD + "More.\n", encoding="utf-8")
    operations.find_evidence_of("doctor", "nurse")
    idle()
    (refused,) = [value for name, value in told if name == "evidence_refused"]
    assert "was changed since" in refused
    corpus.write_text(WARD, encoding="utf-8")
    operations.find_evidence_of("doctor", "nurse")
    idle()
    assert told[-2][0] == "evidence_found"


def test_nothing_open_and_nothing_trained(operations, told, idle, show, make_space):
    operations.find_evidence(0, 1)
    operations.explain_neighbor()
    show(make_space())
    operations.find_evidence(0, 1)
    operations.explain_neighbor()
    idle()
    assert [name for name, _ in told] == ["evidence_refused"] * 4
    assert all("no open space" in value for _, value in told[:2])
    assert all("was not trained here" in value for _, value in told[2:])


def test_which_neighbor_is_explained(ward, operations, session, told, idle, ask):
    operations.explain_neighbor()
    assert told[-1] == ("evidence_refused", evidence_operations.NO_SECOND)
    answer = ask("doctor")
    doctor, nurse = ward.row("doctor"), ward.row("nurse")
    assert pair_to_explain(session.state, None) == (doctor, answer.rows[0])
    assert pair_to_explain(session.state, doctor) == (doctor, answer.rows[0])
    assert pair_to_explain(session.state, nurse) == (doctor, nurse)
    session.set_focus(nurse)
    operations.explain_neighbor()
    idle()
    assert told[-2][1].words == ("doctor", "nurse")
    ask("nurse + patient")
    assert pair_to_explain(session.state, doctor) == (nurse, ward.row("patient"))
    ask("nurse + patient - doctor")
    assert pair_to_explain(session.state, doctor) is None
