"""The playground's 2-4-2-1 on circle, as fast as it goes, in one Chromium. Prints seconds a frame and an epoch."""

import json
import sys
import time

from chromium import blank_page
from studio_server import served

SECONDS = float(sys.argv[1])
# The page asks for the next frame when it has drawn this one.
COUNT = """
  const send = WebSocket.prototype.send;
  window.drawn = 0;
  WebSocket.prototype.send = function (data) {
    if (data === "taken") window.drawn += 1;
    return send.call(this, data);
  };
"""
READ = "[performance.now(), window.drawn, Number(document.querySelector('.readout-epoch b').textContent)]"

with served() as (address, _), blank_page(COUNT) as page:
    page.goto(address)
    page.locator(".net-node canvas").first.wait_for()
    page.get_by_role("combobox", name="Speed").click()
    page.get_by_role("option", name="as fast as it goes").click()
    page.get_by_role("button", name="Train (space)").click()
    time.sleep(2.0)  # Everything is compiled by then.
    begin = page.evaluate(READ)
    time.sleep(SECONDS)
    end = page.evaluate(READ)
    assert end[2] < 100_000, "training ended by itself: measure for a shorter time"
milliseconds, frames, epochs = (after - before for before, after in zip(begin, end, strict=True))
print(json.dumps({"frame_s": milliseconds / 1e3 / frames, "epoch_s": milliseconds / 1e3 / epochs}))
