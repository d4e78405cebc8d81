"""The command `gradlab`: it reads what a person typed, calls a verb, and words what comes of it."""

import errno
import sys

import typer

from gradlab.cli import _data, _evaluate, _predict, _reference, _report, _runs, _train
from gradlab.core import GradlabError, StorageError

app = typer.Typer(
    name="gradlab",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""
Train neural networks, and see why they learned or why they did not.

Try:

* `gradlab train iris` - train a preset, and open the report that it names
* `gradlab train my.csv --target species` - your own table
* `gradlab train pictures/` - your own pictures, a subfolder per class
* `gradlab predict RUN new.csv` - use what was trained
* `gradlab data` - what there is to train on
""",
)
app.command(name="train")(_train.train)
app.command(name="evaluate")(_evaluate.evaluate)
app.command(name="predict")(_predict.predict)
app.command(name="report")(_report.report)
app.command(name="runs")(_runs.runs)
app.command(name="show")(_runs.show)
app.command(name="data")(_data.data)
app.command(name="schema")(_reference.schema)
app.command(name="env")(_reference.env)

INTERRUPTED = 130
USER_MISTAKE = 2


def main() -> None:
    """Run the command line and end the process: 0 done, 2 a user's mistake (one line), 130 interrupted."""
    debug = "--debug" in sys.argv[1:]
    try:
        app(prog_name="gradlab")
    except GradlabError as error:
        _fail(error, debug=debug)
    except KeyboardInterrupt:
        print("gradlab: interrupted", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output (as `head`) has gone; there is nobody left to tell.
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EPERM):
            raise
        _fail(StorageError(f"{error.filename or 'output'}: {error.strerror}"), debug=debug)


def _fail(error: GradlabError, *, debug: bool) -> None:
    if debug:
        raise error
    print(f"gradlab: error: {' '.join(str(error).split())}", file=sys.stderr)
    raise SystemExit(USER_MISTAKE)
