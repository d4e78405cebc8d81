"""The page of runs and studies."""

from descentlab.studio.pages.runs._page import add_runs as add_runs
