"""The shape of the loss around a point: sharpness, spectrum, stability limit, where training stopped."""

from descentlab.sharpness._lanczos import (
    Density as Density,
    Extremes as Extremes,
    Tridiagonal as Tridiagonal,
    estimate_trace as estimate_trace,
    find_extremes as find_extremes,
    hessian_product as hessian_product,
    lanczos as lanczos,
    spectral_density as spectral_density,
)
from descentlab.sharpness._network_loss import (
    MAX_EXAMPLES as MAX_EXAMPLES,
    NetworkLoss as NetworkLoss,
    WeightPoint as WeightPoint,
    estimate_second_moment as estimate_second_moment,
    network_loss as network_loss,
)
from descentlab.sharpness._stability import (
    LIMIT_FORMULAS as LIMIT_FORMULAS,
    check_descends as check_descends,
    divided_product as divided_product,
    is_preconditioned as is_preconditioned,
    preconditioner as preconditioner,
    stability_limit as stability_limit,
)
from descentlab.sharpness._stop import (
    NOTABLE as NOTABLE,
    RADIUS as RADIUS,
    TINY as TINY,
    Stop as Stop,
    StopKind as StopKind,
    Surroundings as Surroundings,
    is_bent_down as is_bent_down,
    judge_stop as judge_stop,
    look_around as look_around,
)
from descentlab.sharpness._trace import (
    NEAR as NEAR,
    SharpnessTrace as SharpnessTrace,
    TrainingPoint as TrainingPoint,
    trace_sharpness as trace_sharpness,
)
