"""Changes of the network's shape in the playground, each compiled for the first time.

    python studio_shape.py

Prints the seconds from a change until the new network is drawn, and until its first epoch is trained and drawn: the
median over some typical changes, and the slowest of them.
"""

import json
import os
import statistics
import time

os.environ["DESCENTLAB_NO_CACHE"] = "1"

from descentlab.live import Session
from descentlab.spec import Experiment, parse, preset
from descentlab.studio.playing._frame import FrameMaker

SHAPES = ["4,3", "5,3", "5,3,2", "5,3,3", "8,8", "8,8,8", "6", "8,8,8,8,8,8", "6,5,4,3,2"]


def of_shape(shape: str) -> Experiment:
    values = preset("circle").model_dump()
    first, output = values["model"][0], values["model"][-1]
    widths = [int(width) for width in shape.split(",")]
    hidden = [first | {"units": width, "name": f"hidden{place}"} for place, width in enumerate(widths, 1)]
    return parse(values | {"model": [*hidden, output]}, where="the bench")


session, maker = Session(preset("circle")), FrameMaker()
session.advance(epochs=1)
drawn, trained = [], []
for shape in SHAPES:
    begin = time.perf_counter()
    session.become(of_shape(shape))
    maker.make(session, is_running=True, problem="")
    drawn.append(time.perf_counter() - begin)
    session.advance(epochs=1)
    maker.make(session, is_running=True, problem="")
    trained.append(time.perf_counter() - begin)
figures = {
    "drawn_s": statistics.median(drawn),
    "trained_s": statistics.median(trained),
    "slowest_drawn_s": max(drawn),
    "slowest_trained_s": max(trained),
}
print(json.dumps(figures))
