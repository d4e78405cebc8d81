"""Mean test accuracy of `descentlab train` on five tables over five seeds, and by how much scikit-learn exceeds it.

scikit-learn's network has the same hidden layer, its other defaults, and the same prepared arrays and splits; it also
trains on the examples that descentlab keeps for validation.
"""

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from descentlab.data import load, prepare
from descentlab.spec import SplitSpec, TableData

SEEDS = range(5)
FOLDER = Path(os.environ["DESCENTLAB_DATA"]) / "tabular"
TABLES = {
    "penguins": TableData(path=str(FOLDER / "penguins.csv"), target="species"),
    "wine": TableData(path=str(FOLDER / "wine.csv"), target=-1),
    "breast cancer": TableData(path=str(FOLDER / "breast_cancer_wdbc.csv"), target="diagnosis"),
    "titanic": TableData(path=str(FOLDER / "titanic.csv"), target="survived", drop=("alive",)),
    "adult": TableData(path=str(FOLDER / "adult_train.csv"), target=-1),
}


def ours(data: TableData) -> float:
    command = [str(Path(sys.executable).with_name("descentlab")), "train", data.path, f"--target={data.target}"]
    command += [
        "--seeds",
        str(len(SEEDS)),
        "--json",
        "--no-report",
        *(["--drop", ",".join(data.drop)] if data.drop else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["test"]["accuracy"]["mean"]


def theirs(data: TableData) -> float:
    source = load(data)
    scores = []
    for seed in SEEDS:
        dataset = prepare(source, SplitSpec(), seed)
        rows = np.concatenate([dataset.train, dataset.validation])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            network = MLPClassifier((64,), random_state=seed).fit(dataset.inputs[rows], dataset.targets[rows])
        scores.append(network.score(dataset.inputs[dataset.test], dataset.targets[dataset.test]))
    return float(np.mean(scores))


answer = {}
for name, table in TABLES.items():
    accuracy, beside = ours(table), theirs(table)
    answer[name] = {"descentlab": accuracy, "scikit-learn": beside, "lacking": beside - accuracy}
print(json.dumps(answer))
