"""`features`: what the layers of a network have learned, in words, tables, JSON and as a page."""

from descentlab.verbs.representations._features import features as features
from descentlab.verbs.representations._result import Features as Features
