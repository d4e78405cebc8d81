"""`features`: what the layers of a network have learned, in words, tables, JSON and as a page."""

from gradlab.verbs.representations._features import features as features
from gradlab.verbs.representations._result import Features as Features
