"""`importance`: what the layers of a network are worth, as measurements."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from descentlab import results, training
from descentlab.core import SpecError
from descentlab.labs.importance._measure import measure
from descentlab.labs.importance._page import build_page
from descentlab.labs.importance._result import Importance
from descentlab.labs.importance._retrain import SEEDS, Retrain, choose_variants, retrain as retrain_variants
from descentlab.labs.importance._words import describe, notes_of
from descentlab.labs.importance.measure import choose_places
from descentlab.networks import Network
from descentlab.runs import save_results
from descentlab.spec import Experiment
from descentlab.workbench import SILENT, Run, Settings, Watcher, find_networks, settings_as_texts

EXAMPLES = 2_000
FEWEST_EXAMPLES = 20


def importance(
    what: str | os.PathLike[str] | Experiment | Run,
    *,
    layers: Sequence[str] = (),
    examples: int = EXAMPLES,
    member: int | None = None,
    retrain: bool = False,
    seeds: int | None = None,
    epochs: int | None = None,
    train_examples: int | None = None,
    variants: Sequence[str] = (),
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> Importance:
    """Measure what each layer of a network is worth.

    Every layer of the trained network is taken away in several ways: its output set to its mean or shuffled over
    examples, half of its channels set to their mean, its weights brought back to where they started or drawn anew. Each
    channel alone is set to its mean. Beside what that costs stands what the layer costs: weights, multiply-adds, time.

    Args:
        what: A run, or what `train` takes; that is trained first.
        layers: Names of the layers to measure. Default: all.
        examples: How many held-out examples are measured, and as many training examples for the means.
        member: Which network of a run with several seeds. Default: all of them, up to five, with intervals over seeds;
            channels are of the first.
        retrain: Whether to train the network anew without each layer, and with layers of other kinds, and to hold what
            textbooks say of them against that.
        seeds: How many networks of each variant are trained. Default: 6, the fewest that can show a difference.
        epochs: Of each training. Default: the experiment's.
        train_examples: Training examples at most. Default: all.
        variants: Names of the variants. Default: all.
        set: Fields of the experiment, for what is no run.
        out: Where page and numbers go. Default: `importance/` in the run's folder, or `runs/NAME-importance`.
        report: Whether to write page and numbers.
        watcher: What is called while it goes on.

    Returns:
        What was found.

    Raises:
        RunError: If a run's data is gone, or it has no weights, or they are no numbers since its training diverged.
        SpecError: If there is no such layer or member.

    Example:
        >>> import descentlab as dl
        >>> found = dl.importance("digits-cnn")  # doctest: +SKIP

    References:
        Breiman, "Random forests" (2001).
        Zhang, Bengio and Singer, "Are all layers created equal?" (2022).
        Morcos, Barrett, Rabinowitz and Botvinick, "On the importance of single directions for generalization" (2018).
    """
    begin = time.perf_counter()
    if examples < FEWEST_EXAMPLES:
        raise SpecError(f"examples={examples}: expected {FEWEST_EXAMPLES} or more")
    wish = _wish(retrain, seeds=seeds, epochs=epochs, train_examples=train_examples, variants=tuple(variants))
    training.prepare_engine()

    def check(experiment: Experiment, network: Network) -> None:
        choose_places(network, layers)
        if wish is not None:
            choose_variants(experiment, network, wish)

    source = find_networks(what, member=member, settings=settings_as_texts(set), watcher=watcher, check=check)
    places = choose_places(source.network, layers)
    found_at = time.perf_counter()
    found = measure(source, places, examples, watcher)
    measured_at = time.perf_counter()
    if wish is not None:
        found = replace(found, retraining=retrain_variants(source, wish, watcher))
    end = time.perf_counter()
    times = {
        "train": found_at - begin,
        "measure": measured_at - found_at,
        "retrain": end - measured_at,
        "total": end - begin,
    }
    found = replace(found, sentences=describe(found), notes=notes_of(found, source), seconds=times)
    return _saved(found, source.run, out) if report else found


def _wish(
    is_wanted: bool,  # noqa: FBT001 - the verb's own word
    *,
    seeds: int | None,
    epochs: int | None,
    train_examples: int | None,
    variants: tuple[str, ...],
) -> Retrain | None:
    """Read what is asked of a retraining, before anything is trained."""
    if is_wanted:
        return Retrain(SEEDS if seeds is None else seeds, epochs, train_examples, variants)
    given = {"seeds": seeds, "epochs": epochs, "train_examples": train_examples, "variants": variants or None}
    for name, value in given.items():
        if value is not None:
            raise SpecError(f"{name} says how variants are trained: ask for that by retrain, or leave {name} out")
    return None


def _saved(found: Importance, run: Run | None, out: str | os.PathLike[str] | None) -> Importance:
    usual = Path("runs") / f"{found.experiment.name}-importance" if run is None else run.path / "importance"
    place = usual if out is None else Path(out)
    page = results.render_page(build_page(found))
    save_results(place, result=found.to_json(), tables=found.tables(), report=page)
    return replace(found, path=place)
