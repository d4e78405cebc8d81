"""Train neural networks, and see why they learned or why they did not.

    import gradlab as gl

    run = gl.train("iris")
    run.test.accuracy
    run.predict("new.csv")

The names load what they need when they are first used, so that importing gradlab costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradlab.core import GradlabError as GradlabError
    from gradlab.spec import Experiment as Experiment, preset as preset
    from gradlab.verbs import (
        Changes as Changes,
        Run as Run,
        evaluate as evaluate,
        open_run as open_run,
        predict as predict,
        resume as resume,
        train as train,
    )

_HOMES = {
    "GradlabError": "gradlab.core",
    "Experiment": "gradlab.spec",
    "preset": "gradlab.spec",
    "Changes": "gradlab.verbs",
    "Run": "gradlab.verbs",
    "evaluate": "gradlab.verbs",
    "open_run": "gradlab.verbs",
    "predict": "gradlab.verbs",
    "resume": "gradlab.verbs",
    "train": "gradlab.verbs",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gradlab' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
