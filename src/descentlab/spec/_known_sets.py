"""The data sets that descentlab knows by name.

`descentlab.data` reads or draws them. Every list of them, in help, on pages and in documents, is derived from this one.
"""

from descentlab.core import SpecError, unknown_name
from descentlab.spec._known_set import KnownSet, PublishedFiles, SetKind

_CELL_MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness",
    "compactness", "concavity", "concave points", "symmetry", "fractal dimension",
)  # fmt: skip
_DIGITS = tuple("0123456789")
_IDX_SHAPE = (28, 28, 1)


def _table(
    name: str,
    title: str,
    sentence: str,
    *,
    source: str,
    target: str,
    inputs: tuple[str, ...],
    num_examples: int,
    files: tuple[str, ...],
    classes: tuple[str, ...] = (),
) -> KnownSet:
    shape = (len(inputs),)
    return KnownSet(name, "bundled", title, sentence, source, target, classes, inputs, shape, num_examples, files)


def _points(name: str, title: str, sentence: str, *, num_examples: int, classes: tuple[str, ...] = ()) -> KnownSet:
    source, target = "Smilkov and Carter, TensorFlow Playground, 2016", "color" if classes else "label"
    return KnownSet(
        name, "playground", title, sentence, source, target, classes, ("x1", "x2"), num_examples=num_examples
    )


POINT_CLASSES = ("orange", "blue")

_SETS = (
    _table(
        "iris",
        "Iris (3 species)",
        "{num_examples:,} flowers of {num_classes} species, {num_inputs} measures",
        source="Fisher, The use of multiple measurements in taxonomic problems, 1936",
        target="species",
        classes=("setosa", "versicolor", "virginica"),
        inputs=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        num_examples=150,
        files=("iris.csv",),
    ),
    _table(
        "wine",
        "Wine (3 growers)",
        "{num_examples:,} wines of {num_classes} growers, {num_inputs} measures",
        source="Forina et al., PARVUS, 1988",
        target="class",
        classes=("class_0", "class_1", "class_2"),
        inputs=(
            "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
            "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines",
            "proline",
        ),
        num_examples=178,
        files=("wine_data.csv",),
    ),
    _table(
        "breast-cancer",
        "Breast cancer",
        "{num_examples:,} tumours, malignant or benign, {num_inputs} measures",
        source="Street, Wolberg and Mangasarian, Nuclear feature extraction for breast tumor diagnosis, 1993",
        target="diagnosis",
        classes=("malignant", "benign"),
        inputs=(
            *(f"mean {measure}" for measure in _CELL_MEASURES),
            *(f"{measure} error" for measure in _CELL_MEASURES),
            *(f"worst {measure}" for measure in _CELL_MEASURES),
        ),
        num_examples=569,
        files=("breast_cancer.csv",),
    ),
    KnownSet(
        "digits",
        "bundled",
        "Digits (8x8 pixels)",
        "{num_examples:,} handwritten digits of {sides} pixels",
        source="Alpaydin and Kaynak, Optical recognition of handwritten digits, 1998 (the test part)",
        target="digit",
        classes=_DIGITS,
        shape=(8, 8, 1),
        num_examples=1_797,
        files=("digits.csv.gz",),
    ),
    _table(
        "diabetes",
        "Diabetes (regression)",
        "{num_examples:,} patients, {num_inputs} measures, a real target",
        source="Efron, Hastie, Johnstone and Tibshirani, Least angle regression, 2004",
        target="progression",
        inputs=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
        num_examples=442,
        files=("diabetes_data_raw.csv.gz", "diabetes_target.csv.gz"),
    ),
    KnownSet(
        "mnist",
        "idx",
        "MNIST",
        "{num_examples:,} handwritten digits of {sides} pixels",
        source="LeCun, Cortes and Burges, The MNIST database of handwritten digits, 1998",
        target="class",
        classes=_DIGITS,
        shape=_IDX_SHAPE,
        num_examples=70_000,
        download=PublishedFiles(
            "https://ossci-datasets.s3.amazonaws.com/mnist",
            megabytes=11,
            md5=(
                "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                "d53e105ee54ea40749a09fcbcd1e9432",
                "9fb629c4189551a2d022fa330f9573f3",
                "ec29112dd5afa0611ce80d1b7f02629c",
            ),
        ),
    ),
    KnownSet(
        "fashion-mnist",
        "idx",
        "Fashion-MNIST",
        "{num_examples:,} pictures of clothes of {sides} pixels",
        source="Xiao, Rasul and Vollgraf, Fashion-MNIST, 2017",
        target="class",
        classes=(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ),
        shape=_IDX_SHAPE,
        num_examples=70_000,
        download=PublishedFiles(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
            megabytes=30,
            md5=(
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ),
        ),
    ),
    _points("circle", "Circle", "a disc inside a ring", num_examples=500, classes=POINT_CLASSES),
    _points("xor", "Exclusive or", "four squares, opposite ones alike", num_examples=500, classes=POINT_CLASSES),
    _points("gauss", "Gaussian", "two clouds", num_examples=500, classes=POINT_CLASSES),
    _points("spiral", "Spiral", "two arms wound around each other", num_examples=500, classes=POINT_CLASSES),
    _points("plane", "Plane (regression)", "a tilted plane, a real target", num_examples=1_200),
    _points("multi-gauss", "Multi gaussian (regression)", "six bumps, a real target", num_examples=1_200),
    KnownSet(
        "normal",
        "synthetic",
        "Random numbers (regression)",
        "standard normal inputs and targets: nothing to learn but the examples",
        source="Sohl-Dickstein, The boundary of neural network trainability is fractal, 2024",
        target="y",
    ),
    KnownSet(
        "chebyshev",
        "synthetic",
        "Chebyshev polynomial (regression)",
        "the Chebyshev polynomial of degree 4 from -1 to 1",
        source="Cohen et al., Gradient descent on neural networks typically occurs at the edge of stability, 2021",
        target="y",
    ),
)  # fmt: skip
_BY_NAME = {each.name: each for each in _SETS}


def known_set(name: str) -> KnownSet:
    """Return the facts of a data set.

    Raises:
        SpecError: If there is no such set; the message guesses which was meant.

    Example:
        >>> known_set("iris").about
        '150 flowers of 3 species, 4 measures'
    """
    if name not in _BY_NAME:
        raise SpecError(unknown_name("data set", name, _BY_NAME))
    return _BY_NAME[name]


def known_sets(*kinds: SetKind) -> dict[str, KnownSet]:
    """Return the data sets of some kinds by name, or all of them.

    Example:
        >>> list(known_sets("idx"))
        ['mnist', 'fashion-mnist']
    """
    return {name: each for name, each in _BY_NAME.items() if not kinds or each.kind in kinds}


def data_names() -> dict[str, str]:
    """Return a line about every data set that descentlab knows, by name."""
    return {name: each.line for name, each in _BY_NAME.items()}
