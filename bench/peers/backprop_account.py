"""The account of mnist-mlp on one digit, page included, as a call of the library after its import; as JSON."""

import json
import sys
import time
from pathlib import Path

from descentlab.workbench import backpropagation

begin = time.perf_counter()
found = backpropagation.backprop("mnist-mlp", example=3)
Path(sys.argv[1]).write_text(found.to_page(), encoding="utf-8")
print(json.dumps({"account_s": time.perf_counter() - begin}))
