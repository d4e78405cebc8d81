"""All pages, added to one application."""

from gradlab.studio._hall import Hall
from gradlab.studio.pages._data import add_data
from gradlab.studio.pages._digits import add_digits
from gradlab.studio.pages._playground import add_playground
from gradlab.studio.pages._runs import add_runs


def add_pages(hall: Hall) -> None:
    """Add every page to the application."""
    add_playground(hall)
    add_digits(hall)
    add_data(hall)
    add_runs(hall)
