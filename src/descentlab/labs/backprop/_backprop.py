"""`backprop`: back-propagation through a person's own network, every number of it, checked in front of them."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from descentlab import backpropagation as account, training
from descentlab.core import SpecError
from descentlab.labs.backprop._depth import depth_variants
from descentlab.labs.backprop._result import Backprop, checked_row
from descentlab.labs.backprop._source import choose, find_subject, typed
from descentlab.labs.backprop._words import describe
from descentlab.runs import save_results
from descentlab.workbench import SILENT, Changes, Settings, Watcher, settings_as_texts


def backprop(
    what: Any,
    *,
    example: int | None = None,
    batch: str | tuple[int, int] | None = None,
    part: str = "train",
    layer: str | None = None,
    top: int = 12,
    input: Sequence[float] | None = None,  # noqa: A002 - the word of the command line
    truth: str | float | None = None,
    epochs: int = 0,
    hidden: Sequence[int] | None = None,
    seed: int | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    member: int = 0,
    train_mode: bool = False,
    check: bool = True,
    samples: int = account.SAMPLES,
    learning_rates: Sequence[float] | None = None,
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> Backprop:
    """Take examples through a network and back, and account for every number.

    Per layer z = Wa + b, a = σ(z), δ = ∂C/∂z, ∂C/∂W, ∂C/∂b and ∂C/∂a of the layer below, by the layers' own rules in
    float64, held against automatic differentiation and central differences.

    Args:
        what: A run, or what `train` takes; the latter at its initial weights, or after `epochs`.
        example: Place of the example in its part, from 0. With a batch: the one of it that is looked at.
        batch: Places of several, as "0:32", the end not included: their gradients are averaged.
        part: "train", "validation" or "test".
        layer: The layer to take apart. Default: all that have weights.
        top: How many terms of a sum, and entries of an array, to name; the rest is given as a sum.
        input: One example's numbers as the network sees them, instead of one from the data.
        truth: Its class by name or number, or its target.
        epochs: How long to train first.
        hidden: Units of the hidden dense layers, as `(1, 1, 1)` for a longer chain.
        seed: Draws data and initial weights.
        set: Any other fields of the experiment.
        member: Which network of a run with several seeds.
        train_mode: Whether batch norm uses the batch's own statistics and dropout drops, as in training.
        check: Whether to hold the account against automatic differentiation and central differences.
        samples: About how many central differences to take.
        learning_rates: Rates at which an update is followed through. Default: around 2 / curvature.
        out: Where page and numbers go. Default: `backprop/` in the run's folder; else nowhere.
        report: Whether to write the page.
        watcher: What is called while data is loaded and the network is trained.

    Returns:
        The account and what is read off it: print it, or see `account.layer("hidden").delta`.

    Raises:
        SpecError: If there is no such example, layer, class or part, or a number is out of range.
        RunError: If a run's data is gone.

    Example:
        >>> import descentlab as dl
        >>> found = dl.backprop("iris", example=3, report=False)
        >>> found.account.layer("output").delta.shape
        (1, 3)
        >>> found.check.agrees
        True
    """
    begin = time.perf_counter()
    if top < 1:
        raise SpecError(f"top={top}: expected how many terms to name, 1 or more")
    if epochs < 0:
        raise SpecError(f"epochs={epochs}: expected 0 or more")
    if samples < 1:
        raise SpecError(f"samples={samples}: expected 1 or more; to leave the check out, use --no-check")
    if input is not None and (example is not None or batch is not None):
        raise SpecError("--input gives an example's numbers; leave out --example and --batch")
    training.prepare_engine()
    changes = Changes(
        fields={name: value for name, value in {"seed": seed}.items() if value is not None},
        hidden=None if hidden is None else tuple(hidden),
        settings=settings_as_texts(set),
    )
    subject = find_subject(what, changes, epochs=epochs, member=member, needs_data=input is None, watcher=watcher)
    chosen = choose(subject, example=example, batch=batch, part=part) if input is None else typed(subject, input, truth)
    row = checked_row(chosen, example)
    loaded = time.perf_counter()
    whole = account.account_for(subject.problem(chosen, is_training=train_mode))
    if layer is not None:
        whole.layer(layer)
    compared = account.check(whole, num_samples=samples, seed=subject.experiment.seed) if check else None
    update = account.follow_update(whole, None if learning_rates is None else np.asarray(learning_rates, np.float64))
    variants = depth_variants(subject, whole)
    found = Backprop(subject, chosen, whole, compared, row, layer, top, update, variants, (), {})
    seconds = {"load": loaded - begin, "account": time.perf_counter() - loaded}
    found = replace(found, sentences=describe(found), seconds=seconds)
    place = _place(found, out)
    if place is not None and report:
        written = time.perf_counter()
        save_results(place, result=found.to_json(), report=found.to_page())
        seconds["page"] = time.perf_counter() - written
        found = replace(found, path=place)
    return replace(found, seconds={**seconds, "total": time.perf_counter() - begin})


def _place(found: Backprop, out: str | os.PathLike[str] | None) -> Path | None:
    if out is not None:
        return Path(out)
    return None if found.subject.run is None else found.subject.run.path / "backprop"
