"""The playground: a network in training beside its data and its loss."""

from descentlab.studio.pages.playground._page import add_playground as add_playground
