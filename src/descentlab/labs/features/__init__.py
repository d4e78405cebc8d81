"""Laboratory `features`: what the layers of a network that takes pictures have learned."""

from descentlab.labs.features._features import features as features
