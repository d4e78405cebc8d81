"""Laboratory `transfer`: how far what a network has learned carries to other pictures."""

from descentlab.labs.transfer._transfer import transfer as transfer
