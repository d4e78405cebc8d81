"""`features`: what the layers of a network have learned, in words, tables, JSON and as a page."""

from descentlab.labs.features._features import features as features
from descentlab.labs.features._result import Features as Features
