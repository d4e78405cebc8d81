"""Train neural networks, and see why they learned or why they did not.

    import descentlab as dl

    run = dl.train("iris")
    run.test.accuracy
    run.predict("new.csv")

The names load what they need when they are first used, so that importing descentlab costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from descentlab.core import DescentlabError as DescentlabError, __version__ as __version__
    from descentlab.runs import list_runs as list_runs
    from descentlab.spec import Experiment as Experiment, preset as preset
    from descentlab.verbs import (
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
    from descentlab.verbs.ablation import importance as importance
    from descentlab.verbs.backpropagation import backprop as backprop
    from descentlab.verbs.complexity import backprop_cost as backprop_cost
    from descentlab.verbs.landscapes import landscape as landscape
    from descentlab.verbs.mistakes import errors as errors
    from descentlab.verbs.representations import features as features
    from descentlab.verbs.sharpness import curvature as curvature
    from descentlab.verbs.studies import atlas as atlas, learning_rate as learning_rate, sweep as sweep
    from descentlab.verbs.surfaces import surface as surface
    from descentlab.verbs.transfers import transfer as transfer

_HOMES = {
    "__version__": "descentlab.core",
    "Experiment": "descentlab.spec",
    "DescentlabError": "descentlab.core",
    "Run": "descentlab.verbs",
    "Stopped": "descentlab.verbs",
    "Watcher": "descentlab.verbs",
    "atlas": "descentlab.verbs.studies",
    "backprop": "descentlab.verbs.backpropagation",
    "backprop_cost": "descentlab.verbs.complexity",
    "curvature": "descentlab.verbs.sharpness",
    "errors": "descentlab.verbs.mistakes",
    "evaluate": "descentlab.verbs",
    "features": "descentlab.verbs.representations",
    "importance": "descentlab.verbs.ablation",
    "landscape": "descentlab.verbs.landscapes",
    "learning_rate": "descentlab.verbs.studies",
    "list_runs": "descentlab.runs",
    "open_run": "descentlab.verbs",
    "predict": "descentlab.verbs",
    "preset": "descentlab.spec",
    "report": "descentlab.verbs",
    "resume": "descentlab.verbs",
    "softmax": "descentlab.verbs",
    "surface": "descentlab.verbs.surfaces",
    "sweep": "descentlab.verbs.studies",
    "train": "descentlab.verbs",
    "transfer": "descentlab.verbs.transfers",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'descentlab' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
