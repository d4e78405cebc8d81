"""How a playground page shows its experiment."""

from dataclasses import dataclass, field

from descentlab.live import Race

HIDEABLE = (
    "data", "noise", "share", "batch", "regenerate", "features", "layers", "activation", "rate", "optimizer", "loss",
    "regularization", "schedule", "init", "epochs", "dropout", "play", "step", "reset", "test", "discretize", "race",
    "speed", "stop", "time", "account", "gauge", "save", "own", "scores", "axes",
)  # fmt: skip
"""Controls that a link may hide, as `hide=noise,rate`."""


@dataclass(frozen=True)
class View:
    """What a link says beside the experiment.

    Attributes:
        race: What differs between networks that train side by side.
        shows_test: Whether test points are drawn.
        is_discrete: Whether the map has two colours only.
        hidden: Controls that are not shown.
        weights: Weights to put in, as `pack_weights` wrote them; empty: none.
        axes: The two features of a table that span the plane; None: as descentlab chooses them.
    """

    race: Race | None = None
    shows_test: bool = False
    is_discrete: bool = False
    hidden: frozenset[str] = field(default_factory=frozenset)
    weights: str = ""
    axes: tuple[str, str] | None = None
