"""What `atlas` measures."""

from dataclasses import dataclass

from descentlab.studies import Atlas, BoxCount, MapView


@dataclass(frozen=True, eq=False)
class AtlasMap:
    """A map of what became of a network over two hyperparameters.

    Attributes:
        atlas: The numbers of every network.
        box_count: How rough the border between converging and diverging networks is.
        outcome: What the map shows.
        networks_per_second: Networks trained in a second.
    """

    atlas: Atlas
    box_count: BoxCount
    outcome: MapView
    networks_per_second: float
