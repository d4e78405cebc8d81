"""`backprop`: back-propagation through a person's network, every number of it, checked in two other ways."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, SpecError, laboratory
from descentlab.labs._options import Hidden, Report, Seed, Settings, read_numbers, read_units

if TYPE_CHECKING:
    import descentlab.labs.backprop._measured
    import descentlab.results
    import descentlab.spec
    import descentlab.workbench

SAMPLES = 240
"""Central differences that are taken, about, where nobody asks for another number."""


@laboratory(
    "backprop chain --input 0.5 --truth 1 - a chain of three neurons, with each factor of the chain rule",
    "backprop iris --batch 0:5 --example 3 - a batch, with one of its examples in detail",
    "backprop mnist-mlp --example 3 --layer hidden2 --top 8 --html digit.html",
    "backprop iris-001 --part test --example 0 - the trained network of a run",
    "backprop mnist-mlp --cost - the cost in multiply-adds and in time; the same as `descentlab backprop-cost`",
)
def backprop(
    what: Annotated[
        "str | os.PathLike[str] | descentlab.spec.Experiment | descentlab.workbench.Run",
        Option(
            "A run, or anything that `descentlab train` takes; a network then has its initial weights, or is trained "
            "by --epochs.",
            "WHAT",
            is_argument=True,
        ),
    ],
    *,
    example: Annotated[
        int | None,
        Option("Place of the example in its part, counted from 0. With --batch: the example to show in detail.", "N"),
    ] = None,
    batch: Annotated[
        str | tuple[int, int] | None, Option("Several examples, as 0:32; their gradients are averaged.", "BEGIN:END")
    ] = None,
    part: Annotated[str, Option("Part of the data: train, validation or test.", "PART")] = "train",
    layer: Annotated[str | None, Option("The layer to show in detail.", "NAME", default="all with weights")] = None,
    top: Annotated[int, Option("Number of terms to list; the others are added up in one line.", "N")] = 12,
    input: Annotated[  # noqa: A002 - the word of the command line
        str | Sequence[float] | None,
        Option("Inputs of one example, as 0.5,-1, scaled as the network expects them.", "NUMBERS"),
    ] = None,
    truth: Annotated[
        str | float | None, Option("With --input: the true class, by name or number, or the true value.", "CLASS")
    ] = None,
    epochs: Annotated[int, Option("Number of epochs to train first.", "N")] = 0,
    hidden: Hidden = None,
    seed: Seed = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    member: Annotated[int, Option("Which network of a run with several seeds, counted from 0.", "N")] = 0,
    train_mode: Annotated[
        bool, Option("Compute as in training: batch normalisation uses the batch, and dropout is on.")
    ] = False,
    learning_rates: Annotated[
        str | Sequence[float] | None,
        Option(
            "Learning rates for which one step of gradient descent is computed, as 0.01,0.1,1.",
            "LIST",
            names=("--learning-rate", "--lr"),
        ),
    ] = None,
    samples: Annotated[int, Option("About how many central differences to take.", "N")] = SAMPLES,
    check: Annotated[
        bool,
        Option(
            "Leave out the checks by automatic differentiation and by differences.",
            names=("--no-check",),
            is_negative=True,
        ),
    ] = True,
    out: Annotated[
        str | os.PathLike[str] | None,
        Option("Folder for the page and the numbers.", "DIR", default="backprop/ in a run's folder"),
    ] = None,
    report: Report = True,
    watcher: "descentlab.workbench.Watcher | None" = None,
) -> "descentlab.results.Result[descentlab.labs.backprop._measured.Backprop]":
    """Show the forward and backward pass of an example with every number: z, a, ∂C/∂a, δ, ∂C/∂W, ∂C/∂b.

    The numbers are computed by the rule of each layer, in 64 bits, and checked against automatic differentiation and
    central differences, with relative errors. The largest terms are listed and the others added up, so that sums agree.

    Returns:
        The result; `result.measured.account` has every number, as `account.layer("hidden").delta`.

    Raises:
        SpecError: If there is no such example, layer, class or part, or a number is out of range.
        RunError: If a run's data is gone.

    Example:
        >>> import descentlab as dl
        >>> result = dl.backprop("iris", example=3, report=False)
        >>> result.measured.account.layer("output").delta.shape
        (1, 3)
        >>> result.measured.check.agrees
        True
    """
    import time

    from descentlab import training
    from descentlab.labs.backprop._examples import choose, read_typed
    from descentlab.labs.backprop._measure import measure
    from descentlab.workbench import Changes, Watcher, find_subject, save_result, settings_as_texts

    begin = time.perf_counter()
    units, values = read_units(hidden), read_numbers("--input", input)
    rates = read_numbers("--learning-rate", learning_rates)
    _check_numbers(top, epochs, samples)
    if values is not None and (example is not None or batch is not None):
        raise SpecError("--input gives an example's numbers; leave out --example and --batch")
    training.prepare_engine()
    fields = {} if seed is None else {"seed": seed}
    changes = Changes(fields=fields, hidden=units, settings=settings_as_texts(set))
    subject = find_subject(
        what, changes, epochs=epochs, member=member, needs_data=values is None, watcher=watcher or Watcher()
    )
    if values is None:
        chosen = choose(subject, example=example, batch=batch, part=part)
    else:
        chosen = read_typed(subject, values, truth)
    loaded = time.perf_counter()
    measured = measure(
        subject, chosen, example=example, layer=layer, top=top, is_training=train_mode, learning_rates=rates,
        num_samples=samples if check else 0,
    )  # fmt: skip
    result = declare(measured, {"load": loaded - begin, "account": time.perf_counter() - loaded})
    if report and (out is not None or subject.run is not None):
        result = save_result(result, run=subject.run, name=subject.experiment.name, out=out)
    return result


def _check_numbers(top: int, epochs: int, samples: int) -> None:
    if top < 1:
        raise SpecError(f"--top {top}: expected how many terms to name, 1 or more")
    if epochs < 0:
        raise SpecError(f"--epochs {epochs}: expected 0 or more")
    if samples < 1:
        raise SpecError(f"--samples {samples}: expected 1 or more; to leave the check out, use --no-check")


def declare(
    measured: "descentlab.labs.backprop._measured.Backprop", seconds: Mapping[str, float]
) -> "descentlab.results.Result[descentlab.labs.backprop._measured.Backprop]":
    """Declare what is shown of the measurements.

    Args:
        measured: The measurements.
        seconds: Wall time by phase.

    Returns:
        The result.
    """
    from descentlab.labs.backprop._page import facts, key_figures, lay_out
    from descentlab.labs.backprop._tables import fill_tables
    from descentlab.labs.backprop._words import say
    from descentlab.results import Declaration, Result

    tables = fill_tables(measured)
    return Result(
        measured,
        Declaration(
            laboratory="backprop",
            title=measured.title,
            tables=tables,
            words=say,
            key_figures=key_figures(measured),
            sections=lay_out(measured, tables),
            facts=facts(measured, seconds["account"]),
            seconds=seconds,
            heading="Back-propagation",
        ),
    )
