"""Floor 7: the shape of the loss around a point: sharpness, spectrum, the limit of stability, where descent stopped."""

from gradlab.sharpness._lanczos import (
    Density as Density,
    Extremes as Extremes,
    Tridiagonal as Tridiagonal,
    estimate_trace as estimate_trace,
    find_extremes as find_extremes,
    hessian_product as hessian_product,
    lanczos as lanczos,
    spectral_density as spectral_density,
)
from gradlab.sharpness._network_loss import (
    MAX_EXAMPLES as MAX_EXAMPLES,
    NetworkLoss as NetworkLoss,
    network_loss as network_loss,
)
from gradlab.sharpness._stability import (
    Stop as Stop,
    StopKind as StopKind,
    is_preconditioned as is_preconditioned,
    judge_stop as judge_stop,
    stability_limit as stability_limit,
)
