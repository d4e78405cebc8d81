"""`importance`: what the layers of a network are worth, in words, tables, JSON and as a page."""

from gradlab.verbs.ablation._importance import importance as importance
from gradlab.verbs.ablation._result import Importance as Importance
