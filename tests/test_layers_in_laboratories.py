"""Every layer in every laboratory: what each says of each, or that it is not checkable.

The table below states the answers. A new layer adds its row; one that does not state a fact is answered "not checkable"
wherever the fact is needed, as the last row shows for a layer that states nothing.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, final, get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from descentlab import representations, sharpness
from descentlab.backpropagation import Account, BackwardStep, Check, Formula, Problem, account_for, check
from descentlab.backpropagation._rules import STEPS
from descentlab.core import SpecError
from descentlab.labs.backprop._equations import SIGNS
from descentlab.labs.backprop_cost.measure import count_work
from descentlab.labs.importance.measure import (
    LINEAR,
    NO_ACTIVATION,
    Sample,
    Subject,
    find_places,
    make_variants,
    measure_channels,
)
from descentlab.labs.landscape.measure import draw_direction, match_units, not_rescalable, rescale, weight_space
from descentlab.live import drawn_layers
from descentlab.networks import Context, HostArrays, Layer, Network, _network, build_network, stuck_units
from descentlab.objectives import build_objective, task_of
from descentlab.spec import (
    ActivationSpec,
    AnyLayerSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    CrossEntropySpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    GlobalAvgPool2DSpec,
    HeadSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
    PReLUSpec,
    ResidualSpec,
    SgdSpec,
    every_layer,
)
from descentlab.studio.pages.data._sets import describe_layers

YES, NO, UNKNOWN = "yes", "-", "?"
"""The laboratory has an answer; it has nothing to say of such a layer; it is not checkable for this layer."""

TABLE = """
                  rule kinks cuts linear unbent depth field first moved scaled match curved stuck cost row drawn python
dense             yes  yes   yes  yes    yes    yes   yes   yes   yes   -      -     yes    yes   yes  yes yes   yes
conv2d            yes  yes   yes  yes    yes    yes   yes   yes   yes   -      -     yes    yes   yes  yes yes   ?
max-pool2d        yes  yes   yes  yes    yes    yes   yes   -     -     yes    -     yes    -     yes  yes -     ?
avg-pool2d        yes  yes   yes  yes    yes    yes   yes   -     -     yes    -     yes    -     yes  yes -     ?
global-avg-pool2d yes  yes   yes  yes    yes    yes   yes   -     -     yes    -     yes    -     yes  yes -     ?
flatten           yes  yes   -    yes    yes    -     yes   yes   -     yes    yes   yes    -     yes  yes -     ?
activation        yes  yes   yes  yes    yes    yes   yes   yes   -     -      yes   yes    yes   yes  yes -     yes
prelu             yes  yes   yes  yes    yes    yes   yes   yes   -     yes    -     yes    -     yes  yes -     yes
dropout           yes  yes   -    yes    yes    -     yes   yes   -     yes    yes   yes    -     yes  yes -     yes
batch-norm        yes  yes   yes  yes    yes    yes   yes   yes   -     -      -     yes    -     yes  yes -     ?
layer-norm        yes  yes   yes  -      yes    yes   yes   -     -     -      -     yes    -     yes  yes -     ?
residual          yes  yes   yes  yes    yes    yes   yes   -     -     -      -     yes    -     yes  yes -     ?
unstated          yes  ?     yes  ?      ?      yes   ?     ?     -     ?      -     yes    ?     ?    yes -     ?
"""
"""Columns: the backward rule and its account; central differences across kinks; channels cut one by one; 'one linear
map' and 'all activations linear'; shown at a depth of its own; receptive field; the first layer's kernels; moved by
directions; a factor passed on; units reordered; curvature; dead or saturated units; cost; the report's row; a column of
the studio's drawing; lines of Python."""
(_, HEAD, *ROWS) = [line.split() for line in TABLE.split("\n")[:-1]]
ANSWERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {name: dict(zip(HEAD, answers, strict=True)) for name, *answers in ROWS}
)

PICTURE = (4, 4, 2)
OUTPUT = DenseSpec(name="output")
FIRST = Conv2DSpec(name="first", filters=2, activation="relu")
TRIED: dict[str, AnyLayerSpec] = {
    "conv2d": Conv2DSpec(name="conv2d", filters=2, activation="relu"),
    "prelu": PReLUSpec(name="prelu"),
    "batch-norm": BatchNormSpec(name="batch-norm"),
    "activation": ActivationSpec(name="activation", function="tanh"),
    "residual": ResidualSpec(name="residual", layers=(Conv2DSpec(name="in", filters=2, activation="elu"),)),
    "layer-norm": LayerNormSpec(name="layer-norm"),
    "max-pool2d": MaxPool2DSpec(name="max-pool2d", window=(2, 1)),
    "avg-pool2d": AvgPool2DSpec(name="avg-pool2d", window=(1, 2)),
    "dropout": DropoutSpec(name="dropout"),
    "flatten": FlattenSpec(name="flatten"),
    "dense": DenseSpec(name="dense", units=3, activation="selu"),
}
"""In the order in which they stand in one network."""


@final
@dataclass(frozen=True)
class Unstated(Layer):
    """A layer that computes, and states nothing of itself: a + s sin a."""

    kind = "unstated"
    role = "tries what is said of a layer that states nothing"

    spec: Any

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.input_shape

    @property
    def multiply_adds(self) -> int:
        return math.prod(self.input_shape)

    def draw(self, seed: int) -> HostArrays:
        return {self.name: {"share": np.full(self.num_channels, 0.5)}}

    def forward(self, params: Any, statistics: Any, inputs: Any, context: Context) -> Any:
        share = params[self.name]["share"].reshape(*[1] * (inputs.ndim - 1), -1)
        return context.tap(self.name, "activation", inputs + share * jnp.sin(inputs)), statistics


class UnstatedSpec(ActivationSpec):
    """Its description, which states nothing either."""

    kind: Any = "unstated"
    # Of a class that states facts, these take them back.
    is_curved = LayerSpec.is_curved  # pyright: ignore[reportIncompatibleMethodOverride]
    activation_name = LayerSpec.activation_name  # pyright: ignore[reportIncompatibleMethodOverride]
    with_activation = LayerSpec.with_activation  # pyright: ignore[reportAssignmentType]
    as_linear = LayerSpec.as_linear  # pyright: ignore[reportAssignmentType]


class UnstatedStep(BackwardStep[Unstated]):
    """Its backward rule."""

    def formulas(self) -> tuple[Formula, ...]:
        return (Formula("activation", "a=b+s\\sin b", "a = b + s sin b"), Formula("input", "\\delta", "δ"))

    def gradients(self, delta: np.ndarray, upstream: np.ndarray, rows: slice = slice(None)) -> dict[str, np.ndarray]:
        sines = upstream[rows] * np.sin(self.values.inputs[rows])
        return {"share": sines.sum(axis=tuple(range(sines.ndim - 1)))}

    def below(self, delta: np.ndarray) -> np.ndarray:
        return delta * (1.0 + self.values.params["share"] * np.cos(self.values.inputs))

    def output_sum(self, row: int, place: tuple[int, ...]) -> Any:
        raise NotImplementedError  # no laboratory writes out the sums of a layer that states no weighted sum

    def below_sum(self, delta: np.ndarray, row: int, place: tuple[int, ...]) -> Any:
        raise NotImplementedError  # likewise


@pytest.fixture(scope="module", autouse=True)
def registered() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setitem(_network._SIMPLE, UnstatedSpec, Unstated)
    patch.setitem(STEPS, Unstated, UnstatedStep)
    yield
    patch.undo()


def spec_of(name: str) -> AnyLayerSpec:
    if name == "unstated":
        return UnstatedSpec(name="unstated")
    return GlobalAvgPool2DSpec(name=name) if name == "global-avg-pool2d" else TRIED[name]


def model_of(name: str) -> tuple[AnyLayerSpec, ...]:
    """Return the network that a layer is tried in: one for nearly all of them, so that little is compiled."""
    if name == "unstated":
        return FIRST, spec_of(name), FlattenSpec(name="flat"), OUTPUT
    return (FIRST, spec_of(name), OUTPUT) if name == "global-avg-pool2d" else (*TRIED.values(), OUTPUT)


def short_model(name: str) -> tuple[AnyLayerSpec, ...]:
    """Return a network that has an activation and this layer, and little else."""
    own = spec_of(name)
    after = () if own.purpose in ("summarise", "lay out") else (FlattenSpec(name="flat"),)
    return (FIRST, FlattenSpec(name="flat"), own, OUTPUT) if name == "dense" else (FIRST, own, *after, OUTPUT)


def drawn(model: Sequence[AnyLayerSpec], shape: tuple[int, ...] = PICTURE) -> tuple[Network, HostArrays, HostArrays]:
    network, rng = build_network(model, shape, 3), np.random.default_rng(1)
    stir = lambda array: array + 0.3 * rng.normal(size=array.shape)
    statistics = jax.tree.map(lambda array: np.abs(stir(array)) + 0.1, network.start_statistics())
    return network, jax.tree.map(stir, network.draw(0)), statistics


class Laboratories:
    """What each laboratory says of a layer; networks are measured once for all layers in them."""

    def __init__(self) -> None:
        self.objective = build_objective(CrossEntropySpec(), HeadSpec(), task_of(3))
        rng = np.random.default_rng(0)
        self.inputs, self.targets = rng.normal(size=(3, *PICTURE)), np.array([0, 1, 2])
        self._known: dict[Any, Any] = {}

    def _once(self, measure: Callable[[tuple[AnyLayerSpec, ...]], Any], name: str) -> Any:
        """Measure the network of a layer, unless it was measured for another layer in it."""
        model = model_of(name)
        key = measure.__name__, model
        if key not in self._known:
            self._known[key] = measure(model)
        return self._known[key]

    def _accounted(self, model: tuple[AnyLayerSpec, ...]) -> tuple[Account, Check]:
        network, params, statistics = drawn(model)
        problem = Problem(network, self.objective, params, statistics, self.inputs, self.targets)
        account = account_for(problem)
        return account, check(account, num_samples=120)

    def _costs(self, model: tuple[AnyLayerSpec, ...]) -> dict[str, int]:
        network, params, statistics = drawn(model)
        subject = Subject(network, self.objective, params, statistics, 0)
        inputs = self.inputs.astype(np.float32)
        found = measure_channels(subject, Sample(inputs, inputs, self.targets), find_places(network))
        return {one.layer: len(one.worths) for one in found}

    def _sharpest(self, model: tuple[AnyLayerSpec, ...]) -> float:
        network, params, statistics = drawn(model)
        loss = sharpness.NetworkLoss(network, self.objective, self.inputs.astype(np.float32), self.targets)
        place = loss.place(params, statistics, "float32")
        vector = np.ones(len(place.flat), np.float32)
        return float(np.linalg.norm(place.product(jnp.asarray(vector))))

    def rule(self, name: str) -> str:
        account, found = self._once(self._accounted, name)
        assert {formula.of for formula in account.layer(name).formulas} >= {"activation", "input"}
        own = [each for each in found.arrays if each.layer == name]
        assert own
        assert all(each.autodiff < 1e-6 for each in own)
        return YES

    def kinks(self, name: str) -> str:
        _, found = self._once(self._accounted, name)
        assert found.agrees
        if found.not_checkable:
            assert f"not checkable for layer '{name}'" in " ".join(found.sentences())
            assert found.num_checked == found.num_kinks == 0
            return UNKNOWN
        own = [each for each in found.arrays if each.layer == name]
        assert all(each.num_checked + each.num_kinks > 0 for each in own)
        return YES

    def cuts(self, name: str) -> str:
        num = self._once(self._costs, name).get(name, 0)
        layer = build_network(model_of(name), PICTURE, 3).layers
        assert num in (0, *(each.num_channels for each in layer if each.name == name))
        return YES if num else NO

    def linear(self, name: str) -> str:
        return self._variant(LINEAR, name)

    def unbent(self, name: str) -> str:
        # A network of linear layers and one activation is the same without it: then the better name is kept.
        return YES if self._variant(LINEAR, name) == YES else self._variant(NO_ACTIVATION, name)

    @staticmethod
    def _variant(variant: str, name: str) -> str:
        made, refused = make_variants(short_model(name), PICTURE, 3)
        models = {one.name: one.model for one in made}
        if variant in models:
            assert not any(spec.is_curved for spec in every_layer(models[variant]))
            return YES
        why = [line for line in refused if line.startswith(f"'{variant}'")]
        assert all(f"not checkable for '{name}'" in line for line in why)
        return UNKNOWN if why else NO

    def depth(self, name: str) -> str:
        network = build_network(model_of(name), PICTURE, 3)
        return YES if name in representations.depth_names(network) else NO

    def field(self, name: str) -> str:
        network = build_network(model_of(name), PICTURE, 3)
        unknown = [layer.name for layer in representations.layers_of_unknown_field(network)]
        assert (name in unknown) == (representations.receptive_field(network, name) is None)
        return UNKNOWN if name in unknown else YES

    def first(self, name: str) -> str:
        """Whether the first weights are still those of pixels with the layer before them, or its own."""
        own = spec_of(name)
        after = FlattenSpec(name="flat") if own.purpose not in ("summarise", "lay out") else None
        model = [own, *([after] if after else []), OUTPUT] if name != "dense" else [FlattenSpec(), own, OUTPUT]
        network, params, statistics = drawn(model)
        found = representations.first_kernels(representations.WeightedNetwork(network, params, statistics))
        if found is not None:
            assert found.layer == (name if own.weighs else "output")
            return YES
        return UNKNOWN if network.layers[0].pointwise is None else NO

    def moved(self, name: str) -> str:
        network, params, _ = drawn(model_of(name))
        space = weight_space(network)
        direction = space.unflatten(draw_direction(space, space.flatten(params), seed=0))
        steps = {role: bool(np.any(values)) for role, values in direction.get(name, {}).items()}
        assert not any(moves for role, moves in steps.items() if role != "weight")
        return YES if steps.get("weight") else NO

    def scaled(self, name: str) -> str:
        """Whether a factor on the first layer's weights passes it on the way to the last one's."""
        if spec_of(name).weighs:
            return NO
        network, params, statistics = drawn(short_model(name))
        found = rescale(network, params, 2.0)
        if found is None:
            why = not_rescalable(network)
            assert not why or f"not checkable for layer '{name}'" in why
            return UNKNOWN if why else NO
        assert (found.multiplied, found.divided) == ("first", "output")
        run = lambda own: network.forward(
            to_jax(own), to_jax(statistics), jnp.asarray(self.inputs, jnp.float32), Context()
        )
        np.testing.assert_allclose(run(found.params)[0], run(params)[0], rtol=1e-4, atol=1e-5)
        return YES

    def match(self, name: str) -> str:
        """Whether hidden units on one side of it can be reordered, with those on the other side."""
        own, shape = spec_of(name), (3,)
        if own.weighs or own.purpose in ("pool", "summarise", "combine"):
            return NO
        network, params, _ = drawn([DenseSpec(name="hidden", units=4, activation="tanh"), own, OUTPUT], shape)
        found = match_units(
            network, params, {**params, "hidden": jax.tree.map(lambda a: a[..., ::-1], params["hidden"])}
        )
        return YES if found is not None else NO

    def curved(self, name: str) -> str:
        assert np.isfinite(self._once(self._sharpest, name))
        return YES

    def stuck(self, name: str) -> str:
        network = build_network(model_of(name), PICTURE, 3)
        stated = network.saturations()
        if stated.get(name, NO) is None:
            return UNKNOWN
        if name in stated:
            saturation = stated[name]
            assert saturation is not None
            assert stuck_units(np.full((4, 2), -50.0), saturation).all()
        return YES if name in stated else NO

    def cost(self, name: str) -> str:
        network = build_network(model_of(name), PICTURE, 3)
        if any(layer.multiply_adds_back is None for layer in network.layers):
            with pytest.raises(SpecError, match=f"not checkable for layer '{name}'"):
                count_work(network, SgdSpec(), 4)
            return UNKNOWN
        work = count_work(network, SgdSpec(), 4)
        inner = [layer.name for layer in work.layers if layer.name.startswith(name)]
        assert inner
        return YES

    def row(self, name: str) -> str:
        (row,) = (row for row in build_network(model_of(name), PICTURE, 3).table() if row.name == name)
        assert row.role
        assert row.kind in describe_layers([spec_of(name)]).replace(" ", "-")
        return YES

    def drawn(self, name: str) -> str:
        network = build_network(model_of(name), PICTURE, 3)
        return YES if name in [layer.name for layer in drawn_layers(network)] else NO

    def python(self, name: str) -> str:
        network, params, _ = drawn(model_of(name))
        (layer,) = (layer for layer in network.layers if layer.name == name)
        return YES if layer.as_python(params.get(name, {})) is not None else UNKNOWN


def to_jax(tree: Any) -> Any:
    return jax.tree.map(lambda array: jnp.asarray(array, jnp.float32), tree)


@pytest.fixture(scope="module")
def laboratories() -> Laboratories:
    return Laboratories()


def test_the_table_has_a_row_for_every_layer() -> None:
    kinds = {spec.model_fields["kind"].default for spec in get_args(get_args(AnyLayerSpec)[0])}
    assert set(ANSWERS) == kinds | {"unstated"}, "give each kind a row in TABLE, and an entry in TRIED"
    assert {answer for row in ANSWERS.values() for answer in row.values()} == {YES, NO, UNKNOWN}


def test_all_that_is_learned_has_its_letter() -> None:
    models = (model_of(name) for name in ANSWERS if name != "unstated")
    learned = {role for model in models for own in build_network(model, PICTURE, 3).draw(0).values() for role in own}
    assert learned >= {"weight", "bias", "slope"}
    assert learned <= set(SIGNS), "give each a letter in SIGNS of labs/backprop/_equations.py"


@pytest.mark.parametrize("column", HEAD)
@pytest.mark.parametrize("name", list(ANSWERS))
def test_each_laboratory_answers_for_each_layer(laboratories: Laboratories, name: str, column: str) -> None:
    assert getattr(laboratories, column)(name) == ANSWERS[name][column]
