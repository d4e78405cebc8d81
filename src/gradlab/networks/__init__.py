"""Floor 3: networks of named layers that can be recorded and edited. It knows nothing of losses or data."""

from gradlab.networks._activations import activate as activate
from gradlab.networks._layer import (
    Context as Context,
    HostArrays as HostArrays,
    Layer as Layer,
    Params as Params,
    Statistics as Statistics,
    Tape as Tape,
)
from gradlab.networks._network import LayerRow as LayerRow, Network as Network, build_network as build_network
