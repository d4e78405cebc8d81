"""`backprop`: the account in words, tables, LaTeX, JSON and as a page to step through."""

from descentlab.labs.backprop._backprop import backprop as backprop
from descentlab.labs.backprop._result import Backprop as Backprop
from descentlab.labs.backprop._source import Subject as Subject, find_subject as find_subject
