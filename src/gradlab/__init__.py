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
        evaluate as evaluate,
        open_run as open_run,
        predict as predict,
        report as report,
        resume as resume,
        softmax as softmax,
        train as train,
    )
    from gradlab.verbs.ablation import importance as importance
    from gradlab.verbs.backpropagation import backprop as backprop
    from gradlab.verbs.complexity import backprop_cost as backprop_cost
    from gradlab.verbs.landscapes import landscape as landscape
    from gradlab.verbs.mistakes import errors as errors
    from gradlab.verbs.representations import features as features
    from gradlab.verbs.sharpness import curvature as curvature
    from gradlab.verbs.studies import atlas as atlas, learning_rate as learning_rate, sweep as sweep
    from gradlab.verbs.surfaces import surface as surface
    from gradlab.verbs.transfers import transfer as transfer

_HOMES = {
    "Experiment": "gradlab.spec",
    "GradlabError": "gradlab.core",
    "Run": "gradlab.verbs",
    "Stopped": "gradlab.verbs",
    "Watcher": "gradlab.verbs",
    "atlas": "gradlab.verbs.studies",
    "backprop": "gradlab.verbs.backpropagation",
    "backprop_cost": "gradlab.verbs.complexity",
    "curvature": "gradlab.verbs.sharpness",
    "errors": "gradlab.verbs.mistakes",
    "evaluate": "gradlab.verbs",
    "features": "gradlab.verbs.representations",
    "importance": "gradlab.verbs.ablation",
    "landscape": "gradlab.verbs.landscapes",
    "learning_rate": "gradlab.verbs.studies",
    "list_runs": "gradlab.runs",
    "open_run": "gradlab.verbs",
    "predict": "gradlab.verbs",
    "preset": "gradlab.spec",
    "report": "gradlab.verbs",
    "resume": "gradlab.verbs",
    "softmax": "gradlab.verbs",
    "surface": "gradlab.verbs.surfaces",
    "sweep": "gradlab.verbs.studies",
    "train": "gradlab.verbs",
    "transfer": "gradlab.verbs.transfers",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gradlab' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
