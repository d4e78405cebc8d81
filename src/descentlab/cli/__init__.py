"""Floor 10: the command line. It holds no mathematics: it calls the verbs."""

from descentlab.cli._main import main as main
