"""What `sweep` says; it is given nothing but the tables."""

from descentlab.results import Tables, Words
from descentlab.studies import state_best, state_rest


def say(tables: Tables) -> Words:
    """Say which setting is best, how sure that is, and what goes wrong beside it."""
    return Words(state_best(tables), state_rest(tables))
