"""Floor 3: networks of named layers that can be recorded and edited. It knows nothing of losses or data."""

from gradlab.networks._activations import Activation as Activation, activate as activate
from gradlab.networks._convolution import Conv2D as Conv2D
from gradlab.networks._dense import Dense as Dense
from gradlab.networks._dropout import Dropout as Dropout
from gradlab.networks._flatten import Flatten as Flatten
from gradlab.networks._layer import (
    Context as Context,
    HostArrays as HostArrays,
    Layer as Layer,
    Params as Params,
    Statistics as Statistics,
    Tape as Tape,
)
from gradlab.networks._network import LayerRow as LayerRow, Network as Network, build_network as build_network
from gradlab.networks._normalization import BatchNorm as BatchNorm, LayerNorm as LayerNorm
from gradlab.networks._pooling import (
    AvgPool2D as AvgPool2D,
    GlobalAvgPool2D as GlobalAvgPool2D,
    MaxPool2D as MaxPool2D,
)
from gradlab.networks._residual import Residual as Residual
