"""The page of a curvature: sharpness beside its limit, the places where training ended, the spectrum, the escape."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from descentlab import results
from descentlab.labs.curvature._result import Curvature, Spectrum, share_words
from descentlab.results import Chart, Mark, Page, Part, Row, Section, Series, WordTable
from descentlab.sharpness import RADIUS, Escape, SharpnessTrace


def build_page(found: Curvature) -> Page:
    """Lay out the page of a curvature."""
    traces = [one for one in found.traces if len(one.epochs)]
    sections = [_sharpness(traces), _places(traces)]
    if found.spectrum is not None:
        sections.append(_spectrum(found, found.spectrum))
    if found.escape is not None:
        sections.append(_escape(found.escape))
    return Page(
        title=f"{found.experiment.name}: curvature of the training loss",
        kind="Curvature",
        outcome=found.sentences,
        figures=_figures(found, traces),
        sections=tuple(sections),
        facts=_facts(found),
        notes=found.notes,
    )


def _figures(found: Curvature, traces: Sequence[SharpnessTrace]) -> tuple[Row, ...]:
    rows = [Row("weights", f"{found.num_params:,}"), Row("examples", f"{found.num_examples:,}")]
    if len(traces) > 1:
        return (Row("at the edge", f"{sum(one.is_at_edge for one in traces)} of {len(traces)} rates"), *rows)
    if traces:
        rows = [
            Row("sharpness at the end", results.number(float(traces[0].largest[-1]), digits=4)),
            Row("limit", results.number(traces[0].limit, digits=4)),
            *rows,
        ]
    return tuple(rows)


def _facts(found: Curvature) -> tuple[Row, ...]:
    experiment = found.experiment
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("optimizer", experiment.optimizer.kind),
        Row("batch size", f"{experiment.batch_size}, {found.steps_per_epoch:,} steps an epoch"),
        Row("loss", f"{experiment.loss.kind}, on {found.num_examples:,} of {found.num_train:,} training examples"),
        Row("precision", experiment.precision),
        Row("trained in", results.seconds(found.seconds.get("train", math.nan))),
        Row("measured in", results.seconds(found.seconds.get("measure", math.nan))),
        Row("files", "result.json, sharpness.parquet, density.parquet, spectrum.parquet beside this page"),
    )


def _sharpness(traces: Sequence[SharpnessTrace]) -> Section:
    parts: list[Part] = []
    if any(len(one.epochs) > 1 for one in traces):
        parts = [_sharpness_chart(traces), _share_chart(traces), _loss_chart(traces), _smallest_chart(traces)]
    told = (
        "Sharpness is the largest eigenvalue of the Hessian of the training loss. Where it exceeds the limit of the "
        "rule, steps along its direction overshoot by more each time, if the loss is as bent there all the way. "
        "Networks then often move to a flatter place instead of diverging, and sharpen until they are at the limit "
        "again: the edge of stability (Cohen et al., 2021)."
    )
    return Section("Sharpness beside its limit", (told,), tuple(parts))


def _line(one: SharpnessTrace, values: Float[np.ndarray, " points"], tone: int) -> Series:
    return Series(f"rate {one.learning_rate:g}", one.epochs.astype(np.float64), _drawable(values), tone=tone)


def _drawable(values: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
    return np.where(np.isfinite(values), values, np.nan).astype(np.float64)


def _sharpness_chart(traces: Sequence[SharpnessTrace]) -> Chart:
    lines = [_line(one, one.measured, tone) for tone, one in enumerate(traces)]
    marks: list[Mark] = []
    for tone, one in enumerate(traces):
        if np.ptp(_drawable(one.limits)) == 0.0:
            marks.append(Mark(f"limit at {one.learning_rate:g}", y=one.limit))
        else:
            limits = _drawable(one.limits)
            lines.append(
                Series(f"limit at {one.learning_rate:g}", one.epochs.astype(np.float64), limits, style="dashed",
                       tone=tone)
            )  # fmt: skip
    is_divided = any(one.is_divided for one in traces)
    return Chart(
        "Sharpness against its limit",
        "epoch",
        "largest eigenvalue, divided as the rule divides" if is_divided else "largest eigenvalue",
        tuple(lines),
        marks=tuple(marks),
        y_log=all(np.nanmin(line.y, initial=1.0) > 0.0 for line in lines),
        note="Straight or dashed lines: the limit of each rate.",
    )


def _share_chart(traces: Sequence[SharpnessTrace]) -> Chart:
    lines = tuple(_line(one, one.shares, tone) for tone, one in enumerate(traces))
    return Chart(
        "The same as a share of the limit",
        "epoch",
        "sharpness / limit",
        lines,
        marks=(Mark("edge of stability", y=1.0),),
    )


def _loss_chart(traces: Sequence[SharpnessTrace]) -> Chart:
    lines = tuple(_line(one, one.loss, tone) for tone, one in enumerate(traces))
    return Chart("Training loss", "epoch", "loss", lines, y_log=all(np.nanmin(line.y) > 0.0 for line in lines))


def _smallest_chart(traces: Sequence[SharpnessTrace]) -> Chart:
    lines = tuple(_line(one, one.smallest, tone) for tone, one in enumerate(traces))
    return Chart(
        "The other end of the spectrum",
        "epoch",
        "smallest eigenvalue",
        lines,
        marks=(Mark("flat", y=0.0),),
        note="Below 0 the loss bends down in some direction.",
    )


def _places(traces: Sequence[SharpnessTrace]) -> Section:
    divided = any(one.is_divided for one in traces)
    head = (
        "learning rate", "epochs", "loss", "gradient", "smallest eigenvalue", "largest eigenvalue",
        *(["divided"] if divided else []), "limit", "share", "settled at", "place",
    )  # fmt: skip
    rows = tuple(
        (
            f"{one.learning_rate:g}",
            f"{one.epochs[-1]:,}",
            results.number(float(one.loss[-1])),
            results.number(float(one.gradient_norm[-1])),
            _with_error(one.smallest[-1], one.smallest_error[-1]),
            _with_error(one.largest[-1], one.largest_error[-1]),
            *([results.number(float(one.divided[-1]), digits=4)] if divided else []),
            results.number(one.limit, digits=4),
            share_words(float(one.shares[-1])),
            share_words(one.settled_share),
            "diverged" if one.stop is None else one.stop.kind,
        )
        for one in traces
    )
    ends = WordTable(
        "Where training ended",
        head,
        rows,
        note="An estimate of the largest eigenvalue is never above it, one of the smallest never below it; an "
        "eigenvalue is at most the error away. Settled at: the median share of the limit over the last tenth of the "
        "epochs. A training that diverged is shown where its loss was last a number.",
    )
    changes = tuple(
        (
            f"{one.learning_rate:g}",
            results.number(one.stop.around.radius),
            _percent(one.stop.around.downhill),
            _percent(one.stop.around.bent),
            _percent(one.stop.around.rise),
            one.stop.kind,
        )
        for one in traces
        if one.stop is not None
    )
    told = [f"Rate {one.learning_rate:g}: {one.stop.sentence}" for one in traces if one.stop is not None]
    told.append(
        f"The place is named after what the loss does within {RADIUS:.0%} of the length of the weights, where a "
        "thousandth of the loss is the least change that counts. That is a choice, and so is the name; the "
        "numbers stand below."
    )
    around = WordTable(
        "The loss around that place",
        ("learning rate", "radius", "gained down the gradient", "gained along the smallest", "risen along the largest",
         "place"),
        changes,
        note="As shares of the loss, measured by taking the steps."
        + (" On other training examples than those that gave the directions."
           if any(one.stop and one.stop.around.on_others for one in traces) else ""),
    )  # fmt: skip
    return Section("Where it stopped", tuple(told), (ends, around) if changes else (ends,))


def _with_error(value: float, error: float) -> str:
    return f"{results.number(float(value), digits=4)} ± {results.number(float(error), digits=1)}"


def _percent(share: float) -> str:
    return f"{results.number(100.0 * share)}%"


def _spectrum(found: Curvature, spectrum: Spectrum) -> Section:
    density = spectrum.density
    top = float(np.max(np.abs(density.nodes)))
    near = density.share_between(-0.01 * top, 0.01 * top)
    below = density.share_between(-math.inf, -0.01 * top)
    told = (
        f"How the {found.num_params:,} eigenvalues are spread where training at {spectrum.learning_rate:g} ended. "
        f"Their sum, the trace, is {results.number(spectrum.trace)} ± {results.number(spectrum.trace_error, digits=2)} "
        f"(random signs, {spectrum.num_probes} vectors, standard error).",
        f"About {near:.1%} of them lie within a hundredth of the largest around 0, where the loss is next to flat; "
        f"about {below:.2g} of all lie below that.",
    )
    # Below a tenth of one eigenvalue in a bump's width there is nothing to see.
    floor = 0.1 / (found.num_params * density.width)
    values = np.where(density.density > floor, density.density, np.nan)
    chart = Chart(
        "Density of the spectrum",
        "eigenvalue",
        "share of the eigenvalues per unit",
        (Series("density", density.at, values),),
        y_log=True,
        note=f"Estimated by Lanczos quadrature. It is made of bumps {density.width:.2g} wide: finer features cannot be "
        "seen.",
    )
    return Section("Spectrum", told, (chart,))


def _escape(escape: Escape) -> Section:
    rows = tuple(
        (f"{seed}", *(results.number(float(value)) for value in values))
        for seed, *values in zip(escape.seeds, escape.stop, escape.go_on, escape.noise, escape.restart, strict=True)
    )
    table = WordTable(
        "Training loss of each seed",
        ("seed", "where it stopped", "going on", f"noise of {escape.noise_scale:g}, then going on", "a fresh start"),
        rows,
        note="The last three are as long as the first training. They have the same data and the same order of the "
        "examples, begin with the optimizer's memory empty and the schedule anew, and differ by where they start.",
    )
    pairs = tuple(
        (
            {"go_on": "going on, beside the stop", "noise": "noise, beside going on",
             "restart": "a fresh start, beside going on"}[name],
            f"{math.exp(pair.mean):.3g}",
            "" if pair.ci95 is None else f"{math.exp(pair.ci95[0]):.3g} to {math.exp(pair.ci95[1]):.3g}",
            f"{pair.num_seeds - pair.num_above} of {pair.num_seeds}",
            f"{pair.p_value:.2g}",
            "yes" if pair.is_real else "no",
        )
        for name, pair in escape.compare().items()
    )  # fmt: skip
    compared = WordTable(
        "Compared seed by seed",
        ("", "ratio of the losses", "95% interval", "lower on", "p", "real"),
        pairs,
        note="Geometric means over the seeds. p: chance of such a mean if the sign of each seed's difference were a "
        "coin's throw; those of noise and fresh start are corrected for being two (Holm).",
    )
    return Section("Was it stuck?", escape.sentences(), (compared, table) if pairs else (table,))
