"""Linear models of features beside scikit-learn on the features as they are."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from descentlab.labs.transfer.measure import Source, features_of, linear_accuracy
from descentlab.networks import build_network
from tests.labs.transfer.conftest import MODEL, digits


def test_features_are_what_the_last_layer_is_given(source: Source) -> None:
    network = build_network(MODEL, (8, 8, 1), 10)
    inputs = digits(0).real_inputs(np.arange(300))
    found = features_of(network, source.params, source.statistics, inputs)
    hidden = source.params["hidden"]
    np.testing.assert_allclose(
        found, np.maximum(inputs.reshape(300, -1) @ hidden["weight"] + hidden["bias"], 0.0), atol=1e-5
    )


@pytest.mark.parametrize("num", [30, 200])
def test_compressing_changes_no_answer(num: int) -> None:
    dataset = digits(0)
    pixels = dataset.real_inputs(np.arange(1_000)).reshape(1_000, -1)
    labels = dataset.targets[:1_000].astype(np.int64)
    scale = np.sqrt(((pixels[:num] - pixels[:num].mean(axis=0)) ** 2).sum(axis=1).mean())
    model = LogisticRegression(C=10.0, max_iter=2_000).fit(
        (pixels[:num] - pixels[:num].mean(axis=0)) / scale, labels[:num]
    )
    wanted = (model.predict((pixels[num:] - pixels[:num].mean(axis=0)) / scale) == labels[num:]).mean()
    found = linear_accuracy((pixels[:num], labels[:num]), (pixels[num:], labels[num:]), 10.0)
    assert found == pytest.approx(wanted, abs=0.003)


def test_the_scale_of_features_does_not_matter() -> None:
    dataset = digits(0)
    pixels = dataset.real_inputs(np.arange(400)).reshape(400, -1)
    labels = dataset.targets[:400].astype(np.int64)
    first, second = (
        linear_accuracy((factor * pixels[:50], labels[:50]), (factor * pixels[50:], labels[50:]), 1.0)
        for factor in (1.0, 1_000.0)
    )
    assert first == pytest.approx(second, abs=0.006)
