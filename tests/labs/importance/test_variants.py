"""Networks that differ from a given one by one thing."""

import jax.numpy as jnp
import numpy as np

from descentlab.labs.importance.measure import (
    AS_IT_IS,
    AVERAGE,
    DENSE,
    HALF,
    LINEAR,
    NO_ACTIVATION,
    NO_DROPOUT,
    NO_NORM,
    NO_POOLING,
    PLAIN,
    STRIDED,
    Variant,
    make_variants,
    name_layers,
)
from descentlab.labs.importance.measure._subject import to_float32
from descentlab.networks import Context, build_network
from descentlab.spec import (
    AnyLayerSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    MaxPool2DSpec,
    ResidualSpec,
)

SHAPE = (8, 8, 1)
UNNAMED = (
    Conv2DSpec(filters=4, activation="relu"),
    MaxPool2DSpec(),
    Conv2DSpec(filters=6, activation="relu"),
    MaxPool2DSpec(),
    FlattenSpec(),
    DropoutSpec(),
    DenseSpec(),
)
LARGE = (
    Conv2DSpec(filters=32, activation="relu"),
    MaxPool2DSpec(),
    Conv2DSpec(filters=64, activation="relu"),
    MaxPool2DSpec(),
    FlattenSpec(),
    DropoutSpec(),
    DenseSpec(),
)


def variants(model: tuple[AnyLayerSpec, ...], shape: tuple[int, ...] = SHAPE, outputs: int = 10) -> dict[str, Variant]:
    return {one.name: one for one in make_variants(model, shape, outputs)[0]}


def kinds(one: Variant) -> list[str]:
    return [spec.kind for spec in one.model]


def test_every_layer_but_flattening_and_the_last_is_left_out_once() -> None:
    found = variants(UNNAMED)
    assert next(iter(found)) == AS_IT_IS
    assert {one.removed for one in found.values()} == {"", "conv2d1", "max-pool2d1", "conv2d2", "max-pool2d2"}
    # Without its only dropout it is the network without any, which has the better name.
    assert "without dropout1" not in found
    assert NO_DROPOUT in found
    assert kinds(found["without conv2d1"]) == [
        "max-pool2d", "conv2d", "max-pool2d", "flatten", "dropout", "dense"
    ]  # fmt: skip


def test_layers_that_stay_begin_with_the_same_weights_also_where_no_layer_was_named() -> None:
    found = variants(UNNAMED)
    base = build_network(found[AS_IT_IS].model, SHAPE, 10).draw(3)
    plain = build_network(UNNAMED, SHAPE, 10).draw(3)
    for name in (NO_DROPOUT, AVERAGE, NO_ACTIVATION, "without max-pool2d1"):
        drawn = build_network(found[name].model, SHAPE, 10).draw(3)
        np.testing.assert_array_equal(drawn["conv2d2"]["weight"], base["conv2d2"]["weight"])
        np.testing.assert_array_equal(drawn["conv2d2"]["weight"], plain["conv2d2"]["weight"])
    np.testing.assert_array_equal(
        build_network(found[AVERAGE].model, SHAPE, 10).draw(3)["dense1"]["weight"], base["dense1"]["weight"]
    )


def test_kinds_are_changed_as_their_names_say() -> None:
    found = variants(UNNAMED)
    assert not {"max-pool2d", "avg-pool2d"} & set(kinds(found[NO_POOLING]))
    assert kinds(found[AVERAGE]).count("avg-pool2d") == 2
    assert kinds(found[STRIDED]) == ["conv2d", "conv2d", "flatten", "dropout", "dense"]
    strides = [spec.stride for spec in found[STRIDED].model if isinstance(spec, Conv2DSpec)]
    assert strides == [(2, 2), (2, 2)]
    shapes = [build_network(found[name].model, SHAPE, 10).layers[-1].input_shape for name in (AS_IT_IS, STRIDED)]
    assert shapes[0] == shapes[1]
    halves = [spec.filters for spec in found[HALF].model if isinstance(spec, Conv2DSpec)]
    assert halves == [2, 3]


def test_what_is_called_linear_is_a_linear_map() -> None:
    model = (
        *UNNAMED[:4],
        ResidualSpec(layers=(Conv2DSpec(filters=6, activation="relu"),)),
        BatchNormSpec(),
        *UNNAMED[4:],
    )
    found = variants(model, (12, 12, 1))
    rng = np.random.default_rng(0)
    first, second = (rng.normal(size=(1, 12, 12, 1)).astype(np.float32) for _ in range(2))

    def bend(name: str) -> float:
        network = build_network(found[name].model, (12, 12, 1), 10)
        params, statistics = to_float32((network.draw(0), network.start_statistics()))

        def run(pictures: np.ndarray) -> np.ndarray:
            return np.asarray(network.forward(params, statistics, jnp.asarray(pictures), Context())[0])

        nothing = run(first * 0.0)
        return float(np.abs(run(first + second) - run(first) - run(second) + nothing).max())

    assert bend(LINEAR) < 1e-4
    # The largest of a window still bends.
    assert bend(NO_ACTIVATION) > 0.01
    assert bend(AS_IT_IS) > 0.01


def test_a_dense_network_in_place_of_convolutions_has_as_many_weights() -> None:
    for model, shape in ((LARGE, (28, 28, 1)), (UNNAMED, SHAPE)):
        found = variants(model, shape)
        counts = [
            sum(row.num_params for row in build_network(found[key].model, shape, 10).table())
            for key in (AS_IT_IS, DENSE)
        ]
        # As near as whole units allow: one has a weight for each pixel and class, and a bias.
        assert abs(counts[1] - counts[0]) <= (np.prod(shape) + 10 + 1) / 2
        assert kinds(found[DENSE]) == ["flatten", "dense", "dropout", "dense"]


def test_dense_networks_have_fewer_variants() -> None:
    model = (DenseSpec(name="hidden", units=8, activation="relu"), DenseSpec(name="output"))
    assert list(variants(model, (4,), 3)) == [AS_IT_IS, LINEAR, HALF, "without hidden"]
    assert list(variants((DenseSpec(name="output"),), (4,), 3)) == [AS_IT_IS]


def test_normalisation_is_left_out_where_there_is_some() -> None:
    model = (DenseSpec(units=5, activation="relu"), BatchNormSpec(), DenseSpec())
    found = variants(model, (4,), 3)
    assert kinds(found[NO_NORM]) == ["dense", "dense"]
    assert NO_NORM not in variants(UNNAMED)


def test_what_shapes_do_not_allow_is_told() -> None:
    model = (
        Conv2DSpec(name="conv1", filters=4, stride=(2, 2)),
        ResidualSpec(name="block", layers=(Conv2DSpec(filters=4, activation="relu"),)),
        FlattenSpec(),
        DenseSpec(),
    )
    found, refused = make_variants(model, SHAPE, 10)
    assert HALF in [one.name for one in found]
    assert "without conv1" not in [one.name for one in found]
    assert len(refused) == 1
    assert refused[0].startswith("'without conv1' is left out: layer 'block' (residual) must keep the shape (8, 8, 1)")


def test_a_variant_that_grows_says_so() -> None:
    found = variants(LARGE, (28, 28, 1))
    assert found[NO_POOLING].note == "'no pooling' is much larger than the network: 10.4 times the weights."
    assert found[AVERAGE].note == ""


def test_varied_pictures_may_be_left_as_they_are() -> None:
    found = make_variants(UNNAMED, SHAPE, 10, is_varied=True)[0]
    assert [(one.name, one.is_plain) for one in found][:2] == [(AS_IT_IS, False), (PLAIN, True)]
    assert found[0].model == found[1].model
    assert PLAIN not in variants(UNNAMED)


def test_names_by_place_are_written_into_descriptions() -> None:
    model = (ResidualSpec(layers=(DenseSpec(units=4), DenseSpec(units=4))), DenseSpec())
    network = build_network(model, (4,), 3)
    named = name_layers(model, network)
    assert [layer.name for layer in build_network(named, (4,), 3).layers] == ["residual1", "dense1"]
    drawn, again = network.draw(0), build_network(named, (4,), 3).draw(0)
    assert drawn.keys() == again.keys() == {"residual1/dense1", "residual1/dense2", "dense1"}
    np.testing.assert_array_equal(drawn["residual1/dense2"]["weight"], again["residual1/dense2"]["weight"])
