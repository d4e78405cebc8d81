"""Laboratory `atlas`: what becomes of a network over two hyperparameters."""

from descentlab.labs.atlas._atlas import atlas as atlas
