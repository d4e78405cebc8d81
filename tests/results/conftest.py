"""Reports of every kind of run, built from small arrays."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descentlab.core import LayerRow, generator
from descentlab.results import (
    Boundary2D,
    Calibration,
    ClassScores,
    Confusion,
    Example,
    Facts,
    History,
    Member,
    OutputAccount,
    OutputHead,
    PartScores,
    Predictions,
    Row,
    Score,
    TrainingReport,
)
from descentlab.spec import HEADS, HeadName

HOSTILE = "</script><script>alert('x')</script><img src=x onerror=\"alert(1)\">{{ 7919 * 7919 }}"


def _history(*, members: int = 1, epochs: int = 6, parts: int = 2, is_classification: bool = True) -> History:
    draw = generator(0, "history")
    fall = np.exp(-np.arange(epochs) / 3.0)

    def losses() -> np.ndarray:
        return (fall * draw.uniform(0.8, 1.2, (members, 1)) + 0.1).astype(np.float32)

    def accuracies() -> np.ndarray | None:
        return (1.0 - 0.6 * losses()).astype(np.float32) if is_classification else None

    return History(
        epochs=np.arange(1, epochs + 1),
        train_loss=losses(),
        validation_loss=losses() if parts == 2 else None,
        train_accuracy=accuracies(),
        validation_accuracy=accuracies() if parts == 2 else None,
        loss_name="cross-entropy (nats)" if is_classification else "squared error",
    )


def _example(k: int, true: int, predicted: int, num_classes: int, *, has_picture: bool) -> Example:
    probabilities = np.full(num_classes, 0.2 / num_classes)
    probabilities[predicted] += 0.8
    picture = generator(k, "picture").integers(0, 256, (8, 8), dtype=np.uint8) if has_picture else None
    values = () if has_picture else (("petal length", f"{k}.5"), ("petal width", "0.2"))
    return Example(f"row {k}", true, predicted, tuple(map(float, probabilities)), picture, values)


def _confusion(classes: tuple[str, ...], *, has_pictures: bool, num_each: int = 10) -> Confusion:
    num = len(classes)
    counts = num_each * np.eye(num, dtype=np.int64)
    counts[0, 1], counts[num - 1, 0] = 3, 1
    pairs = [(t, p) for t in range(num) for p in range(num) for _ in range(min(counts[t, p], 4))]
    examples = (_example(k, t, p, num, has_picture=has_pictures) for k, (t, p) in enumerate(pairs))
    return Confusion(classes, counts, "test", tuple(examples))


def _account(example: Example, classes: tuple[str, ...]) -> OutputAccount:
    logits = np.linspace(-2.0, 2.0, len(classes))
    terms = np.exp(logits - 2.0)
    shares = tuple(map(float, terms / terms.sum()))
    floats = tuple(map(float, logits)), tuple(map(float, terms)), float(terms.sum())
    return OutputAccount(example, classes, _head("softmax"), *floats, shares, shift=2.0)


def _part(num: int, name: str = "setosa") -> PartScores:
    scores = {"accuracy": Score(0.9, (0.85, 0.94), None, 0.5), "loss": Score(0.3)}
    return PartScores(num, scores, (ClassScores(name, {"precision": 0.9, "recall": 0.8, "F1": None}, float(num)),))


def classification(classes: tuple[str, ...] = ("setosa", "versicolor", "virginica"), **options: Any) -> TrainingReport:
    """Build a report on classes; `has_pictures` chooses pictures over rows of a table."""
    confusion = _confusion(classes, has_pictures=options.get("has_pictures", False))
    wrong = tuple(example for example in confusion.examples if example.true != example.predicted)
    return TrainingReport(
        title="Iris",
        task="classification",
        outcome=("Test accuracy 0.900, 95% interval 0.850 to 0.940.", "Train longer."),
        facts=Facts(
            data="Iris",
            parts={"train": 96, "validation": 24, "test": 30},
            data_rows=(Row("classes", ", ".join(classes)),),
            notes=("Inputs are standardised.",),
            settings=(Row("optimizer", "Adam"),),
            seconds={"import": 0.4, "compile": 0.3, "train": 0.05, "total": 1.4},
            environment=(Row("JAX", "0.10"),),
        ),
        experiment_toml='name = "iris"\nepochs = 100\n',
        layers=(
            LayerRow("hidden", "dense", "Weighs 4 inputs into 8 sums.", (8,), 40, 32),
            LayerRow("output", "dense", "Weighs 8 inputs into 3 logits.", (3,), 27, 24),
        ),
        history=_history(),
        metrics={"train": _part(96), "validation": _part(24), "test": _part(30)},
        baseline_name="always 'setosa'",
        confusion=confusion,
        mistakes=wrong,
        account=_account(wrong[0], classes),
        calibration=Calibration(
            np.array([np.nan, 0.6, 0.9]), np.array([np.nan, 0.5, 0.95]), np.array([0, 4, 26]), "test"
        ),
    )


def regression() -> TrainingReport:
    """Build a report on a real target."""
    true = np.linspace(10.0, 200.0, 40)
    told = true + 8.0 * np.sin(true)
    part = PartScores(
        40, {"loss": Score(0.1), "rmse": Score(5.7, (5.0, 6.4), None, 55.0, "RMSE"), "r2": Score(0.98, title="R²")}
    )
    return replace(
        classification(),
        task="regression",
        history=_history(is_classification=False),
        metrics={"train": part, "test": part},
        confusion=None,
        account=None,
        calibration=None,
        predictions=(Predictions(true, told, "test", "price (EUR)"),),
        mistakes=tuple(Example(f"row {k}", float(true[k]), float(told[k])) for k in range(3)),
    )


def population(num: int = 12, *, num_diverged: int = 0) -> TrainingReport:
    """Build a report on many seeds, the last of which diverge."""
    history = _history(members=num)
    history.train_loss[num - num_diverged :, 3:] = np.inf
    if history.validation_loss is not None:
        history.validation_loss[num - num_diverged :, 3:] = np.nan
    members = tuple(
        Member(seed, {"test accuracy": 0.8 + 0.01 * (seed % 7)}, 40 if seed >= num - num_diverged else None)
        for seed in range(num)
    )
    metrics = {"test": PartScores(30, {"accuracy": Score(0.83, (0.82, 0.84), 0.02)})}
    return replace(classification(), history=history, members=members, metrics=metrics, shown_seed=0)


def plane(num_classes: int = 2) -> TrainingReport:
    """Build a report on points of a plane; no class is a real target."""
    grid = np.linspace(-1.0, 1.0, 21)
    slope = np.stack([grid[None, :] * k + grid[:, None] * (1 - k) for k in (0.0, 0.5, 1.0)]).astype(np.float32)
    points = generator(0, "points").uniform(-1.0, 1.0, (30, 2))
    classes = tuple(f"class {k}" for k in range(num_classes))
    targets = (points[:, 0] > 0).astype(np.int32) if classes else points[:, 0]
    boundary = Boundary2D(
        x=grid,
        y=grid,
        epochs=np.array([0, 5, 10]),
        values=slope if num_classes < 3 else np.abs(slope),
        winners=np.where(slope > 0, 1, 2) if num_classes > 2 else None,
        train_points=points[:20],
        train_targets=targets[:20],
        test_points=points[20:],
        test_targets=targets[20:],
        axis_names=("x₁", "x₂"),
        classes=classes,
        meaning="what the network says",
    )
    return replace(classification(classes) if classes else regression(), boundary=boundary)


def _hostile() -> TrainingReport:
    base = classification((HOSTILE, "b", "c"))
    confusion = base.confusion
    assert confusion is not None
    examples = tuple(replace(e, label=HOSTILE, values=((HOSTILE, HOSTILE),)) for e in confusion.examples)
    boundary = plane().boundary
    assert boundary is not None
    return replace(
        base,
        title=HOSTILE,
        outcome=(HOSTILE,),
        facts=replace(base.facts, data=HOSTILE, notes=(HOSTILE,), settings=(Row(HOSTILE, HOSTILE),)),
        experiment_toml=HOSTILE,
        layers=(LayerRow(HOSTILE, HOSTILE, HOSTILE, (3,), 1, 1),),
        history=replace(base.history, loss_name=HOSTILE),
        metrics={"test": replace(_part(30, HOSTILE), scores={**_part(30).scores, HOSTILE: Score(0.5)})},
        baseline_name=HOSTILE,
        confusion=replace(confusion, examples=examples),
        mistakes=examples,
        boundary=replace(boundary, axis_names=(HOSTILE, HOSTILE), classes=(HOSTILE, "b"), meaning=HOSTILE),
    )


def _head(name: HeadName) -> OutputHead:
    facts = HEADS[name]
    return OutputHead(facts.title, facts.is_joint, facts.is_identity)


def _with_head(head: HeadName, logits: tuple[float, ...], terms: tuple[float, ...]) -> TrainingReport:
    base = classification() if len(logits) > 1 else classification(("orange", "blue"))
    assert base.account is not None
    account = replace(base.account, head=_head(head), logits=logits, terms=terms, total=sum(terms), shift=0.0)
    return replace(base, account=account)


def _without_test() -> TrainingReport:
    base = classification()
    facts = replace(base.facts, parts={"train": 120, "validation": 30, "test": 0})
    return replace(base, facts=facts, metrics={"train": _part(120), "validation": _part(30)}, confusion=None)


def _without_validation() -> TrainingReport:
    base = classification()
    facts = replace(base.facts, parts={"train": 120, "test": 30})
    return replace(base, facts=facts, history=_history(parts=1), metrics={"train": _part(120), "test": _part(30)})


def _all_right() -> TrainingReport:
    base = classification()
    assert base.confusion is not None
    right = tuple(example for example in base.confusion.examples if example.true == example.predicted)
    counts = 10 * np.eye(3, dtype=np.int64)
    return replace(base, confusion=replace(base.confusion, counts=counts, examples=right), mistakes=())


def _nothing_finite(base: TrainingReport) -> TrainingReport:
    history = _history(is_classification=base.task == "classification")
    for curve in (history.train_loss, history.validation_loss, history.train_accuracy):
        if curve is not None:
            curve[:] = np.nan
    nan = float("nan")
    metrics = {"test": PartScores(30, {"accuracy": Score(nan, None, None, nan), "rmse": Score(nan)})}
    mistakes = tuple(replace(e, probabilities=tuple(nan for _ in e.probabilities)) for e in base.mistakes)
    base = replace(base, history=history, metrics=metrics, mistakes=mistakes)
    if not base.predictions:
        return base
    (shown,) = base.predictions
    return replace(base, predictions=(replace(shown, predicted=np.full_like(shown.predicted, np.nan)),))


def _bare() -> TrainingReport:
    return TrainingReport("Bare", "classification", (), Facts("nothing", {}), "", (), _history(epochs=0), {})


def _long_names() -> TrainingReport:
    names = tuple(f"a class whose name is much too long for any table, number {k}" for k in range(5))
    return replace(classification(names), title="a_file_name_without_a_single_place_to_break_it_" * 3)


VARIANTS: dict[str, Callable[[], TrainingReport]] = {
    "table": classification,
    "two classes": lambda: classification(("no", "yes")),
    "pictures": lambda: classification(tuple(map(str, range(10))), has_pictures=True),
    "hundred classes": lambda: classification(tuple(f"class {k}" for k in range(100)), has_pictures=True),
    "long names": _long_names,
    "hostile": _hostile,
    "all right": _all_right,
    "regression": regression,
    "population": population,
    "population, some diverged": lambda: population(num_diverged=3),
    "population, all diverged": lambda: population(num_diverged=12),
    "diverged": lambda: population(1, num_diverged=1),
    "nothing finite": lambda: _nothing_finite(classification()),
    "nothing finite, real target": lambda: _nothing_finite(regression()),
    "one epoch": lambda: replace(classification(), history=_history(epochs=1)),
    "no epoch": lambda: replace(classification(), history=_history(epochs=0)),
    "a thousand epochs": lambda: replace(population(3), history=_history(members=3, epochs=1000)),
    "stopped early": lambda: replace(classification(), history=replace(_history(), chosen_epoch=4)),
    "no validation": _without_validation,
    "no test": _without_test,
    "bare": _bare,
    "plane": plane,
    "plane, three classes": lambda: plane(3),
    "plane, real target": lambda: plane(0),
    "sigmoid": lambda: _with_head("sigmoid", (-1.0, 0.0, 2.0), (0.27, 0.5, 0.88)),
    "relu": lambda: _with_head("relu", (-1.0, 0.5, 2.0), (0.0, 0.5, 2.0)),
    "one logit": lambda: _with_head("tanh", (1.2,), (0.83,)),
}


@pytest.fixture(params=VARIANTS, ids=lambda name: name.replace(", ", "-").replace(" ", "-"))
def any_variant(request: pytest.FixtureRequest) -> str:
    """The name of each kind of report, one after the other."""
    return request.param


@pytest.fixture
def variants() -> dict[str, Callable[[], TrainingReport]]:
    """The builders of every kind of report, by name."""
    return VARIANTS


@pytest.fixture
def hostile() -> str:
    """A name that tries to break out of the page."""
    return HOSTILE


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a file at a width; whatever the page complains of or asks for fails the test in the end."""
    complaints: list[str] = []

    def open_page(path: Path, *, width: int = 1280, at: str = "", **options: Any) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if "http" in request.url[:5] else None)
        page.goto(path.as_uri() + at)
        return page

    yield open_page
    for context in browser.contexts:
        context.close()
    assert complaints == []
