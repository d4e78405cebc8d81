"""Laboratory `importance`: what each layer of a network is worth."""

from descentlab.labs.importance._importance import importance as importance
