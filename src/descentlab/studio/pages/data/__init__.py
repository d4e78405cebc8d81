"""The page of data: choose, look, train, predict."""

from descentlab.studio.pages.data._page import add_data as add_data
