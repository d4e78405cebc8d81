"""`descentlab transfer`: how far what a network has learned carries to other pictures."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from descentlab.cli._options import Debug, Json, NoFiles, Quiet, Run, Settings
from descentlab.cli._watch import analyse
from descentlab.core import SpecError

if TYPE_CHECKING:
    from descentlab.labs.transfer import Transfer
    from descentlab.workbench import Watcher


def transfer(
    run: Run,
    to: Annotated[
        str,
        typer.Argument(
            metavar="TO",
            help="Where to: mnist, fashion-mnist, digits, or other pictures that `descentlab train` takes.",
            show_default=False,
        ),
    ],
    examples: Annotated[
        str | None,
        typer.Option(
            metavar="K,K,...",
            help="Numbers of examples of each class.  [default: those of 1,2,5,10,20,50,100 that there are]",
        ),
    ] = None,
    seeds: Annotated[
        int, typer.Option(metavar="N", help="Draws of examples; fewer than 6 can show no difference.")
    ] = 10,
    test_examples: Annotated[
        int, typer.Option(metavar="M", help="Held-out examples that each draw is scored on at most.")
    ] = 2_000,
    member: Annotated[
        int | None, typer.Option(metavar="N", help="Which network of a run with several seeds.  [default: the first]")
    ] = None,
    settings: Settings = None,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where page and numbers go.  [default: RUN/transfer-TO]")
    ] = None,
    no_report: NoFiles = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure how far what a network has learned carries to other pictures.

    From the same few examples of each class, three ways learn: frozen (all layers but the last stay as they are),
    fine-tuned (the training starts from the learned weights) and fresh (the same network from a new draw), beside a
    logistic regression on raw pixels. The page says which differences are real, and how many fresh examples the learned
    weights are worth.

    Examples:
    * `descentlab transfer mnist-cnn-001 fashion-mnist`

    * `descentlab transfer mnist-cnn-001 digits --examples 1,10,100`

    * `descentlab transfer mnist-cnn-001 pictures/ --seeds 6` - your own pictures, a subfolder per class
    """
    sizes = read_sizes(examples)
    from descentlab.labs import transfer as laboratory

    def start(watcher: "Watcher") -> "Transfer":
        return laboratory.transfer(
            run,
            to,
            examples=sizes,
            seeds=seeds,
            test_examples=test_examples,
            member=member,
            set=settings or (),
            out=out,
            report=not no_report,
            watcher=watcher,
        )

    analyse(start, as_json=as_json, is_quiet=quiet)


def read_sizes(text: str | None) -> tuple[int, ...] | None:
    """Read `--examples 1,10,100`."""
    if text is None:
        return None
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(re.fullmatch(r"[0-9]{1,9}", word) and int(word) > 0 for word in words):
        raise SpecError(
            f"--examples {text}: expected numbers of examples of each class with commas between, as 1,10,100"
        )
    return tuple(int(word) for word in words)
