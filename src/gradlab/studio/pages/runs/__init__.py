"""The page of runs and studies."""

from gradlab.studio.pages.runs._page import add_runs as add_runs
