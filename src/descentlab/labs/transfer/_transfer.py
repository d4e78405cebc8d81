"""`transfer`: how far what a network has learned carries to other pictures."""

import os
import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, SpecError, laboratory
from descentlab.labs._options import Report, Settings, TrainedRun

if TYPE_CHECKING:
    import descentlab.results
    import descentlab.spec
    import descentlab.workbench
    from descentlab.labs.transfer._measured import Transfer

FEWEST_TEST = 20


@laboratory(
    "transfer mnist-cnn-001 fashion-mnist",
    "transfer mnist-cnn-001 digits --examples 1,10,100",
    "transfer mnist-cnn-001 pictures/ --seeds 6 - your own pictures, a subfolder per class",
)
def transfer(
    run: TrainedRun,
    to: Annotated[
        "str | os.PathLike[str] | descentlab.spec.Experiment | descentlab.workbench.Run",
        Option(
            "The other pictures: mnist, fashion-mnist, digits, or any that `descentlab train` takes.",
            "TO",
            is_argument=True,
        ),
    ],
    *,
    examples: Annotated[
        str | Sequence[int] | None,
        Option(
            "Numbers of training examples for each class.",
            "K,K,...",
            default="those of 1,2,5,10,20,50,100 that there are",
        ),
    ] = None,
    seeds: Annotated[
        int, Option("Number of random draws of examples; fewer than 6 cannot show a difference.", "N")
    ] = 10,
    test_examples: Annotated[int, Option("Most test examples on which each draw is scored.", "M")] = 2_000,
    member: Annotated[
        int | None, Option("Which network of a run with several seeds.", "N", default="the first")
    ] = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: Annotated[
        str | os.PathLike[str] | None, Option("Folder for the page and the numbers.", "DIR", default="RUN/transfer-TO")
    ] = None,
    report: Report = True,
    watcher: "descentlab.workbench.Watcher | None" = None,
) -> "descentlab.results.Result[Transfer]":
    """Measure how much of what a network has learned helps with other pictures.

    From the same few examples of each class, three ways learn: frozen (all layers but the last stay as they are, and a
    new last layer is learned), fine-tuned (the training starts from the learned weights) and fresh (the same network
    from new random weights), beside a logistic regression on raw pixels. The page says which differences are real, and
    how many fresh examples the learned weights are worth.

    Returns:
        The result. Its tables are "accuracy", "differences", "worth", "choices", "summary" and "draws".

    Raises:
        RunError: If the run takes no pictures, or has no weights.
        SpecError: If there is no such target, or it has no pictures or classes.
        DataError: If a class has too few examples.

    Example:
        >>> import descentlab as dl
        >>> result = dl.transfer("mnist-cnn-001", "fashion-mnist")  # doctest: +SKIP
        >>> result.tables["accuracy"].frame()  # doctest: +SKIP

    References:
        Yosinski, Clune, Bengio and Lipson, "How transferable are features in deep neural networks?" (2014).
        Kornblith, Shlens and Le, "Do better ImageNet models transfer better?" (2019), for the three ways.
    """
    sizes = _read_sizes(examples)
    from descentlab import training
    from descentlab.labs.transfer._measure import choose_sizes, draw_examples, learn
    from descentlab.labs.transfer._notes import notes_of
    from descentlab.labs.transfer._page import facts_of, key_figures, lay_out
    from descentlab.labs.transfer._tables import fill_tables
    from descentlab.labs.transfer._target import find_giver, find_target
    from descentlab.labs.transfer._words import say
    from descentlab.results import Declaration, Result
    from descentlab.workbench import SILENT, need_run, save_result, settings_as_texts

    begin, watcher = time.perf_counter(), watcher or SILENT
    if not 1 <= seeds <= 1_000:
        raise SpecError(f"--seeds {seeds}: expected 1 to 1,000 draws of examples")
    if test_examples < FEWEST_TEST:
        raise SpecError(f"--test-examples {test_examples}: expected {FEWEST_TEST} or more")
    giver = find_giver(need_run(run), member)
    training.prepare_engine()
    target = find_target(to, settings_as_texts(set), watcher)
    chosen = choose_sizes(target, seeds, sizes)
    draws, choosing = draw_examples(target, giver, chosen, seeds, test_examples)
    loaded = time.perf_counter()
    measured = learn(giver, target, chosen, draws, choosing, watcher=watcher)
    end = time.perf_counter()
    tables = fill_tables(measured)
    result = Result(
        measured,
        Declaration(
            laboratory="transfer",
            title=f"From {measured.name} to {measured.target}",
            tables=tables,
            words=say,
            key_figures=key_figures(measured),
            sections=lay_out(measured, tables),
            notes=notes_of(measured, giver, target),
            facts=facts_of(measured, end - begin),
            seconds={"load": loaded - begin, "learn": end - loaded, "total": end - begin},
        ),
    )
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", measured.target).strip("-.")[:60] or "pictures"
    place = giver.run.path / f"transfer-{name}" if out is None else out
    return save_result(result, run=giver.run, name=measured.name, out=place) if report else result


def _read_sizes(examples: str | Sequence[int] | None) -> Sequence[int] | None:
    """Read `--examples 1,10,100`."""
    if not isinstance(examples, str):
        return examples
    words = [word.strip() for word in examples.split(",") if word.strip()]
    if not words or not all(re.fullmatch(r"[0-9]{1,9}", word) and int(word) > 0 for word in words):
        raise SpecError(
            f"--examples {examples}: expected numbers of examples of each class with commas between, as 1,10,100"
        )
    return tuple(int(word) for word in words)
