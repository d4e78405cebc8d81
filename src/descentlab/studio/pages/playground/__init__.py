"""The playground: a network, its data and its training, side by side and alive."""

from descentlab.studio.pages.playground._page import add_playground as add_playground
