"""`importance`: what the layers of a network are worth, in words, tables, JSON and as a page."""

from descentlab.verbs.ablation._importance import importance as importance
from descentlab.verbs.ablation._result import Importance as Importance
