"""The options of showing an experiment on a playground page."""

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
    """The content of a link beside the experiment.

    Attributes:
        race: Setting in which networks that train side by side differ, or None.
        shows_test: Whether test points are drawn.
        is_discrete: Whether the map has only two colours.
        hidden: Names of controls that are not shown.
        weights: Weights to start from, as `pack_weights` wrote them, or empty.
        axes: Two features of a table that span the plane; None if descentlab chooses them.
    """

    race: Race | None = None
    shows_test: bool = False
    is_discrete: bool = False
    hidden: frozenset[str] = field(default_factory=frozenset)
    weights: str = ""
    axes: tuple[str, str] | None = None
