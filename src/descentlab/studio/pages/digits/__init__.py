"""The page of digits: draw a digit, and see how a network classifies it."""

from descentlab.studio.pages.digits._page import add_digits as add_digits
