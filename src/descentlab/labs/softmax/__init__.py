"""Laboratory `softmax`: logits through softmax, number by number."""

from descentlab.labs.softmax._softmax import Softmax as Softmax, softmax as softmax
