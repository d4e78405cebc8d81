"""The settings that are run on a surface: a usual one, and others that differ from it by one number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from descentlab import sharpness
from descentlab.core import SpecError, unknown_name
from descentlab.labs._options import Values
from descentlab.labs.surface import measure
from descentlab.labs.surface.measure import Domain, Place, RuleName, Setting, Survey
from descentlab.spec import parse_range

RESTARTS = 20
RATES = 24
MOMENTA = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
NOISES = (0.1, 0.25, 0.63, 1.6, 4.0, 10.0)
"""Sizes of the noise, in usual gradients of the surface."""
ADAPTIVE: dict[RuleName, float] = {"rmsprop": 0.001, "adam": 0.005}
"""Usual rate of rules that divide their steps, as a share of the domain's width: about the length of a step.
RMSProp's steps do not shrink near a minimum, so that longer ones would never count as arrived."""
MAX_STARTS = 10_000_000
MAX_STEPS = 10_000_000
MAX_DESCENTS = 500_000_000
"""Most descents over all settings; the outcome of each takes two bytes."""


@dataclass(frozen=True)
class Request:
    """The numbers that a person asked for; empty where the surface decides.

    Attributes:
        rule: Name of the update rule.
        rates: Learning rates.
        momenta: Shares of the velocity that are kept.
        noises: Standard deviations of the noise in a gradient.
        starts: Number of starts, drawn over the domain.
        steps: Steps of each descent.
        restarts: Most starts of which the best is taken.
        seed: Seed of the starts and of the noise.
    """

    rule: RuleName
    rates: tuple[float, ...]
    momenta: tuple[float, ...]
    noises: tuple[float, ...]
    starts: int
    steps: int
    restarts: int
    seed: int


@dataclass(frozen=True)
class Design:
    """The settings that are run.

    Attributes:
        request: The numbers that were asked for.
        usual: The setting with which all others are compared.
        sweeps: Settings that differ from it by one number, by the name of that number, with the usual one among them;
            without the momentum where the rule has none.
        panels: Settings with a low, the usual and a high rate, for which paths and basins are drawn.
    """

    request: Request
    usual: Setting
    sweeps: dict[str, tuple[Setting, ...]]
    panels: tuple[Setting, Setting, Setting]


def read_request(
    *,
    optimizer: str,
    learning_rate: Values,
    momentum: Values,
    noise: Values,
    starts: int,
    steps: int,
    restarts: int | None,
    seed: int,
) -> Request:
    """Check the numbers that a person asked for.

    Raises:
        SpecError: If a name is unknown or a number out of range.
    """
    rule: RuleName | None = next((name for name in measure.RULE_NAMES if name == optimizer), None)
    if rule is None:
        raise SpecError(unknown_name("optimizer", optimizer, measure.RULE_NAMES))
    if momentum is not None and rule in ADAPTIVE:
        raise SpecError(f"--momentum {momentum}: {rule} has none to set; leave it out, or use sgd or nesterov")
    rates = _read(learning_rate, "learning_rate")
    momenta, noises = _read(momentum, "momentum"), _read(noise, "noise")
    for name, values, is_right, wanted in (
        ("learning_rate", rates, lambda value: value > 0.0, "rates above 0, as 0.01"),
        ("momentum", momenta, lambda value: 0.0 <= value < 1.0, "shares from 0 to below 1, as 0.9"),
        ("noise", noises, lambda value: value >= 0.0, "standard deviations from 0 on, as 1"),
    ):
        wrong = [value for value in values if not (math.isfinite(value) and is_right(value))]
        if wrong:
            raise SpecError(f"--{name.replace('_', '-')} {wrong[0]:g}: expected {wanted}")
    for name, number, least, most in (
        ("starts", starts, 1, MAX_STARTS), ("steps", steps, measure.MIN_STEPS, MAX_STEPS),
    ):  # fmt: skip
        if not least <= number <= most:
            raise SpecError(f"--{name} {number:,}: expected from {least:,} to {most:,}")
    if restarts is not None and not 1 <= restarts <= starts:
        raise SpecError(f"--restarts {restarts:,}: expected from 1 to the number of starts, {starts:,}")
    best_of = min(RESTARTS, starts) if restarts is None else restarts
    return Request(rule, rates, momenta, noises, starts, steps, best_of, seed)


def parse_domain(text: str) -> Domain:
    """Read a domain, as `-3:3` for all variables or `-2:2,-1:3`.

    Raises:
        SpecError: If it cannot be read.

    Example:
        >>> parse_domain("-2:2,-1:3")
        ((-2.0, 2.0), (-1.0, 3.0))
    """
    sides = []
    for word in text.split(","):
        ends = word.split(":")
        try:
            low, high = (float(end) for end in ends)
        except ValueError:
            raise SpecError(
                f"--domain {text}: expected LOW:HIGH, as -3:3, or one for each variable, as -2:2,-1:3"
            ) from None
        sides.append((low, high))
    return tuple(sides)


def _read(values: Values, name: str) -> tuple[float, ...]:
    if values is None:
        return ()
    if isinstance(values, str):
        return tuple(sorted(set(parse_range(values, name=name, scale="log" if name == "learning_rate" else "lin"))))
    many = values if isinstance(values, Sequence) else (values,)
    if not many:
        raise SpecError(f"--{name.replace('_', '-')} without a value: expected at least one number")
    return tuple(sorted({float(value) for value in many}))


def rate_limit(rule: RuleName, place: Place, momentum: float) -> float:
    """Return the largest rate at which a descent can settle in a minimum: 2 (1 + momentum) / L for the heavy ball.

    Args:
        rule: Name of the update rule.
        place: The minimum.
        momentum: Share of the velocity that is kept.

    Returns:
        The rate; infinity if the minimum is flat, 0 if it is a kink, NaN for rules that divide their steps.
    """
    if rule in ADAPTIVE:
        return math.nan
    if place.kind == "kink":
        return 0.0
    allowed = sharpness.stability_limit(measure.make_rule(rule, Setting(1.0, momentum)), 1.0)
    return allowed / place.sharpness if place.sharpness > 0.0 else math.inf


def make_design(request: Request, survey: Survey) -> Design:
    """Choose the settings to run on a surface.

    The usual rate is 1 / L, with L the largest eigenvalue of the Hessian at any minimum: half of what the sharpest
    minimum allows. If several rates were asked for, it is the nearest of them.

    Args:
        request: The numbers that were asked for.
        survey: The surface's minima and usual sizes.

    Returns:
        The settings.

    Raises:
        SpecError: If there are more descents than memory can hold.
    """
    momentum, noise = (min(values, default=0.0) for values in (request.momenta, request.noises))
    suited = _suited_rate(request, survey)
    rate = min(request.rates, key=lambda value: abs(math.log(value / suited)), default=suited)
    usual = Setting(rate, momentum, noise)
    limits = _limits(request, survey, momentum)
    rates = request.rates if len(request.rates) > 1 else _rates_around(request, rate, suited, limits)
    momenta = () if request.rule in ADAPTIVE else request.momenta if len(request.momenta) > 1 else MOMENTA
    unit = survey.gauge.gradient
    noises = request.noises if len(request.noises) > 1 else (0.0, *(float(f"{unit * part:.2g}") for part in NOISES))
    low, high = (rates[0], rates[-1]) if len(request.rates) > 1 else _low_and_high(rate, limits)
    count = request.starts * (len(rates) + len(momenta) + len(noises))
    if count > MAX_DESCENTS:
        raise SpecError(
            f"{request.starts:,} starts at {len(rates):,} rates, {len(momenta):,} momenta and {len(noises):,} sizes of "
            f"noise are {count:,} descents; at most {MAX_DESCENTS:,}: use fewer values or starts"
        )
    varied = {"learning_rate": {*rates, rate}, "momentum": {*momenta, momentum}, "noise": {*noises, noise}}
    return Design(
        request,
        usual,
        sweeps={
            name: tuple(replace(usual, **{name: value}) for value in sorted(values))
            for name, values in varied.items()
            if name != "momentum" or momenta
        },
        panels=(replace(usual, learning_rate=low), usual, replace(usual, learning_rate=high)),
    )


def _suited_rate(request: Request, survey: Survey) -> float:
    """Return 1 / L, or what takes its place, with two digits."""
    gauge = survey.gauge
    if request.rule in ADAPTIVE:
        return _round(ADAPTIVE[request.rule] * survey.surface.width)
    sharpest = max((place.sharpness for place in survey.minima if place.eigenvalues), default=0.0)
    # Where all minima are flat, or there is none, what bends elsewhere decides.
    curvature = sharpest if sharpest > 1e-3 * gauge.curvature else gauge.curvature
    if curvature > 0.0:
        return _round(1.0 / curvature)
    return _round(0.01 * survey.surface.width / gauge.gradient if gauge.gradient > 0.0 else 0.1)


def _round(rate: float) -> float:
    return float(f"{rate:.2g}")


def _limits(request: Request, survey: Survey, momentum: float) -> tuple[float, ...]:
    """Return the finite limits of the rate, rising."""
    limits = (rate_limit(request.rule, place, momentum) for place in survey.minima)
    return tuple(sorted(limit for limit in limits if 0.0 < limit < math.inf))


def _rates_around(request: Request, rate: float, suited: float, limits: Sequence[float]) -> tuple[float, ...]:
    if request.rule in ADAPTIVE:
        low, high = suited / 50.0, suited * 50.0
    else:
        low, high = suited / 20.0, 4.0 * (limits[-1] if limits else suited)
    low, high = min(low, rate), max(high, rate)
    return tuple(float(f"{value:.3g}") for value in np.geomspace(low, high, RATES))


def _low_and_high(rate: float, limits: Sequence[float]) -> tuple[float, float]:
    """Choose a tenth of the rate, and a rate that some minima allow and others do not, or else one that none allows."""
    if not limits:
        return rate / 10.0, rate * 10.0
    between = math.sqrt(limits[0] * limits[-1])
    high = between if limits[-1] > 1.1 * limits[0] else 1.05 * limits[-1]
    return rate / 10.0, float(f"{high if high > rate else 2.0 * rate:.3g}")
