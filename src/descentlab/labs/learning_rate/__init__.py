"""Laboratory `learning-rate`: a learning rate recommended for a network and its data."""

from descentlab.labs.learning_rate._learning_rate import learning_rate as learning_rate
