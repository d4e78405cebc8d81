"""All pages, added to one application."""

from gradlab.studio.pages.data import add_data
from gradlab.studio.pages.digits import add_digits
from gradlab.studio.pages.playground import add_playground
from gradlab.studio.pages.runs import add_runs
from gradlab.studio.playing import Hall


def add_pages(hall: Hall) -> None:
    """Add every page to the application."""
    add_playground(hall)
    add_digits(hall)
    add_data(hall)
    add_runs(hall)
