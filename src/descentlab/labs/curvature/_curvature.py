"""`curvature`: how sharp the loss is where training went, beside the limit of the rule that trained."""

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, RunError, SpecError, laboratory
from descentlab.labs._options import Member, Out, Report, Seed, Settings, What

if TYPE_CHECKING:
    import descentlab.labs.curvature._measured
    import descentlab.results
    from descentlab.labs.curvature._measured import Effort
    from descentlab.spec import Experiment
    from descentlab.workbench import Watcher

STUCK = "Was it stuck?"
EFFORT = "Effort"
POINTS = 20


@laboratory(
    "curvature iris-001 - a run, at its start, on its path and at its end",
    "curvature edge-of-stability --learning-rate 0.2,0.1,0.05,0.02 --trace 100 - to the edge of stability",
    "curvature circle --learning-rate 0.03,0.3,3 --trace 40",
    "curvature xor --escape - was it stuck in a local minimum?",
)
def curvature(
    what: What,
    *,
    learning_rates: Annotated[
        str | Sequence[float] | None,
        Option(
            "Learning rates to train at, as 0.2,0.1,0.05,0.02; a run is trained again for them.",
            "RANGE",
            default="its learning rate",
            names=("--learning-rate", "--lr"),
        ),
    ] = None,
    trace: Annotated[
        int | None,
        Option(
            "Number of epochs at which to measure, besides the start; a run is trained again for them.",
            "N",
            default="20; of a run, the epochs it kept",
        ),
    ] = None,
    member: Member = 0,
    seed: Seed = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    escape: Annotated[
        bool,
        Option(
            "From several seeds, train for as long again: unchanged, with noise, and from new random weights.",
            panel=STUCK,
        ),
    ] = False,
    seeds: Annotated[
        int, Option("Number of networks for --escape; fewer than 6 cannot show a difference.", "N", panel=STUCK)
    ] = 8,
    noise: Annotated[
        float, Option("Size of the noise for --escape, as a share of the size of the weights.", "SHARE", panel=STUCK)
    ] = 0.1,
    examples: Annotated[int, Option("Training examples over which the loss is averaged.", "N", panel=EFFORT)] = 2_048,
    products: Annotated[
        int, Option("Most products with the Hessian for its smallest and largest eigenvalues.", "N", panel=EFFORT)
    ] = 60,
    probes: Annotated[
        int, Option("Number of random vectors for the sum of the eigenvalues and their spread.", "N", panel=EFFORT)
    ] = 12,
    out: Out = None,
    report: Report = True,
    watcher: "Watcher | None" = None,
) -> "descentlab.results.Result[descentlab.labs.curvature._measured.Curvature]":
    """Measure how sharp the loss is, which sharpness the learning rate allows, and where training stopped.

    Sharpness is the largest eigenvalue of the Hessian of the training loss. A rate above 2 / sharpness at the start
    is a warning and not a verdict: networks move to flatter places and train on.

    A run is measured where it began, at the epochs whose weights it kept, and where it ended. Anything else is trained,
    from the same draw at each rate, and measured on the way.

    Returns:
        The result; `result.measured.traces` has the curvature along the training at each rate.

    Raises:
        RunError: If a run's data is gone, or it has no weights.
        SpecError: If a rate or a number is out of range.

    Example:
        >>> import descentlab as dl
        >>> result = dl.curvature("edge-of-stability", learning_rates="0.2,0.1,0.05,0.02")  # doctest: +SKIP
        >>> result.measured.traces[0].is_at_edge  # doctest: +SKIP
        True

    References:
        Cohen et al., "Gradient descent on neural networks typically occurs at the edge of stability" (2021).
    """
    from descentlab import training
    from descentlab.labs.curvature._measure import Measurement
    from descentlab.labs.curvature._measured import Effort
    from descentlab.labs.curvature._notes import notes_of
    from descentlab.labs.curvature._page import facts_of, key_figures, lay_out
    from descentlab.labs.curvature._retraining import try_escape
    from descentlab.labs.curvature._tables import fill_tables
    from descentlab.labs.curvature._words import say
    from descentlab.results import Declaration, Result
    from descentlab.sharpness import check_descends
    from descentlab.spec import ArraysData
    from descentlab.workbench import (
        SILENT,
        Changes,
        Examples,
        as_run,
        check_same_data,
        resolve,
        save_result,
        settings_as_texts,
    )

    begin = time.perf_counter()
    effort = Effort(examples, products, probes)
    _check(trace=trace, seeds=seeds, noise=noise, effort=effort)
    training.prepare_engine()
    watcher = watcher or SILENT
    run = as_run(what)
    if run is not None and isinstance(run.experiment.data, ArraysData):
        raise RunError(f"{run.path} was trained on arrays in memory, which are not kept: its loss cannot be measured")
    changes = Changes(fields={"seed": seed, "num_seeds": None if run else 1}, settings=settings_as_texts(set))
    source = what if run is None else run.experiment
    asked = resolve(source, changes)  # pyright: ignore[reportArgumentType] - a run has given way to its experiment
    check_descends(asked.experiment.optimizer)
    loaded = Examples(asked.experiment, on_loading=watcher.on_loading)
    first = loaded.of(asked.experiment.seed)
    experiment = asked.settle(first)
    if run is not None:
        check_same_data(run.folder, first)
        run.member_data(member)  # refuses a network that the run does not have
        experiment = experiment.model_copy(update={"seed": experiment.seed + member, "num_seeds": 1})
    measurement = Measurement(experiment, loaded.of(experiment.seed), effort, watcher)
    if run is not None and learning_rates is None and trace is None and not changes.settings and seed is None:
        measurement.measure_run(run, member)
    else:
        measurement.measure_training(_rates(learning_rates, experiment), trace or POINTS)
    trained = try_escape(experiment, loaded, num_seeds=seeds, noise=noise, watcher=watcher) if escape else None
    measured = measurement.result(trained)
    tables = fill_tables(measured)
    declaration = Declaration(
        laboratory="curvature",
        title=f"{experiment.name}: curvature of the training loss",
        tables=tables,
        words=say,
        key_figures=key_figures(measured),
        sections=lay_out(measured, tables),
        notes=notes_of(measured, 1 if run is None else run.num_members),
        facts=facts_of(measured, tables, measurement.seconds),
        seconds={**measurement.seconds, "total": time.perf_counter() - begin},
    )
    result = Result(measured, declaration)
    return save_result(result, run=run, name=experiment.name, out=out) if report else result


def _check(*, trace: int | None, seeds: int, noise: float, effort: "Effort") -> None:
    if trace is not None and trace < 1:
        raise SpecError(f"--trace {trace}: expected the number of epochs to measure at, 1 or more")
    if seeds < 1:
        raise SpecError(f"--seeds {seeds}: expected 1 or more networks for the test of escape")
    if not 0.0 < noise < math.inf:
        raise SpecError(f"--noise {noise:g}: expected its size as a share of the weights' own, above 0, as 0.1")
    if effort.examples < 1:
        raise SpecError(f"--examples {effort.examples}: expected 1 or more")
    if effort.products < 2:
        raise SpecError(f"--products {effort.products}: expected 2 or more products with the Hessian")
    if effort.probes < 3:
        raise SpecError(f"--probes {effort.probes}: expected 3 or more random vectors")


def _rates(learning_rates: str | Sequence[float] | None, experiment: "Experiment") -> tuple[float, ...]:
    from descentlab.spec import parse_range

    if learning_rates is None:
        return (experiment.optimizer.learning_rate,)
    is_text = isinstance(learning_rates, str)
    rates = parse_range(learning_rates, name="learning_rate") if is_text else tuple(learning_rates)
    if not rates or not all(0.0 < rate < math.inf for rate in rates):
        raise SpecError(f"--learning-rate {min(rates, default=0.0):g}: expected rates above 0")
    return rates
