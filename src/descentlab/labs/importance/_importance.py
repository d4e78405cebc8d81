"""`importance`: what the layers of a network are worth."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, SpecError, laboratory
from descentlab.labs._options import Out, Report, Settings, What

if TYPE_CHECKING:
    import descentlab.results
    import descentlab.workbench
    from descentlab.labs.importance._measured import Importance
    from descentlab.networks import Network
    from descentlab.spec import Experiment

FEWEST_EXAMPLES = 20
RETRAINING = "Training again"


@laboratory(
    "importance digits-cnn - train the preset, and take its layers away",
    "importance mnist-cnn-001 --layer conv1 --layer conv2",
    "importance iris --json - dense networks and tables too",
    "importance digits-cnn --retrain --seeds 8",
    "importance mnist-cnn --retrain --train-examples 5000 --epochs 3",
)
def importance(
    what: What,
    *,
    layers: Annotated[
        Sequence[str],
        Option("Measure this layer only; repeatable.", "NAME", default="all layers", names=("--layer",)),
    ] = (),
    examples: Annotated[int, Option("Most test examples that are measured.", "M")] = 2_000,
    member: Annotated[
        int | None,
        Option("Which network of several seeds, counted from 0.", "N", default="up to five, with intervals over seeds"),
    ] = None,
    retrain: Annotated[
        bool,
        Option(
            "Train the network again without each layer and with other layers, and compare with what textbooks say.",
            panel=RETRAINING,
        ),
    ] = False,
    seeds: Annotated[
        int | None,
        Option(
            "Number of networks of each variant.",
            "N",
            default="6, the fewest that can show a difference",
            panel=RETRAINING,
        ),
    ] = None,
    epochs: Annotated[
        int | None, Option("Epochs of each training.", "N", default="the experiment's", panel=RETRAINING)
    ] = None,
    train_examples: Annotated[
        int | None, Option("Most training examples.", "N", default="all", panel=RETRAINING)
    ] = None,
    variants: Annotated[
        Sequence[str],
        Option("Train this variant only; repeatable.", "NAME", default="all", names=("--variant",), panel=RETRAINING),
    ] = (),
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: Out = None,
    report: Report = True,
    watcher: "descentlab.workbench.Watcher | None" = None,
) -> "descentlab.results.Result[Importance]":
    """Measure what each layer of a network is worth.

    Every layer of the trained network is taken away: its output at its mean or shuffled over examples, half of its
    channels at their mean, its weights back where they started or drawn anew, and each channel alone. What that costs
    stands beside the layer's weights, multiply-adds and time.

    With --retrain the network is trained anew without each layer and with layers of other kinds (no pooling, average
    pooling, strides, no activation, half the channels, no dropout, ...), each from several seeds, and what textbooks
    say that layers are for is compared with that.

    Returns:
        The result. Its tables are "accuracy_lost" (for classes) and "loss_gained", "layers", "channels", "summary", and
        with `retrain` "variants", "test_gains", "gap_gains", "claims", "differences", "retraining", "retrained" and
        "distorted".

    Raises:
        RunError: If a run's data is gone, or it has no weights, or they are no numbers since its training diverged.
        SpecError: If there is no such layer, member or variant, or a number is too small.

    Example:
        >>> import descentlab as dl
        >>> result = dl.importance("digits-cnn")  # doctest: +SKIP
        >>> result.tables["accuracy_lost"].frame()  # doctest: +SKIP

    References:
        Breiman, "Random forests" (2001).
        Zhang, Bengio and Singer, "Are all layers created equal?" (2022).
        Morcos, Barrett, Rabinowitz and Botvinick, "On the importance of single directions for generalization" (2018).
    """
    from descentlab import training
    from descentlab.labs.importance._measure import measure
    from descentlab.labs.importance._notes import notes_of
    from descentlab.labs.importance._page import facts_of, key_figures, lay_out
    from descentlab.labs.importance._retrain import choose_variants, read_request, retrain as retrain_variants
    from descentlab.labs.importance._tables import fill_tables
    from descentlab.labs.importance._words import say
    from descentlab.labs.importance.measure import choose_places
    from descentlab.results import Declaration, Result
    from descentlab.workbench import SILENT, find_networks, save_result, settings_as_texts

    begin, watcher = time.perf_counter(), watcher or SILENT
    if examples < FEWEST_EXAMPLES:
        raise SpecError(f"--examples {examples}: expected {FEWEST_EXAMPLES} or more")
    request = read_request(
        is_wanted=retrain, seeds=seeds, epochs=epochs, train_examples=train_examples, variants=tuple(variants)
    )
    training.prepare_engine()

    def check(experiment: "Experiment", network: "Network") -> None:
        choose_places(network, layers)
        if request is not None:
            choose_variants(experiment, network, request)

    source = find_networks(what, member=member, settings=settings_as_texts(set), watcher=watcher, check=check)
    loaded = time.perf_counter()
    measured = measure(source, choose_places(source.network, layers), examples, watcher)
    ended = time.perf_counter()
    if request is not None:
        measured = replace(measured, retraining=retrain_variants(source, request, watcher))
    seconds = {"train": loaded - begin, "measure": ended - loaded, "retrain": time.perf_counter() - ended}
    seconds["total"] = sum(seconds.values())
    tables = fill_tables(measured)
    declaration = Declaration(
        laboratory="importance",
        title=f"{measured.name}: what its layers are worth",
        tables=tables,
        words=say,
        key_figures=key_figures(measured, tables),
        sections=lay_out(measured, tables),
        notes=notes_of(measured, source),
        facts=facts_of(measured, seconds),
        seconds=seconds,
    )
    result = Result(measured, declaration)
    return save_result(result, run=source.run, name=source.name, out=out) if report else result
