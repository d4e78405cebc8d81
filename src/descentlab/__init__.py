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
    from descentlab.labs.atlas import atlas as atlas
    from descentlab.labs.backprop import backprop as backprop
    from descentlab.labs.backprop_cost import backprop_cost as backprop_cost
    from descentlab.labs.curvature import curvature as curvature
    from descentlab.labs.errors import errors as errors
    from descentlab.labs.features import features as features
    from descentlab.labs.importance import importance as importance
    from descentlab.labs.landscape import landscape as landscape
    from descentlab.labs.learning_rate import learning_rate as learning_rate
    from descentlab.labs.softmax import softmax as softmax
    from descentlab.labs.surface import surface as surface
    from descentlab.labs.sweep import sweep as sweep
    from descentlab.labs.transfer import transfer as transfer
    from descentlab.runs import list_runs as list_runs
    from descentlab.spec import Experiment as Experiment, preset as preset
    from descentlab.workbench import (
        Run as Run,
        Stopped as Stopped,
        Watcher as Watcher,
        evaluate as evaluate,
        open_run as open_run,
        predict as predict,
        report as report,
        resume as resume,
        train as train,
    )

_HOMES = {
    "__version__": "descentlab.core",
    "Experiment": "descentlab.spec",
    "DescentlabError": "descentlab.core",
    "Run": "descentlab.workbench",
    "Stopped": "descentlab.workbench",
    "Watcher": "descentlab.workbench",
    "atlas": "descentlab.labs.atlas",
    "backprop": "descentlab.labs.backprop",
    "backprop_cost": "descentlab.labs.backprop_cost",
    "curvature": "descentlab.labs.curvature",
    "errors": "descentlab.labs.errors",
    "evaluate": "descentlab.workbench",
    "features": "descentlab.labs.features",
    "importance": "descentlab.labs.importance",
    "landscape": "descentlab.labs.landscape",
    "learning_rate": "descentlab.labs.learning_rate",
    "list_runs": "descentlab.runs",
    "open_run": "descentlab.workbench",
    "predict": "descentlab.workbench",
    "preset": "descentlab.spec",
    "report": "descentlab.workbench",
    "resume": "descentlab.workbench",
    "softmax": "descentlab.labs.softmax",
    "surface": "descentlab.labs.surface",
    "sweep": "descentlab.labs.sweep",
    "train": "descentlab.workbench",
    "transfer": "descentlab.labs.transfer",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'descentlab' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
