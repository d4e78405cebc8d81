"""The command line `descentlab` with all its commands."""

from typing import Annotated

import typer

from descentlab.cli import (
    _data,
    _evaluate,
    _predict,
    _reference,
    _report,
    _runs,
    _studio,
    _train,
)
from descentlab.cli._cost import Commands
from descentlab.cli._laboratories import add_laboratories
from descentlab.cli._options import FLAG
from descentlab.core import __version__

app = typer.Typer(
    name="descentlab",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""
Train neural networks, and see why they learned or why they did not.

Try:

* `descentlab train iris` - train a preset, then open the report that is named at the end
* `descentlab train my.csv --target species` - train on your own table
* `descentlab train pictures/` - train on your own pictures, with a subfolder for each class
* `descentlab predict RUN new.csv` - predict new examples with a trained network
* `descentlab sweep circle --learning-rate 0.001:10:9` - compare learning rates
* `descentlab data` - list the presets and data sets
* `descentlab studio` - work in the browser, with a playground
""",
)


def _print_version(is_asked: bool) -> bool:
    if is_asked:
        print(f"descentlab {__version__}")
        raise typer.Exit
    return is_asked  # Typer hands the command what this returns


@app.callback()
def _descentlab(
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar=FLAG, help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    pass


app.command(name="train")(_train.train)
app.command(name="studio")(_studio.studio)
add_laboratories(app)
app.command(name="evaluate")(_evaluate.evaluate)
app.command(name="predict")(_predict.predict)
app.command(name="report")(_report.report)
app.command(name="runs")(_runs.runs)
app.command(name="show")(_runs.show)
app.command(name="data")(_data.data)
app.command(name="schema")(_reference.schema)
app.command(name="env")(_reference.env)
