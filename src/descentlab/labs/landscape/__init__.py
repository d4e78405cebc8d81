"""Laboratory `landscape`: the loss around a trained network, and on the way to another one."""

from descentlab.labs.landscape._landscape import landscape as landscape
