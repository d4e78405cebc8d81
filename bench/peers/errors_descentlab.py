"""Mean and worst test error of a preset over some seeds, as JSON."""

import json
import sys
import tempfile
from pathlib import Path

import descentlab as dl

with tempfile.TemporaryDirectory() as folder:
    run = dl.train(sys.argv[1], seeds=int(sys.argv[2]), out=Path(folder) / "run", report=False)
    accuracies = [member["accuracy"] for member in run.metrics["test"]["members"]]
errors = [1.0 - accuracy for accuracy in accuracies]
print(json.dumps({"mean": sum(errors) / len(errors), "worst": max(errors), "accuracies": accuracies}))
