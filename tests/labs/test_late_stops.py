"""A stop that arrives when the last network has just been trained: the laboratory stops, and says what is kept."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import descentlab as dl
from descentlab.results import Result
from descentlab.runs import StudyFolder
from descentlab.training import Progress

SMALL = {"epochs": 4, "hidden": (3,)}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class LateStop:
    """Sends a signal at the last progress of a training, once."""

    def __init__(self, kind: signal.Signals = signal.SIGINT, *, after: int = 0) -> None:
        self._kind, self._after = kind, after
        self.watcher = dl.Watcher(on_training=self._look)

    def _look(self, now: Progress) -> None:
        if now.share >= 1.0:
            self._after -= 1
            if self._after == -1:
                os.kill(os.getpid(), self._kind)


NOTHING_KEPT: dict[str, Callable[[dl.Watcher], Any]] = {
    "curvature": lambda watcher: dl.curvature("circle", learning_rates=(0.1, 0.3), trace=4, watcher=watcher),
    "landscape": lambda watcher: dl.landscape("circle", set={"epochs": 4}, points=5, watcher=watcher),
    "importance": lambda watcher: dl.importance("iris", epochs=4, retrain=True, seeds=2, watcher=watcher),
    "backprop": lambda watcher: dl.backprop("iris", epochs=4, watcher=watcher),
}


@pytest.mark.parametrize("laboratory", NOTHING_KEPT)
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_kept_of_an_analysis(home: Path, laboratory: str, kind: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt):
        NOTHING_KEPT[laboratory](LateStop(kind).watcher)
    assert list(home.iterdir()) == []


def test_a_run_goes_on_to_the_same_bits() -> None:
    with pytest.raises(dl.Stopped) as stopped:
        dl.train("iris", **SMALL, report=False, watcher=LateStop().watcher)
    run = dl.resume(stopped.value.path, report=False)
    straight = dl.train("iris", **SMALL, report=False, out="straight")
    both = [(each.path / "weights.safetensors").read_bytes() for each in (run, straight)]
    assert both[0] == both[1]


STUDIES: dict[str, Callable[..., Any]] = {
    "sweep": lambda what="iris", **more: dl.sweep(
        what, **({} if what is None else {**SMALL, "learning_rate": (0.1, 0.01), "seeds": 2}), **more
    ),
    "learning-rate": lambda what="iris", **more: dl.learning_rate(
        what, **({} if what is None else {**SMALL, "seeds": 2}), **more
    ),
    "atlas": lambda what="iris", **more: dl.atlas(
        what,
        **(
            {}
            if what is None
            else {"epochs": 4, "x": "learning_rate=0.01:1:3", "y": "initial_scale=0.1:1:3", "outcome": "loss"}
        ),
        **more,
    ),
}


@pytest.mark.parametrize("verb", STUDIES)
def test_a_study_goes_on_as_what_it_was(verb: str) -> None:
    study = STUDIES[verb]
    with pytest.raises(dl.Stopped, match=f"descentlab.{verb.replace(chr(45), chr(95))}") as stopped:
        study(report=False, watcher=LateStop().watcher)
    others = [each for name, each in STUDIES.items() if name != verb]
    for other in others:
        with pytest.raises(dl.DescentlabError, match=f"continue it by: descentlab.{verb.replace(chr(45), chr(95))}"):
            other(None, resume=stopped.value.path)
    folder = StudyFolder(stopped.value.path)
    assert (folder.study.kind, folder.study.options["report"]) == (verb, False)
    resumed, straight = study(None, resume=folder.path), study(report=False, out="straight")
    assert not folder.report_path.exists()
    assert resumed.declaration.laboratory == verb.replace("-", "_")
    assert facts_of(resumed) == facts_of(straight)


def facts_of(result: Result[Any]) -> dict[str, Any]:
    """Return the tables of a result but for the speed of its training, and the title of its page."""
    tables = result.to_json()["tables"]
    for row in tables["summary"] if isinstance(tables["summary"], list) else [tables["summary"]]:
        row.pop("networks_per_second", None)
    return {**tables, "title": result.declaration.title}
