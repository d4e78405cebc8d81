"""The time at which the command started."""

import time

BEGIN = time.perf_counter()
"""Time at which the command line is imported, before any large import."""
