"""Networks of named layers that can be recorded and edited. It knows nothing of losses or data."""

from descentlab.networks._activations import Activation as Activation
from descentlab.networks._context import (
    Context as Context,
    HostArrays as HostArrays,
    Params as Params,
    Statistics as Statistics,
    Tape as Tape,
)
from descentlab.networks._convolution import Conv2D as Conv2D
from descentlab.networks._dense import Dense as Dense
from descentlab.networks._dropout import Dropout as Dropout
from descentlab.networks._facts import (
    ALL_FACTORS as ALL_FACTORS,
    NEVER_SATURATED as NEVER_SATURATED,
    NO_FACTOR as NO_FACTOR,
    POSITIVE as POSITIVE,
    SIGN as SIGN,
    Factors as Factors,
    Pointwise as Pointwise,
    Saturation as Saturation,
    WeightedSum as WeightedSum,
)
from descentlab.networks._flatten import Flatten as Flatten
from descentlab.networks._functions import FUNCTIONS as FUNCTIONS, Function as Function, activate as activate
from descentlab.networks._layer import Layer as Layer
from descentlab.networks._network import Network as Network, build_network as build_network
from descentlab.networks._normalization import BatchNorm as BatchNorm, LayerNorm as LayerNorm
from descentlab.networks._pooling import (
    AvgPool2D as AvgPool2D,
    GlobalAvgPool2D as GlobalAvgPool2D,
    MaxPool2D as MaxPool2D,
)
from descentlab.networks._prelu import PReLU as PReLU
from descentlab.networks._receptive_field import Box as Box, ReceptiveField as ReceptiveField
from descentlab.networks._residual import Residual as Residual
from descentlab.networks._rows import every_layer as every_layer, not_stated as not_stated, unrolled as unrolled
from descentlab.networks._stuck import stuck_units as stuck_units
