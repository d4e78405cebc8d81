"""Facts on a run, a study or an analysis: what was trained, when, and how long it took; a name and words for each."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from descentlab.results import seconds as word_seconds
from descentlab.runs import AnalysisFolder, RunFolder, StudyFolder, data_name, read_moment
from descentlab.spec import AnyLayerSpec, Experiment, StudySpec, VariableSpec
from descentlab.studies import is_log, word_value
from descentlab.studio.shelf._numbers import as_number

Facts = tuple[tuple[str, str], ...]

VERBS = ("sweep", "learning-rate", "atlas")
MOST_LAYERS = 12
MOST_VALUES = 4
"""Largest number of values of a variable that are listed."""
LONGEST = 200
"""Largest number of letters of a word from a file, which may come from somebody else."""


def run_facts(run: RunFolder, metrics: Mapping[str, Any]) -> Facts:
    """Return what a run trained, and when."""
    experiment = run.experiment
    networks = f"{experiment.num_seeds:,}, from {_seeds(experiment)}"
    return (*_experiment(experiment), ("networks", networks), *_made(run.environment(), metrics))


def study_facts(study: StudyFolder, metrics: Mapping[str, Any]) -> Facts:
    """Return what a study trained, and when."""
    spec = study.study
    judged = summary_of(metrics).get("judged_on")
    return (
        ("asked for", f"descentlab {verb_of(spec, metrics)}"),
        *_experiment(spec.experiment, varied=[variable.name for variable in spec.variables]),
        *(("varied", varied_words(variable)) for variable in spec.variables),
        ("networks", _networks(spec)),
        *((("compared on", f"the {judged} part"),) if judged else ()),
        *_made(study.environment(), metrics),
    )


def analysis_facts(analysis: AnalysisFolder, result: Mapping[str, Any]) -> Facts:
    """Return when an analysis was made."""
    return (("made", when(analysis.written)), *_took(result))


def verb_of(spec: StudySpec, metrics: Mapping[str, Any]) -> str:
    """Return the command that made a study; until it is finished, the command that continues it."""
    verb = str(metrics.get("laboratory", "")).replace("_", "-")
    return verb if verb in VERBS else spec.kind


def summary_of(metrics: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the summary of a study's tables; it is empty until the study is finished."""
    return metrics.get("tables", {}).get("summary", {})


def varied_words(variable: VariableSpec) -> str:
    """Write what was varied over which range.

    Example:
        >>> varied_words(VariableSpec(name="momentum", values=(0.0, 0.9)))
        'momentum: 0, 0.9'
    """
    values = variable.values
    if len(values) <= MOST_VALUES or any(isinstance(value, str) for value in values):
        shown = ", ".join(map(word_value, values[:20]))
        return f"{variable.name}: {shown}" + (f" and {len(values) - 20} more" if len(values) > 20 else "")
    numbers = np.array(values, np.float64)
    spread = ", in equal factors" if is_log(np.sort(numbers)) else ""
    return f"{variable.name}: {len(values)} values from {numbers.min():.4g} to {numbers.max():.4g}{spread}"


def when(moment: datetime | None) -> str:
    """Write a moment; nothing if there is none."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _networks(spec: StudySpec) -> str:
    settings = spec.num_members // spec.experiment.num_seeds
    return f"{spec.num_members:,}: {settings:,} settings, each from {_seeds(spec.experiment)}"


def _seeds(experiment: Experiment) -> str:
    first, last = experiment.seed, experiment.seed + experiment.num_seeds - 1
    return f"seed {first}" if first == last else f"{experiment.num_seeds:,} seeds, {first} to {last}"


def _experiment(experiment: Experiment, varied: Iterable[str] = ()) -> Facts:
    names = set(varied)
    batch = "full batches" if experiment.batch_size == "full" else f"batches of {experiment.batch_size:,}"
    words_by_setting = {
        "epochs": f"{experiment.epochs:,} epochs",
        "batch_size": batch,
        "optimizer": experiment.optimizer.title,
        "learning_rate": f"learning rate {experiment.optimizer.learning_rate:g}",
        "schedule": "" if experiment.schedule.kind == "constant" else f"schedule {experiment.schedule.kind}",
        "loss": f"{experiment.loss.kind} loss",
    }
    layers = [_layer(layer) for layer in experiment.model[:MOST_LAYERS]]
    more = len(experiment.model) - MOST_LAYERS
    return (
        ("data", data_name(experiment.data)),
        ("network", ", ".join(layers) + (f" and {more} layers more" if more > 0 else "")),
        ("training", ", ".join(words for name, words in words_by_setting.items() if words and name not in names)),
    )


def _layer(layer: AnyLayerSpec) -> str:
    after = f" {layer.activation_name}" if layer.is_curved and layer.activation_name else ""
    return f"{layer.kind}{f' {layer.width}' if layer.width else ''}{after}"


def _made(environment: Mapping[str, Any], metrics: Mapping[str, Any]) -> Facts:
    made = when(read_moment(environment.get("created", "")))
    return (
        *((("made", made),) if made else ()),
        *_took(metrics),
        *_machine(environment),
    )


def _took(metrics: Mapping[str, Any]) -> Facts:
    taken = metrics.get("seconds", {})
    total, training = as_number(taken.get("total")), as_number(taken.get("train"))
    if total is None:
        return ()
    after = f", of which training {word_seconds(training)}" if training is not None else ""
    return (("took", f"{word_seconds(total)}{after}"),)


def _machine(environment: Mapping[str, Any]) -> Facts:
    machine, packages = environment.get("machine", {}), environment.get("packages", {})
    processor, cores = str(machine.get("processor", "")), machine.get("cores")
    words = [word for word in (processor[:LONGEST], f"{cores} cores" if isinstance(cores, int) else "") if word]
    # Records of format 1 were written by what was then called gradlab.
    versions = [f"{name} {packages[name]}"[:LONGEST] for name in ("descentlab", "gradlab") if name in packages]
    described = [("machine", ", ".join(words))] if words else []
    return (*described, *(("version", version) for version in versions))
