"""The network whose landscape is drawn, another one beside it, and the path that training took."""

from typing import Any

import numpy as np

from descentlab import training
from descentlab.core import LayerRow, RunError, SpecError
from descentlab.labs.landscape._subject import Other, PathNeed, Source, Subject, held_out_part
from descentlab.labs.landscape._walk import path_epochs, walk_of, walk_of_run
from descentlab.labs.landscape.measure import weight_space
from descentlab.spec import ArraysData, Experiment
from descentlab.workbench import (
    Changes,
    Examples,
    Run,
    Watcher,
    as_run,
    check_same_data,
    finite_weights,
    need_run,
    resolve,
    train_seeds,
)


def find_source(
    what: Any,
    other: Any,
    *,
    member: int,
    other_member: int | None,
    path: PathNeed,
    settings: tuple[str, ...],
    watcher: Watcher,
) -> Source:
    """Find or train the networks that a person means.

    Args:
        what: A run, or what `train` takes; that is trained.
        other: A run whose network is at the other end of a line, or None.
        member: Which network of a run with several seeds; of anything else, how much is added to its seed.
        other_member: The same of the other run; without one, of the first.
        path: Whether the path of training is wanted even if the run has to be trained again for long.
        settings: Fields of the experiment, as `key=value`.
        watcher: What is called while it goes on.

    Returns:
        The networks.

    Raises:
        RunError: If a run's data is gone, it has no weights, or the two are of different layers.
        SpecError: If both ends are one network.
    """
    run = as_run(what)
    if member < 0:
        raise SpecError(f"--member {member}: expected 0 or more")
    if other is None and other_member == member:
        raise SpecError(f"--other-member {member} is the network itself: name another, or leave it out")
    if run is None:
        return _train(
            what, other, member=member, other_member=other_member, settings=settings, watcher=watcher, path=path
        )
    if settings:
        raise RunError(f"{run.path} is a trained run, which --set cannot change; leave it out, or name an experiment")
    subject, loaded = _of_run(run, member, watcher)
    second = None
    if other is not None or other_member is not None:
        second = _other_of_run(subject, loaded, run if other is None else need_run(other), other_member or 0, member)
    walk, notes = walk_of_run(subject, run, member, path, watcher)
    return Source(subject, second, walk, notes)


def _of_run(run: Run, member: int, watcher: Watcher) -> tuple[Subject, Examples]:
    if isinstance(run.experiment.data, ArraysData):
        raise RunError(f"{run.path} was trained on arrays in memory, which are not kept: its loss cannot be measured")
    params, _ = run.weights(member)
    loaded = Examples(run.experiment, on_loading=watcher.on_loading)
    check_same_data(run.folder, loaded.of(run.experiment.seed))
    seed = run.experiment.seed + member
    experiment = run.experiment.model_copy(update={"seed": seed, "num_seeds": 1})
    dataset = loaded.of(seed)
    plan = training.make_plan(experiment, dataset, num_devices=training.device_count())
    name = run.name_of(member)
    return Subject(name, experiment, dataset, plan, finite_weights(params, name), plan.network.draw(seed), run), loaded


def _other_of_run(subject: Subject, loaded: Examples, run: Run, member: int, first_member: int) -> Other:
    if subject.run is not None and run.path.resolve() == subject.run.path.resolve() and member == first_member:
        raise SpecError(
            f"{subject.name} is at both ends: name another run, or another of its networks (--other-member)"
        )
    params, _ = run.weights(member)
    name = run.name_of(member)
    _check_same_layers(subject, run, name)
    experiment = run.experiment.model_copy(update={"seed": run.experiment.seed + member, "num_seeds": 1})
    return Other(name, finite_weights(params, name), _data_notes(subject, experiment, loaded, name))


def _check_same_layers(subject: Subject, run: Run, name: str) -> None:
    network, other = subject.plan.network, run.network
    here, there = (", ".join(_layer_words(row) for row in each.table()) for each in (network, other))
    if here != there:
        raise RunError(
            f"{subject.name} and {name} have different layers, {here} and {there}: no line leads from one to the other"
        )
    if [(layer.kind, layer.activation) for layer in network.every_layer] != [
        (layer.kind, layer.activation) for layer in other.every_layer
    ]:
        raise RunError(
            f"{subject.name} and {name} have layers of different kinds, or different activations: no line leads from "
            "one to the other"
        )
    if subject.dataset.classes != run.classes:
        raise RunError(f"{subject.name} and {name} tell different classes: no line leads from one to the other")


def _layer_words(row: LayerRow) -> str:
    return f"{row.name} {'x'.join(map(str, row.output_shape))}"


def _data_notes(subject: Subject, other: Experiment, loaded: Examples, name: str) -> tuple[str, ...]:
    """Say how far the other network was trained on other examples."""
    first = subject.experiment
    if other.data != first.data or other.split != first.split:
        return (f"{name} was trained on other data or another split; both are measured on that of {subject.name}.",)
    if other.seed == first.seed:
        return ()
    theirs = loaded.of(other.seed)
    if theirs.checksum != subject.dataset.checksum:
        return (f"{name} was trained on another draw of points; both are measured on those of {subject.name}.",)
    part = held_out_part(subject.dataset)
    if part is None:
        return ()
    rows = subject.dataset.part(part)
    num_trained_on = int(np.isin(rows, theirs.train).sum())
    if not num_trained_on:
        return ()
    return (
        f"{name} has another seed, and so another split: {num_trained_on:,} of the {len(rows):,} {part} examples here "
        f"were in its training part. Both are measured on the examples of {subject.name}, prepared as for it.",
    )


def _train(
    what: Any,
    other: Any,
    *,
    member: int,
    other_member: int | None,
    settings: tuple[str, ...],
    watcher: Watcher,
    path: PathNeed,
) -> Source:
    """Train what is no run, and a second network of another seed where one is asked for."""
    request = resolve(what, Changes(settings=settings))
    loaded = Examples(request.experiment, on_loading=watcher.on_loading)
    base = request.settle(loaded.of(request.experiment.seed)).model_copy(update={"num_seeds": 1})
    members = [member] if other is not None or other_member is None else [member, other_member]
    if min(members) < 0:
        raise SpecError(f"--other-member {min(members)}: expected 0 or more")
    datasets = {base.seed + place: loaded.of(base.seed + place) for place in members}
    experiment = base.model_copy(update={"seed": base.seed + member})
    plan = training.make_plan(experiment, datasets[experiment.seed], num_devices=training.device_count())
    wanted = path_epochs(experiment.epochs, weight_space(plan.network).size) if path != "no" else ()
    trained = train_seeds(experiment, datasets, wanted, watcher)
    names = [f"{base.name} of seed {seed}" for seed in datasets] if len(datasets) > 1 else [base.name]
    subject = Subject(
        names[0], experiment, datasets[experiment.seed], plan, finite_weights(trained[0].params, names[0]),
        trained[0].initial_params, None,
    )  # fmt: skip
    second = None
    if other is not None:
        second = _other_of_run(subject, loaded, need_run(other), other_member or 0, member)
    elif len(members) > 1:
        theirs = base.model_copy(update={"seed": base.seed + members[1]})
        notes = _data_notes(subject, theirs, loaded, names[1])
        second = Other(names[1], finite_weights(trained[1].params, names[1]), notes)
    walk = walk_of(subject.space, trained[0], experiment.epochs) if path != "no" else None
    return Source(subject, second, walk, ())
