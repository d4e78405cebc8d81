"""`importance`: what the layers of a network are worth, in words, tables, JSON and as a page."""

from descentlab.labs.importance._importance import importance as importance
from descentlab.labs.importance._result import Importance as Importance
