"""`backprop`: the account in words, tables, LaTeX, JSON and as a page to step through."""

from descentlab.verbs.backpropagation._backprop import backprop as backprop
from descentlab.verbs.backpropagation._result import Backprop as Backprop
from descentlab.verbs.backpropagation._source import Subject as Subject, find_subject as find_subject
