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
    from gradlab.runs import list_runs as list_runs
    from gradlab.spec import Experiment as Experiment, preset as preset
    from gradlab.verbs import (
        Run as Run,
        Stopped as Stopped,
        Watcher as Watcher,
        atlas as atlas,
        backprop as backprop,
        backprop_cost as backprop_cost,
        curvature as curvature,
        evaluate as evaluate,
        features as features,
        landscape as landscape,
        learning_rate as learning_rate,
        open_run as open_run,
        predict as predict,
        report as report,
        resume as resume,
        softmax as softmax,
        surface as surface,
        sweep as sweep,
        train as train,
    )

_HOMES = {
    "Experiment": "gradlab.spec",
    "GradlabError": "gradlab.core",
    "Run": "gradlab.verbs",
    "Stopped": "gradlab.verbs",
    "Watcher": "gradlab.verbs",
    "atlas": "gradlab.verbs",
    "backprop": "gradlab.verbs",
    "backprop_cost": "gradlab.verbs",
    "curvature": "gradlab.verbs",
    "evaluate": "gradlab.verbs",
    "features": "gradlab.verbs",
    "landscape": "gradlab.verbs",
    "learning_rate": "gradlab.verbs",
    "list_runs": "gradlab.runs",
    "open_run": "gradlab.verbs",
    "predict": "gradlab.verbs",
    "preset": "gradlab.spec",
    "report": "gradlab.verbs",
    "resume": "gradlab.verbs",
    "softmax": "gradlab.verbs",
    "surface": "gradlab.verbs",
    "sweep": "gradlab.verbs",
    "train": "gradlab.verbs",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gradlab' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
