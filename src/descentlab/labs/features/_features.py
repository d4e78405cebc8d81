"""`features`: what the layers of a network that takes pictures have learned, as measurements."""

import os
import time
from dataclasses import replace
from pathlib import Path

from descentlab import representations, results, training
from descentlab.core import SpecError
from descentlab.labs.features._measure import Measurement, Wish
from descentlab.labs.features._page import build_page
from descentlab.labs.features._result import Features
from descentlab.labs.features._source import Source, find_source
from descentlab.labs.features._words import describe, notes_of
from descentlab.runs import save_results
from descentlab.spec import Experiment
from descentlab.workbench import SILENT, Run, Settings, Watcher, settings_as_texts

EXAMPLES = 6_000
FEWEST_EXAMPLES = 100


def features(
    what: str | os.PathLike[str] | Experiment | Run,
    *,
    example: int = 0,
    layer: str | None = None,
    channel: int | None = None,
    examples: int = EXAMPLES,
    member: int | None = None,
    other: str | os.PathLike[str] | Run | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> Features:
    """Measure what the layers of a network that takes pictures have learned.

    Linear probes tell what can be read off each layer, with the raw pixels and the same network before training as
    controls; gratings and bars, how selective its first channels are for orientation. The textbook's claim (edges
    first, loops and strokes next, whole classes last) is held against both. Beside them stand the first layer's
    kernels, one example's way through the layers, what single channels look for, the pixels that a prediction rests on,
    and how alike layers are.

    Args:
        what: A run, or what `train` takes; that is trained first.
        example: Which example of the held-out part is shown, from 0.
        layer: Whose channels are shown. Default: the last convolution, or the first layer.
        channel: Which of them. Default: the one that the example wakes most.
        examples: Examples of the probes: three quarters of the training part, a quarter held out.
        member: Which network of a run with several seeds. Default: all of them, up to five, with intervals over seeds;
            pictures are of the first.
        other: Another run on the same kind of pictures, whose layers are compared with these.
        set: Fields of the experiment, for what is no run.
        out: Where page and numbers go. Default: `features/` in the run's folder, or `runs/NAME-features`.
        report: Whether to write page and numbers.
        watcher: What is called while it goes on.

    Returns:
        What was found.

    Raises:
        RunError: If a run's data is gone, or it has no weights.
        SpecError: If the network takes no pictures, or there is no such example, layer or channel.

    Example:
        >>> import descentlab as dl
        >>> found = dl.features("digits-cnn")  # doctest: +SKIP

    References:
        Alain and Bengio, "Understanding intermediate layers using linear classifier probes" (2017).
        Kornblith, Norouzi, Lee and Hinton, "Similarity of neural network representations revisited" (2019).
        Adebayo et al., "Sanity checks for saliency maps" (2018).
    """
    begin = time.perf_counter()
    if examples < FEWEST_EXAMPLES:
        raise SpecError(f"examples={examples}: expected {FEWEST_EXAMPLES} or more for the probes")
    training.prepare_engine()
    source = find_source(what, other, member=member, settings=settings_as_texts(set), watcher=watcher)
    found_at = time.perf_counter()
    found = _measure(source, Wish(example, layer, channel, examples), watcher)
    end = time.perf_counter()
    times = {"train": found_at - begin, **found.seconds, "measure": end - found_at, "total": end - begin}
    found = replace(found, sentences=describe(found), seconds=times)
    return _saved(found, source.run, out) if report else found


def _measure(source: Source, wish: Wish, watcher: Watcher) -> Features:
    job = Measurement(source, wish, watcher)
    depths, widths, kept = job.depths()
    selectivity, extent = job.selectivity(), job.extent()
    first = source.members[0]
    found = Features(
        name=source.run.folder.name if source.run is not None else source.experiment.name,
        experiment=source.experiment,
        classes=first.dataset.classes,
        num_members=len(source.members),
        layers=(representations.PIXELS, *job.layers),
        widths=widths,
        kept=kept,
        claim=representations.judge(depths, job.weighted, selective=selectivity[0].gain, extent=extent),
        depths=depths,
        division=job.division,
        selectivity=selectivity,
        extent=extent,
        kernels=representations.first_kernels(first.net),
        maps=job.maps(),
        explained=job.explained(),
        channel=job.channel_view(),
        likeness=job.likeness(),
        num_params=sum(layer.num_params for layer in first.net.network.layers),
        sentences=(),
        notes=(),
        seconds=job.seconds,
    )
    return replace(found, notes=notes_of(found, source, job.part))


def _saved(found: Features, run: Run | None, out: str | os.PathLike[str] | None) -> Features:
    usual = Path("runs") / f"{found.experiment.name}-features" if run is None else run.path / "features"
    place = usual if out is None else Path(out)
    page = results.render_page(build_page(found))
    save_results(place, result=found.to_json(), tables=found.tables(), report=page)
    return replace(found, path=place)
