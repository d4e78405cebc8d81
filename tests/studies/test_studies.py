"""Studies: their design, what they find, and that company changes nothing."""

import numpy as np
import pytest

from descentlab.core import SpecError
from descentlab.data import Dataset, load, prepare
from descentlab.judgement import OUTCOMES, count_outcomes
from descentlab.results import Tables
from descentlab.spec import Experiment, StudySpec, override, parse_study, preset
from descentlab.studies import (
    ConstantLoss,
    MeasuredBlock,
    Study,
    border_cells,
    box_count,
    gather,
    gather_atlas,
    make_design,
    plan_atlas,
    plan_variant,
    stable_region,
    state_rest,
    sweep_tables,
    train_atlas,
    train_study,
)
from descentlab.studies._atlas import outcome_columns
from descentlab.training import Member, adjustable_numbers, make_plan, train_population


class Kept:
    def __init__(self) -> None:
        self.parts: list[MeasuredBlock] = []

    def take(self, measured: MeasuredBlock) -> None:
        self.parts.append(measured)

    def checkpoints(self, variant: int) -> None:
        return None


def spec_of(experiment: Experiment, **variables: list[float | int | str]) -> StudySpec:
    named = [{"name": name.replace("__", "."), "values": values} for name, values in variables.items()]
    return parse_study({"variables": named, "experiment": experiment})


class Data:
    """The data of any experiment, prepared once a seed."""

    def __init__(self) -> None:
        self.kept: dict[str, Dataset] = {}

    def of(self, experiment: Experiment, seed: int) -> Dataset:
        key = f"{experiment.data}{experiment.split}{seed}"
        if key not in self.kept:
            self.kept[key] = prepare(load(experiment.data), experiment.split, seed)
        return self.kept[key]


def train(
    spec: StudySpec, done: set[int] | None = None, parts: list[MeasuredBlock] | None = None
) -> tuple[Study, Kept]:
    data = Data()
    first = data.of(spec.experiment, spec.experiment.seed)
    adjustable = adjustable_numbers(spec.experiment, make_plan(spec.experiment, first).network)
    design = make_design(spec, adjustable)
    plans = [plan_variant(one, data.of(one.experiment, one.experiment.seed), design.varied) for one in design.variants]
    kept = Kept()
    train_study(design, plans, data.of, kept, done=done or set())
    return gather(
        spec,
        design,
        [*(parts or []), *kept.parts],
        plans=plans,
        constant_loss=dict.fromkeys(design.seeds, ConstantLoss(0.5, 0.5)),
    ), kept


@pytest.fixture(scope="module")
def circle() -> Experiment:
    return override(preset("circle"), ["epochs=30", "num_seeds=3"])


@pytest.fixture(scope="module")
def swept(circle: Experiment) -> tuple[Study, Kept]:
    return train(spec_of(circle, learning_rate=[1e-5, 0.1, 0.3, 30.0]))


def test_a_member_of_a_sweep_is_the_network_trained_alone(circle: Experiment, swept: tuple[Study, Kept]) -> None:
    study, _ = swept
    data = Data()
    alone = override(circle, ["optimizer.learning_rate=0.3"])
    plan = make_plan(alone, data.of(alone, 2))
    trace = train_population(alone, plan, [Member(2)], lambda seed: data.of(alone, seed)).trained[0].trace
    place = 2 * 3 + 2
    assert study.columns["learning_rate"][place] == 0.3
    assert study.columns["seed"][place] == 2
    np.testing.assert_allclose(study.curves["train_loss"][place, 1:], trace["train_loss"], rtol=2e-4)


def test_a_sweep_says_what_went_wrong_on_either_side(swept: tuple[Study, Kept]) -> None:
    study, _ = swept
    assert study.held_out == "test"
    outcomes = study.by_setting(study.outcomes)
    assert count_outcomes(outcomes[0].tolist()) == {"improving": 3}
    assert not set(outcomes[3].tolist()) & {"converged", "improving"}
    assert study.best is not None
    assert study.settings()[study.best.place]["learning_rate"] in (0.1, 0.3)
    words = " ".join(statement.text for statement in state_rest(Tables(sweep_tables(study))))
    assert "Too low" in words
    assert "Too high" in words
    region = stable_region(study)
    assert region is not None
    assert region[0] == 1e-5
    assert region[1] < 30.0


def test_what_was_trained_before_is_not_trained_again(circle: Experiment, swept: tuple[Study, Kept]) -> None:
    study, kept = swept
    again, fresh = train(study.spec, done={int(place) for place in kept.parts[0].places}, parts=kept.parts[:1])
    assert sum(len(part.places) for part in fresh.parts) == study.num_networks - len(kept.parts[0].places)
    np.testing.assert_array_equal(again.curves["train_loss"], study.curves["train_loss"])


def test_structure_noise_and_numbers_vary_together(circle: Experiment) -> None:
    quick = circle.model_copy(update={"epochs": 2, "num_seeds": 1})
    spec = spec_of(quick, width=[2, 5], depth=[1, 3], activation=["relu", "tanh"], noise=[0, 30], l2=[0.0, 0.1])
    study, _ = train(spec)
    assert study.num_networks == 32
    assert np.isfinite(study.finals["train_loss"]).all()
    assert len({round(float(loss), 6) for loss in study.finals["train_loss"]}) >= 31  # two may happen to be alike
    wide = next(one for one in make_design(spec, {"l2": 0.0}).variants if one.experiment.model[0].units == 5)  # type: ignore[union-attr]
    assert [layer.units for layer in wide.experiment.model[:-1]] == [5]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"learning_rte": [0.1]}, "did you mean 'learning_rate'"),
        ({"learning_rate": [-1.0]}, "learning_rate"),
        ({"momentum": [0.5]}, "hyperparameter 'momentum'"),
        ({"width": [2.5]}, "whole number"),
        ({"activation": ["rleu"]}, "rleu"),
        ({"learning_rate": [0.1, 0.1]}, "twice"),
    ],
)
def test_what_cannot_be_varied_is_refused(
    circle: Experiment, variables: dict[str, list[float | int | str]], words: str
) -> None:
    with pytest.raises(SpecError, match=words):
        train(spec_of(circle, **variables))


def test_an_atlas_is_its_members_trained_alone() -> None:
    experiment = override(preset("fractal"), ["epochs=60"])
    rates = {"learning_rate.hidden": [1.0, 30.0, 900.0], "learning_rate.output": [20.0, 2_000.0]}
    spec = parse_study(
        {
            "kind": "atlas",
            "variables": [{"name": name, "values": values} for name, values in rates.items()],
            "experiment": experiment,
        }
    )
    dataset = prepare(load(experiment.data), experiment.split, 0)
    kept = Kept()
    train_atlas(spec, plan_atlas(spec, dataset), dataset, kept)
    atlas = gather_atlas(spec, kept.parts)
    for row, output in enumerate(rates["learning_rate.output"]):
        for column, hidden in enumerate(rates["learning_rate.hidden"]):
            losses = _descend_in_numpy(dataset, hidden, output, 60)
            expected = outcome_columns(losses[None], 0.1)
            assert atlas.converges[row, column] == (expected["share"][0] < 1.0)
            assert atlas.columns["first_loss"][row, column] == pytest.approx(losses[0], rel=1e-12)
            if hidden == 1.0 and atlas.converges[row, column]:  # at higher rates the last digits decide
                assert atlas.columns["share"][row, column] == pytest.approx(float(expected["share"][0]), rel=1e-6)


def _descend_in_numpy(dataset: Dataset, hidden_rate: float, output_rate: float, steps: int) -> np.ndarray:
    """Train the network of Sohl-Dickstein (2024) with gradients written out by hand."""
    x, y = np.asarray(dataset.inputs, np.float64), dataset.targets.astype(np.float64)
    plan = make_plan(preset("fractal"), dataset)
    drawn = plan.network.draw(0)
    w, v = drawn["hidden"]["weight"].copy(), drawn["output"]["weight"].copy()
    losses = []
    with np.errstate(all="ignore"):
        for _ in range(steps):
            h = np.tanh(np.sqrt(2.0) * x @ w / 4.0)
            off = (h @ v)[:, 0] / 16.0 - y
            losses.append(np.mean(off**2))
            out = 2.0 * off[:, None] / len(y) / 16.0
            back = (out @ v.T) * (1.0 - h**2) * np.sqrt(2.0) / 4.0
            v, w = v - output_rate * h.T @ out, w - hidden_rate * x.T @ back
    return np.array(losses)


def test_the_dimension_of_known_sets() -> None:
    side = 512
    rows, columns = np.mgrid[:side, :side]
    line = columns > rows * 0.7
    assert box_count(line).dimension == pytest.approx(1.0, abs=0.05)
    noise = np.random.default_rng(0).random((side, side)) < 0.5
    assert box_count(noise).dimension == pytest.approx(2.0, abs=0.02)
    # The quadratic Koch island, type 1, has dimension log 5 / log 3; the Sierpinski carpet's border log 8 / log 3.
    carpet = np.ones((1, 1), np.bool_)
    for _ in range(6):
        hole = np.zeros_like(carpet)
        carpet = np.block([[carpet, carpet, carpet], [carpet, hole, carpet], [carpet, carpet, carpet]])
    assert box_count(carpet).dimension == pytest.approx(np.log(8) / np.log(3), abs=0.08)
    assert np.isnan(box_count(line[:8, :8]).dimension)
    assert not border_cells(np.ones((4, 4), np.bool_)).any()


def test_a_map_that_an_earlier_version_began_keeps_its_outcomes(circle: Experiment) -> None:
    rates = {"learning_rate": [0.1, 1.0], "initial_scale": [1.0, 2.0]}
    values = {"kind": "atlas", "variables": [{"name": name, "values": each} for name, each in rates.items()]}
    spec = parse_study({**values, "experiment": circle.model_copy(update={"num_seeds": 1})})
    nothing = np.zeros(0, np.int64)
    old = MeasuredBlock(np.array([0, 1]), nothing, {}, {"verdict": np.array([5, 4])})  # too slow, a plateau
    new = MeasuredBlock(np.array([2, 3]), nothing, {}, {"outcome": np.array([OUTCOMES.index("converged")] * 2)})
    outcomes = gather_atlas(spec, [old, new]).columns["outcome"].ravel().tolist()
    assert [OUTCOMES[place] for place in outcomes] == ["improving", "not learning", "converged", "converged"]
