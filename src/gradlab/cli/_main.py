"""The command `gradlab`: it reads what a person typed, calls a verb, and words what comes of it."""

import sys

from gradlab.cli._clock import BEGIN as BEGIN  # before all else, so that imports are counted
from gradlab.core import GradlabError, StorageError

INTERRUPTED = 130
USER_MISTAKE = 2


def main() -> None:
    """Run the command line and end the process: 0 done, 2 a user's mistake (one line), 130 interrupted."""
    from gradlab.cli._app import app

    is_debug = "--debug" in sys.argv[1:]
    try:
        app(prog_name="gradlab")
    except GradlabError as error:
        _fail(error, is_debug=is_debug)
    except KeyboardInterrupt:
        print("gradlab: interrupted", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output (as `head`) has gone; there is nobody left to tell.
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        _fail(StorageError(f"{error.filename or 'output'}: {error.strerror or error}"), is_debug=is_debug)


def _fail(error: GradlabError, *, is_debug: bool) -> None:
    if is_debug:
        raise error
    print(f"gradlab: error: {' '.join(str(error).split())}", file=sys.stderr)
    raise SystemExit(USER_MISTAKE)
