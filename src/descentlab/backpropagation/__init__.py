"""Back-propagation as an account, layer by layer and number by number, checked in two other ways."""

from descentlab.backpropagation._account import (
    Account as Account,
    LayerAccount as LayerAccount,
    account_for as account_for,
)
from descentlab.backpropagation._agreement import Agreement as Agreement, measure_agreement as measure_agreement
from descentlab.backpropagation._chain import (
    ChainProduct as ChainProduct,
    ChainStep as ChainStep,
    Factor as Factor,
    chain_rule as chain_rule,
    is_chain as is_chain,
)
from descentlab.backpropagation._check import (
    SAMPLES as SAMPLES,
    TOLERANCE as TOLERANCE,
    ArrayCheck as ArrayCheck,
    Check as Check,
    ThreeWays as ThreeWays,
    check as check,
)
from descentlab.backpropagation._cost import CostAccount as CostAccount, account_for_cost as account_for_cost
from descentlab.backpropagation._depth import Depth as Depth, through_depth as through_depth
from descentlab.backpropagation._detail import (
    GradientDetail as GradientDetail,
    LayerDetail as LayerDetail,
    explain_gradient as explain_gradient,
    explain_layer as explain_layer,
)
from descentlab.backpropagation._entries import Entries as Entries, Entry as Entry, largest_entries as largest_entries
from descentlab.backpropagation._nudges import (
    EffectiveWeight as EffectiveWeight,
    NeuronNudges as NeuronNudges,
    OutputNudges as OutputNudges,
    most_effective as most_effective,
    neuron_nudges as neuron_nudges,
    output_nudges as output_nudges,
)
from descentlab.backpropagation._problem import Problem as Problem
from descentlab.backpropagation._step import (
    BackwardStep as BackwardStep,
    Formula as Formula,
    LayerValues as LayerValues,
)
from descentlab.backpropagation._sum import Largest as Largest, Sum as Sum, Term as Term
from descentlab.backpropagation._update import Update as Update, follow_update as follow_update
