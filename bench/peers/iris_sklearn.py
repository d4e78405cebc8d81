"""The Iris job with scikit-learn: 4-8-3, Adam at 0.001, 100 epochs in batches of 5. Prints its figures as JSON."""

import json
import time
import warnings

from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

EPOCHS = 100

warnings.simplefilter("ignore", ConvergenceWarning)
inputs, classes = load_iris(return_X_y=True)
rest, test, rest_classes, test_classes = train_test_split(inputs, classes, test_size=0.2, stratify=classes)
train, _, train_classes, _ = train_test_split(rest, rest_classes, test_size=0.2, stratify=rest_classes)
scaler = StandardScaler().fit(train)
network = MLPClassifier(
    (8,), solver="adam", alpha=0.0, learning_rate_init=0.001, max_iter=EPOCHS, batch_size=5, n_iter_no_change=EPOCHS
)
start = time.perf_counter()
network.fit(scaler.transform(train), train_classes)
fit_s = time.perf_counter() - start
assert network.n_iter_ == EPOCHS
print(json.dumps({"fit_s": fit_s, "accuracy": network.score(scaler.transform(test), test_classes)}))
