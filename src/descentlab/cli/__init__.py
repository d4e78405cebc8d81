"""The command line. It holds no mathematics: it calls the laboratories and the workbench."""

from descentlab.cli._main import main as main
