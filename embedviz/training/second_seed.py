"""The same training by another seed: what differs between the two is chance."""

from __future__ import annotations

from embedviz.errors import InputError
from embedviz.progress import Command, Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.run import EpochRecord
from embedviz.training import train_steps
from embedviz.training.continuing import options_of


def second_seed_steps(trained: EmbeddingSpace, onto: EmbeddingSpace | None = None) -> Steps[EmbeddingSpace]:
    """Train again as a space was trained, by the next seed, for as many epochs as it has; no epoch of it is kept.

    `onto` is what that training went on with. Raises InputError for a space that was not trained here or whose text is
    another one now, and as `train_steps` does.
    """
    run, told = trained.source.run, trained.source.options
    if run is None or "corpus" not in told:
        raise InputError("This space was not trained here, so it cannot be trained again by another seed.")
    options = options_of({**run.options, "seed": run.seed + 1})
    steps = train_steps(told["corpus"], options, column=told.get("column"), keep=False, onto=onto)
    command: Command | None = None
    try:
        while True:
            step = steps.send(command) if command is not None else next(steps)
            record = step.partial
            is_enough = isinstance(record, EpochRecord) and record.epoch == len(run.epochs) < options.epochs
            command = yield Progress(step.fraction, f"By another seed: {step.text}")
            if is_enough:
                command = Command("stop")
    except StopIteration as done:
        made: EmbeddingSpace = done.value
    finally:
        steps.close()
    if trained.source.known_hash != made.source.known_hash:
        raise InputError("The text has changed since this space was trained on it, so two seeds cannot be compared.")
    return made
