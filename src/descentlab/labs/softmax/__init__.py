"""Laboratory `softmax`: logits through softmax, number by number."""

from descentlab.labs.softmax._softmax import softmax as softmax
