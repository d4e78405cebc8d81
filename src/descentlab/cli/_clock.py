"""When the command was asked for."""

import time

BEGIN = time.perf_counter()
"""Taken when the command line is imported, before anything heavy is."""
