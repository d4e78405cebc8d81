"""Iris networks with scikit-learn, one by one on every core: a sample, extrapolated to a thousand. Prints JSON."""

import json
import os
import time
import warnings
from concurrent.futures import ProcessPoolExecutor

from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

SAMPLE, WANTED, EPOCHS = 24, 1_000, 100
CORES = os.cpu_count() or 1


def fit(seed: int) -> float:
    warnings.simplefilter("ignore", ConvergenceWarning)
    inputs, classes = load_iris(return_X_y=True)
    rest, _, rest_classes, _ = train_test_split(inputs, classes, test_size=0.2, stratify=classes, random_state=seed)
    train, _, labels, _ = train_test_split(rest, rest_classes, test_size=0.2, stratify=rest_classes, random_state=seed)
    network = MLPClassifier(
        (8,),
        alpha=0.0,
        learning_rate_init=0.001,
        max_iter=EPOCHS,
        batch_size=5,
        n_iter_no_change=EPOCHS,
        random_state=seed,
    )
    return network.fit(StandardScaler().fit_transform(train), labels).loss_


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(CORES) as pool:
        list(pool.map(fit, range(CORES)))
        begin = time.perf_counter()
        list(pool.map(fit, range(SAMPLE)))
        sample_s = time.perf_counter() - begin
    print(json.dumps({"fit_s": sample_s * WANTED / SAMPLE, "sample": SAMPLE, "sample_s": sample_s}))
