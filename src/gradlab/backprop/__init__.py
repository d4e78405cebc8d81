"""Floor 7: back-propagation as an account, layer by layer and number by number, checked in two other ways."""

from gradlab.backprop._account import Account as Account, LayerAccount as LayerAccount, account_for as account_for
from gradlab.backprop._agreement import Agreement as Agreement, measure_agreement as measure_agreement
from gradlab.backprop._chain import (
    ChainProduct as ChainProduct,
    ChainStep as ChainStep,
    Factor as Factor,
    chain_rule as chain_rule,
    is_chain as is_chain,
)
from gradlab.backprop._check import TOLERANCE as TOLERANCE, ArrayCheck as ArrayCheck, Check as Check, check as check
from gradlab.backprop._cost import CostAccount as CostAccount, account_for_cost as account_for_cost
from gradlab.backprop._depth import Depth as Depth, through_depth as through_depth
from gradlab.backprop._detail import (
    GradientDetail as GradientDetail,
    LayerDetail as LayerDetail,
    explain_layer as explain_layer,
)
from gradlab.backprop._entries import Entries as Entries, Entry as Entry, largest_entries as largest_entries
from gradlab.backprop._problem import Problem as Problem
from gradlab.backprop._step import BackwardStep as BackwardStep, Formula as Formula, Seen as Seen
from gradlab.backprop._sum import Largest as Largest, Sum as Sum, Term as Term
from gradlab.backprop._update import Update as Update, follow_update as follow_update
from gradlab.backprop._wishes import (
    EffectiveWeight as EffectiveWeight,
    NeuronWishes as NeuronWishes,
    OutputWishes as OutputWishes,
    most_effective as most_effective,
    neuron_wishes as neuron_wishes,
    output_wishes as output_wishes,
)
