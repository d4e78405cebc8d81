"""Twelve rates by five folds of Iris with scikit-learn's grid search, on all cores. Prints its figures as JSON."""

import json
import time
import warnings

import numpy as np
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore", category=ConvergenceWarning)
inputs, targets = load_iris(return_X_y=True)
network = MLPClassifier((8,), batch_size=5, max_iter=100, tol=0.0, n_iter_no_change=1_000, alpha=0.0, random_state=0)
search = GridSearchCV(
    make_pipeline(StandardScaler(), network),
    {"mlpclassifier__learning_rate_init": np.geomspace(1e-4, 1.0, 12)},
    cv=StratifiedKFold(5, shuffle=True, random_state=0),
    refit=False,
    n_jobs=-1,
)
begin = time.perf_counter()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    search.fit(inputs, targets)
print(json.dumps({"fit_s": time.perf_counter() - begin}))
