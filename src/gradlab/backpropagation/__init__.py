"""Floor 7: back-propagation as an account, layer by layer and number by number, checked in two other ways."""

from gradlab.backpropagation._account import (
    Account as Account,
    LayerAccount as LayerAccount,
    account_for as account_for,
)
from gradlab.backpropagation._agreement import Agreement as Agreement, measure_agreement as measure_agreement
from gradlab.backpropagation._chain import (
    ChainProduct as ChainProduct,
    ChainStep as ChainStep,
    Factor as Factor,
    chain_rule as chain_rule,
    is_chain as is_chain,
)
from gradlab.backpropagation._check import (
    SAMPLES as SAMPLES,
    TOLERANCE as TOLERANCE,
    ArrayCheck as ArrayCheck,
    Check as Check,
    ThreeWays as ThreeWays,
    check as check,
)
from gradlab.backpropagation._cost import CostAccount as CostAccount, account_for_cost as account_for_cost
from gradlab.backpropagation._depth import Depth as Depth, through_depth as through_depth
from gradlab.backpropagation._detail import (
    GradientDetail as GradientDetail,
    LayerDetail as LayerDetail,
    explain_gradient as explain_gradient,
    explain_layer as explain_layer,
)
from gradlab.backpropagation._entries import Entries as Entries, Entry as Entry, largest_entries as largest_entries
from gradlab.backpropagation._problem import Problem as Problem
from gradlab.backpropagation._step import BackwardStep as BackwardStep, Formula as Formula, Seen as Seen
from gradlab.backpropagation._sum import Largest as Largest, Sum as Sum, Term as Term
from gradlab.backpropagation._update import Update as Update, follow_update as follow_update
from gradlab.backpropagation._wishes import (
    EffectiveWeight as EffectiveWeight,
    NeuronWishes as NeuronWishes,
    OutputWishes as OutputWishes,
    most_effective as most_effective,
    neuron_wishes as neuron_wishes,
    output_wishes as output_wishes,
)
