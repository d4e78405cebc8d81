"""The players of all pages of a studio, and the threads that train for all of them."""

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from descentlab.core import DescentlabError
from descentlab.live import Race
from descentlab.spec import Experiment
from descentlab.studio.playing._player import Player

MOST_PLAYERS = 200
"""Largest number of players at a time; a further page says that the studio is full."""
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Hall:
    """The players by their keys, each of which only one page knows.

    Threads, one a core, take the players' slices of work in the order in which they were submitted. Every player has
    at most one slice in the queue, so that all get their turn before a player gets its next.
    """

    def __init__(self, runs: Path) -> None:
        """Create a hall without players.

        Args:
            runs: Folder of runs.
        """
        self.runs = runs
        self.pool = ThreadPoolExecutor(CORES, thread_name_prefix="studio")
        self.compiler = ThreadPoolExecutor(1, thread_name_prefix="compile")
        self.notes: list[str] = []
        """Notes to show on the Runs page."""
        self._players: dict[str, Player] = {}

    def enter(self, experiment: Experiment, race: Race | None = None) -> Player:
        """Make a player.

        Raises:
            DescentlabError: If the studio is full.
        """
        if len(self._players) >= MOST_PLAYERS:
            raise DescentlabError(f"the studio is full: {MOST_PLAYERS} pages are open; close one that is not needed")
        key = secrets.token_urlsafe(16)
        player = Player(key, experiment, race, pool=self.pool, compiler=self.compiler, share=self.share)
        self._players[key] = player
        return player

    def find(self, key: str) -> Player | None:
        """Return the player of a key."""
        return self._players.get(key)

    def leave(self, player: Player) -> None:
        """End a player's training and forget it."""
        self._players.pop(player.key, None)
        player.close()

    def has_upload(self, name: str) -> bool:
        """Return whether a folder of uploads, by its name, belongs to an open playground."""
        return any(name == f"playground-{key[:8]}" for key in list(self._players))

    def share(self) -> float:
        """Return the number of cores for each player that trains now, at most 1."""
        busy = sum(player.is_running for player in self._players.values())
        return min(1.0, CORES / max(1, busy))

    def close(self) -> None:
        """End all training."""
        for player in list(self._players.values()):
            self.leave(player)
        for threads in (self.pool, self.compiler):
            threads.shutdown(wait=False, cancel_futures=True)
