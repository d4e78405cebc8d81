"""Experiments that come with descentlab. Their sources and measurements are in `docs/presets.md`."""

import math
from collections.abc import Callable

from descentlab.core import SpecError, unknown_name
from descentlab.spec._data import (
    ArraysData,
    BundledData,
    IdxData,
    PicturesData,
    PlaygroundData,
    SplitSpec,
    SyntheticData,
    TableData,
)
from descentlab.spec._experiment import Experiment
from descentlab.spec._head import HeadSpec
from descentlab.spec._known_sets import known_set, known_sets
from descentlab.spec._layers import (
    AnyLayerSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    MaxPool2DSpec,
    Padding,
)
from descentlab.spec._picture_models import PictureModel, picture_layers
from descentlab.spec._training import AdamSpec, EarlyStoppingSpec, OneCycleSpec, SgdSpec, SquaredErrorSpec


def _iris(name: str, epochs: int = 100, batch_size: int = 5) -> Experiment:
    return Experiment(
        name=name,
        data=BundledData(name="iris"),
        model=(DenseSpec(name="hidden", units=8, activation="relu"), DenseSpec(name="output")),
        optimizer=AdamSpec(learning_rate=0.001),
        epochs=epochs,
        batch_size=batch_size,
    )


def _digits(name: str) -> Experiment:
    return Experiment(
        name=name,
        data=BundledData(name="digits"),
        model=(
            FlattenSpec(name="pixels"),
            DenseSpec(name="hidden", units=64, activation="relu", initializer="he-normal"),
            DenseSpec(name="output"),
        ),
        optimizer=AdamSpec(learning_rate=0.003),
        epochs=40,
        batch_size=32,
    )


def _mnist_mlp(name: str) -> Experiment:
    """3Blue1Brown's network: 784-16-16-10, sigmoids, the cost summed over the outputs, plain gradient descent."""
    hidden = {"units": 16, "activation": "sigmoid", "initializer": "lecun-normal"}
    return Experiment(
        name=name,
        data=IdxData(name="mnist"),
        split=SplitSpec(validation=0.1),
        model=(
            FlattenSpec(name="pixels"),
            DenseSpec.model_validate({"name": "hidden1", **hidden}),
            DenseSpec.model_validate({"name": "hidden2", **hidden}),
            DenseSpec(name="output", initializer="lecun-normal"),
        ),
        loss=SquaredErrorSpec(over_outputs="sum"),
        optimizer=SgdSpec(learning_rate=0.1),
        epochs=30,
        batch_size=32,
    )


def table_experiment(data: TableData | ArraysData, name: str) -> Experiment:
    """Describe a classifier or regression for a table: one hidden layer, stopped when validation no longer improves.

    Measured against scikit-learn's network of the same size on five tables; see `docs/presets.md`.
    """
    return Experiment(
        name=name,
        data=data,
        model=(
            DenseSpec(name="hidden", units=64, activation="relu", initializer="he-normal"),
            DenseSpec(name="output"),
        ),
        optimizer=AdamSpec(learning_rate=0.003, l2=1e-4),
        epochs=100,
        batch_size=32,
        early_stopping=EarlyStoppingSpec(patience=15),
    )


def pictures_experiment(
    data: PicturesData | ArraysData, name: str, *, model: PictureModel = "cnn", size: tuple[int, int] = (28, 28)
) -> Experiment:
    """Describe a classifier for a folder of pictures.

    Args:
        data: The pictures.
        name: What to call the experiment.
        model: The kind of network; see `picture_layers`.
        size: Height and width of the pictures.

    Returns:
        The experiment.
    """
    return Experiment(
        name=name,
        data=data,
        model=picture_layers(model, *size),
        optimizer=AdamSpec(learning_rate=0.003),
        schedule=OneCycleSpec(),
        epochs=30,
        batch_size=32,
    )


def _convolutional(
    filters: tuple[int, int], kernel: int, padding: Padding, dropout: float, hidden: int | None = None
) -> tuple[AnyLayerSpec, ...]:
    def conv(name: str, count: int) -> Conv2DSpec:
        return Conv2DSpec(
            name=name,
            filters=count,
            kernel=(kernel, kernel),
            padding=padding,
            activation="relu",
            initializer="he-normal",
        )

    dense = DenseSpec(name="hidden", units=hidden or 1, activation="relu", initializer="he-normal")
    return (
        conv("conv1", filters[0]),
        MaxPool2DSpec(name="pool1"),
        conv("conv2", filters[1]),
        MaxPool2DSpec(name="pool2"),
        FlattenSpec(name="flatten"),
        DropoutSpec(name="dropout", rate=dropout),
        *([dense] if hidden else []),
        DenseSpec(name="output"),
    )


def _cnn(
    name: str,
    data: BundledData | IdxData,
    model: tuple[AnyLayerSpec, ...],
    *,
    epochs: int,
    batch_size: int,
    rate: float,
) -> Experiment:
    return Experiment(
        name=name,
        data=data,
        split=SplitSpec(validation=0.1),
        model=model,
        optimizer=AdamSpec(learning_rate=rate),
        schedule=OneCycleSpec(),
        epochs=epochs,
        batch_size=batch_size,
    )


def _digits_cnn(name: str) -> Experiment:
    model = _convolutional((8, 16), kernel=3, padding="same", dropout=0.25)
    return _cnn(name, BundledData(name="digits"), model, epochs=30, batch_size=32, rate=0.01)


def _mnist_cnn(name: str) -> Experiment:
    """Few kernels of 5x5, which learn more than many of 3x3 in the same time; `docs/presets.md` has what was tried."""
    model = _convolutional((32, 32), kernel=5, padding="valid", dropout=0.25)
    return _cnn(name, IdxData(name="mnist"), model, epochs=6, batch_size=128, rate=0.006)


def _fashion_cnn(name: str) -> Experiment:
    model = _convolutional((32, 64), kernel=3, padding="same", dropout=0.4, hidden=128)
    return _cnn(name, IdxData(name="fashion-mnist"), model, epochs=8, batch_size=128, rate=0.003)


def _playground(name: str) -> Experiment:
    """TensorFlow Playground as it opens: 4 and 2 tanh neurons, rate 0.03, batches of 10, half the points to train."""
    start = {"initializer": "uniform", "initial_range": 0.5, "initial_bias": 0.1}
    page = Experiment(
        name=name,
        data=PlaygroundData(name=name),
        split=SplitSpec(test=0.5, validation=0.0),
        model=(
            DenseSpec.model_validate({"name": "hidden1", "units": 4, "activation": "tanh", **start}),
            DenseSpec.model_validate({"name": "hidden2", "units": 2, "activation": "tanh", **start}),
            DenseSpec.model_validate({"name": "output", **start}),
        ),
        head=HeadSpec(activation="tanh" if known_set(name).classes else "auto"),
        loss=SquaredErrorSpec(factor=0.5),
        optimizer=SgdSpec(learning_rate=0.03),
        epochs=200,
        batch_size=10,
    )
    return _that_learns_the_spiral(page) if name == "spiral" else page


def _that_learns_the_spiral(page: Experiment) -> Experiment:
    """Learn the spiral from its two coordinates alone, which the page's 2-4-2-1 at 0.03 does not."""
    hidden = {"units": 16, "activation": "tanh"}
    return page.model_copy(
        update={
            "model": (
                DenseSpec.model_validate({"name": "hidden1", **hidden}),
                DenseSpec.model_validate({"name": "hidden2", **hidden}),
                DenseSpec(name="output"),
            ),
            "optimizer": AdamSpec(learning_rate=0.01),
            "epochs": 300,
        }
    )


def _chain(name: str) -> Experiment:
    """One neuron a layer, as in 3Blue1Brown's account of back-propagation; `--hidden 1,1,1` makes it longer."""
    neuron = {"units": 1, "activation": "sigmoid", "initializer": "normal", "initial_range": 1.0}
    return Experiment(
        name=name,
        data=PlaygroundData(name="gauss", features=("x1",)),
        split=SplitSpec(test=0.5, validation=0.0),
        model=(
            DenseSpec.model_validate({"name": "hidden1", **neuron}),
            DenseSpec.model_validate({"name": "hidden2", **neuron}),
            DenseSpec(name="output", initializer="normal", initial_range=1.0),
        ),
        loss=SquaredErrorSpec(),
        optimizer=SgdSpec(learning_rate=1.0),
        epochs=100,
        batch_size=10,
    )


def _fractal(name: str) -> Experiment:
    """The network whose border of trainability is a fractal (Sohl-Dickstein, 2024), in its mean-field form."""
    plain = {"initializer": "normal", "initial_range": 1.0, "bias": False}
    return Experiment(
        name=name,
        data=SyntheticData(name="normal", num_examples=272, num_inputs=16),
        split=SplitSpec(test=0.0, validation=0.0),
        model=(
            DenseSpec.model_validate(
                {"name": "hidden", "units": 16, "activation": "tanh", "multiplier": math.sqrt(2.0 / 16.0), **plain}
            ),
            DenseSpec.model_validate({"name": "output", "multiplier": 1.0 / 16.0, **plain}),
        ),
        loss=SquaredErrorSpec(),
        optimizer=SgdSpec(learning_rate=1.0),
        epochs=500,
        batch_size="full",
        shuffle=False,
        precision="float64",
    )


def _edge_of_stability(name: str) -> Experiment:
    """Full-batch descent that goes up to the limit of stability and stays there (Cohen et al., 2021).

    `docs/presets.md` says what other seeds do.
    """
    hidden = {"units": 100, "activation": "tanh", "initializer": "lecun-uniform", "initial_scale": 0.9}
    return Experiment(
        name=name,
        seed=3,
        data=SyntheticData(name="chebyshev", num_examples=20, num_inputs=1),
        split=SplitSpec(test=0.0, validation=0.0),
        model=(
            DenseSpec.model_validate({"name": "hidden1", **hidden}),
            DenseSpec.model_validate({"name": "hidden2", **hidden}),
            DenseSpec(name="output", initializer="lecun-uniform", initial_scale=0.9),
        ),
        loss=SquaredErrorSpec(factor=0.5),
        optimizer=SgdSpec(learning_rate=0.1),
        epochs=20_000,
        batch_size="full",
        shuffle=False,
    )


def _about(name: str) -> str:
    return known_set(name).about


_PRESETS: dict[str, tuple[str, Callable[[str], Experiment]]] = {
    "iris": (f"{_about('iris')}: 4-8-3, Adam, 100 epochs in batches of 5", _iris),
    "iris-50": ("the same, 50 epochs in batches of 8", lambda name: _iris(name, epochs=50, batch_size=8)),
    "digits": (f"{_about('digits')}, bundled: 64-64-10", _digits),
    "digits-cnn": ("the same with a small convolutional network", _digits_cnn),
    "mnist-mlp": (f"{_about('mnist')}: 784-16-16-10, sigmoid, squared error, gradient descent", _mnist_mlp),
    "mnist-cnn": ("the same digits with two convolutions and two poolings", _mnist_cnn),
    "fashion-cnn": (f"{_about('fashion-mnist')}, with more kernels and a dense layer behind them", _fashion_cnn),
    "chain": ("one input, two hidden layers of one neuron, one output: back-propagation's smallest case", _chain),
    **{name: (f"playground: {known.about}", _playground) for name, known in known_sets("playground").items()},
    "fractal": (
        "16-16-1 without biases on random numbers: the border of trainability, for `descentlab atlas`",
        _fractal,
    ),
    "edge-of-stability": (
        "1-100-100-1 on a polynomial, full batch: sharpness rises to 2 / learning rate, for `descentlab curvature`",
        _edge_of_stability,
    ),
}


def preset(name: str) -> Experiment:
    """Return the preset of that name.

    Args:
        name: One of `preset_names()`.

    Returns:
        The experiment.

    Raises:
        SpecError: If there is no such preset; the message guesses which was meant.

    Example:
        >>> preset("iris").batch_size
        5
    """
    if name not in _PRESETS:
        raise SpecError(unknown_name("preset", name, _PRESETS))
    return _PRESETS[name][1](name)


def preset_names() -> dict[str, str]:
    """Name every preset with a line about it."""
    return {name: line for name, (line, _) in _PRESETS.items()}
