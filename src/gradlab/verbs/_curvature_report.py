"""The page of a curvature: sharpness beside its limit, the places where training ended, the spectrum."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab import reports, sharpness as shape
from gradlab.reports import Chart, Mark, Page, Row, Section, Series, Table

if TYPE_CHECKING:
    from gradlab.verbs._curvature import Curvature, SharpnessTrace


def build_page(found: "Curvature") -> Page:
    """Lay out the page of a curvature."""
    traces = [one for one in found.traces if len(one.epochs)]
    parts: list[Any] = []
    if any(len(one.epochs) > 2 for one in traces):
        parts += [_sharpness_chart(found, traces), _loss_chart(traces)]
    head = (
        "learning rate",
        "epochs",
        "loss",
        "gradient",
        "smallest eigenvalue",
        "largest eigenvalue",
        "limit",
        "place",
    )
    rows = tuple(
        (
            f"{one.learning_rate:g}",
            f"{one.epochs[-1]:,}",
            reports.number(float(one.loss[-1])),
            reports.number(float(one.gradient_norm[-1])),
            reports.number(float(one.smallest[-1])),
            " ± ".join(
                (
                    reports.number(float(one.largest[-1]), digits=4),
                    reports.number(float(one.largest_error[-1]), digits=1),
                )
            ),
            reports.number(one.limit, digits=4),
            "diverged" if one.stop is None else one.stop.kind,
        )
        for one in traces
    )
    sections = [
        Section(
            "Sharpness",
            (
                "Sharpness is the largest eigenvalue of the Hessian of the training loss. On a quadratic a rule is "
                "unstable where it exceeds its limit: 2 / rate for gradient descent.",
            ),
            (*parts, Table("Where training ended", head, rows)),
        )
    ]
    if found.density is not None:
        sections.append(_spectrum(found))
    figures = [Row("weights", f"{found.num_params:,}"), Row("examples", f"{found.num_examples:,}")]
    if traces:
        figures.insert(0, Row("sharpness at the end", reports.number(float(traces[0].largest[-1]), digits=4)))
        figures.insert(1, Row("limit", reports.number(traces[0].limit, digits=4)))
    return Page(
        title=f"{found.experiment.name}: curvature of the training loss",
        kind="Curvature",
        outcome=found.sentences,
        figures=tuple(figures),
        sections=tuple(sections),
        facts=(
            Row("experiment", f"{found.experiment.name}, seed {found.experiment.seed}"),
            Row("optimizer", found.experiment.optimizer.kind),
            Row("measured", "dropout off, batch norm with its running statistics; an l2 penalty counts"),
        ),
    )


def _sharpness_chart(found: "Curvature", traces: Sequence["SharpnessTrace"]) -> Chart:
    series = tuple(
        Series(f"rate {one.learning_rate:g}", one.epochs.astype(np.float64), one.largest, tone=tone)
        for tone, one in enumerate(traces)
    )
    is_plain = not shape.is_preconditioned(found.experiment.optimizer)
    marks = tuple(Mark(f"limit at {one.learning_rate:g}", y=one.limit) for one in traces) if is_plain else ()
    return Chart("Sharpness against its limit", "epoch", "largest eigenvalue", series, marks=marks, y_log=True)


def _loss_chart(traces: Sequence["SharpnessTrace"]) -> Chart:
    series = tuple(
        Series(f"rate {one.learning_rate:g}", one.epochs.astype(np.float64), one.loss, tone=tone)
        for tone, one in enumerate(traces)
    )
    return Chart("Training loss", "epoch", "loss", series, y_log=True)


def _spectrum(found: "Curvature") -> Section:
    density = found.density
    assert density is not None
    told = [f"How the {found.num_params:,} eigenvalues are spread where the first training ended that did not diverge."]
    if found.trace_of_hessian is not None:
        trace, error = found.trace_of_hessian
        told.append(f"Their sum, the trace, is {trace:.4g} ± {error:.2g} (random signs, standard error).")
    chart = Chart(
        "Density of the spectrum",
        "eigenvalue",
        "share of the eigenvalues per unit",
        (Series("density", density.at, np.maximum(density.density, 1e-12)),),
        y_log=True,
        note=f"Made of bumps {density.width:.2g} wide: finer features cannot be seen.",
    )
    return Section("Spectrum", tuple(told), (chart,))
