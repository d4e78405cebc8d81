"""`features`: what the layers of a network that takes pictures have learned."""

import time
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, SpecError, laboratory
from descentlab.labs._options import Out, Report, Settings, What

if TYPE_CHECKING:
    import os

    import descentlab.results
    import descentlab.workbench
    from descentlab.labs.features._measured import Features

FEWEST_EXAMPLES = 100
SHOWN = "What to show"


@laboratory(
    "features digits-cnn - train the preset, and look into it",
    "features mnist-cnn-001 --example 3 --layer conv2 --channel 7",
    "features mnist-cnn-001 --other mnist-cnn-002 - do two networks see alike?",
)
def features(
    what: What,
    *,
    example: Annotated[int, Option("Which held-out example, counted from 0.", "N", panel=SHOWN)] = 0,
    layer: Annotated[
        str | None,
        Option("Whose channels.", "NAME", default="the last convolution, or the first layer", panel=SHOWN),
    ] = None,
    channel: Annotated[
        int | None,
        Option("Which of them, counted from 0.", "K", default="the one that the example activates most", panel=SHOWN),
    ] = None,
    other: Annotated[
        "str | os.PathLike[str] | descentlab.workbench.Run | None",
        Option("Another run whose layers are compared with these.", "RUN", panel=SHOWN),
    ] = None,
    examples: Annotated[
        int,
        Option("Examples of the probes: three quarters of the training part, a quarter held out.", "M"),
    ] = 6_000,
    member: Annotated[
        int | None,
        Option("Which network of several seeds, counted from 0.", "N", default="up to five, with intervals over seeds"),
    ] = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: Out = None,
    report: Report = True,
    watcher: "descentlab.workbench.Watcher | None" = None,
) -> "descentlab.results.Result[Features]":
    """Measure what the layers of a network that takes pictures have learned.

    Linear probes show what can be read off each layer, beside the raw pixels and the same network before training;
    gratings and bars show whether the first channels are oriented. Textbooks say: edges first, loops and strokes next,
    whole digits last. The page shows what of it holds for this network, with kernels, feature maps, what single
    channels look for, the pixels behind a prediction, and how alike layers are. Pictures are of the first network.

    Returns:
        The result. Its tables are "layers", "properties", "probes", "claims", "differences", "selectivity", "tuning",
        "prediction", "maps", "redrawn", "strongest", "preferred", "likeness" and "summary".

    Raises:
        RunError: If a run's data is gone, or it has no weights.
        SpecError: If the network takes no pictures, or there is no such example, layer or channel.

    Example:
        >>> import descentlab as dl
        >>> result = dl.features("digits-cnn")  # doctest: +SKIP
        >>> result.tables["probes"].frame()  # doctest: +SKIP

    References:
        Alain and Bengio, "Understanding intermediate layers using linear classifier probes" (2017).
        Kornblith, Norouzi, Lee and Hinton, "Similarity of neural network representations revisited" (2019).
        Adebayo et al., "Sanity checks for saliency maps" (2018).
    """
    from descentlab import training
    from descentlab.labs.features._measure import measure
    from descentlab.labs.features._notes import notes_of
    from descentlab.labs.features._page import facts_of, key_figures, lay_out
    from descentlab.labs.features._source import Request, find_source
    from descentlab.labs.features._tables import fill_tables
    from descentlab.labs.features._words import say
    from descentlab.results import Declaration, Result
    from descentlab.workbench import SILENT, save_result, settings_as_texts

    begin, watcher = time.perf_counter(), watcher or SILENT
    if examples < FEWEST_EXAMPLES:
        raise SpecError(f"--examples {examples}: expected {FEWEST_EXAMPLES} or more for the probes")
    training.prepare_engine()
    request = Request(example, layer, channel, examples)
    source = find_source(what, other, request, member=member, settings=settings_as_texts(set), watcher=watcher)
    loaded = time.perf_counter()
    measured, steps = measure(source, request, watcher)
    end = time.perf_counter()
    seconds = {"train": loaded - begin, **steps, "measure": end - loaded, "total": end - begin}
    tables = fill_tables(measured)
    declaration = Declaration(
        laboratory="features",
        title=f"{measured.name}: what its layers have learned",
        tables=tables,
        words=say,
        key_figures=key_figures(measured, tables),
        sections=lay_out(measured, tables),
        notes=notes_of(measured, source),
        facts=facts_of(measured, seconds),
        seconds=seconds,
    )
    result = Result(measured, declaration)
    return save_result(result, run=source.networks.run, name=source.networks.name, out=out) if report else result
