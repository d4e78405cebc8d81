"""The page of digits: draw one, and see what a network makes of it."""

from descentlab.studio.pages.digits._page import add_digits as add_digits
