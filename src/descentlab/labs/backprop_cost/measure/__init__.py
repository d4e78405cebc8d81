"""Floor 7: measurements of the cost of back-propagation: counted multiply-adds, and times as sizes grow."""

from descentlab.labs.backprop_cost.measure._case import Case as Case
from descentlab.labs.backprop_cost.measure._clock import (
    Trial as Trial,
    measure_by_turns as measure_by_turns,
    prepare as prepare,
)
from descentlab.labs.backprop_cost.measure._exponent import (
    LEAST_POINTS as LEAST_POINTS,
    Exponent as Exponent,
    fit_exponent as fit_exponent,
    reached_from as reached_from,
)
from descentlab.labs.backprop_cost.measure._measure import step_loops as step_loops, time_step as time_step
from descentlab.labs.backprop_cost.measure._timed import (
    Batches as Batches,
    ByWeights as ByWeights,
    Scaling as Scaling,
    Timed as Timed,
    WeightwiseGradient as WeightwiseGradient,
    spread as spread,
)
from descentlab.labs.backprop_cost.measure._work import LayerWork as LayerWork, Work as Work, count_work as count_work
from descentlab.labs.backprop_cost.measure._xla import (
    Flops as Flops,
    XlaCount as XlaCount,
    count_by_xla as count_by_xla,
)
