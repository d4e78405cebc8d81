"""All pages, added to one application."""

from descentlab.studio.pages.data import add_data
from descentlab.studio.pages.digits import add_digits
from descentlab.studio.pages.playground import add_playground
from descentlab.studio.pages.runs import add_runs
from descentlab.studio.playing import Hall


def add_pages(hall: Hall) -> None:
    """Add every page to the application."""
    add_playground(hall)
    add_digits(hall)
    add_data(hall)
    add_runs(hall)
