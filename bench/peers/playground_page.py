"""TensorFlow Playground's page, training 2-4-2-1 on circle. Prints seconds an epoch, and those of its script alone.

    python playground_page.py FOLDER SECONDS        python playground_page.py playground/dist 4

FOLDER holds the page that `npm run build` builds; it is not part of this repository.
"""

import contextlib
import functools
import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from chromium import blank_page

FOLDER, SECONDS = sys.argv[1], float(sys.argv[2])
STATE = "networkShape=4,2&dataset=circle&activation=tanh&learningRate=0.03&batchSize=10&seed=0.1"
# The page trains one epoch in each frame of the display and draws it; the rest of the frame it waits.
COUNT = """
  const request = window.requestAnimationFrame;
  window.busy = 0;
  window.requestAnimationFrame = (callback) => request.call(window, (now) => {
    const start = performance.now();
    callback(now);
    window.busy += performance.now() - start;
  });
"""
READ = """() => {
  const number = (id) => Number(document.getElementById(id).textContent.replace(",", ""));
  return [performance.now(), window.busy, number("iter-number"), number("loss-train")];
}"""


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Serve the folder to this machine; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(SimpleHTTPRequestHandler, directory=FOLDER))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


with served() as address, blank_page(COUNT) as page:
    # Its fonts and its statistics are on other hosts, for which the measurement should not wait.
    page.route(lambda url: not url.startswith(address), lambda route: route.abort())
    page.goto(f"{address}#{STATE}")
    untrained = page.evaluate(READ)[3]
    page.locator("#play-pause-button").click()
    time.sleep(2.0)  # Everything is compiled by then.
    begin = page.evaluate(READ)
    time.sleep(SECONDS)
    end = page.evaluate(READ)
    assert end[3] < untrained, "nothing was learned: this is not the page it should be"
milliseconds, busy, epochs, _ = (after - before for before, after in zip(begin, end, strict=True))
print(json.dumps({"epoch_s": milliseconds / 1e3 / epochs, "script_s": busy / 1e3 / epochs}))
