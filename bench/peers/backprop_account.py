"""Seconds of the account of mnist-mlp on one digit with its page, called after the import of the library; as JSON."""

import json
import sys
import time
from pathlib import Path

import descentlab as dl
import descentlab.backpropagation
import descentlab.results
import descentlab.workbench

begin = time.perf_counter()
result = dl.backprop("mnist-mlp", example=3)
Path(sys.argv[1]).write_text(result.to_page(), encoding="utf-8")
print(json.dumps({"account_s": time.perf_counter() - begin}))
