"""The page of `curvature`: sharpness beside its limit, the places where training ended, the spectrum, the escape."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from descentlab.labs.curvature._measured import Curvature, Spectrum
from descentlab.labs.curvature._words import place_words
from descentlab.results import Chart, Mark, Part, Row, Section, Series, Tables, number, seconds
from descentlab.sharpness import RADIUS, SharpnessTrace


def lay_out(curvature: Curvature, tables: Tables) -> tuple[Section, ...]:
    """Return the sections of the page."""
    traces = [trace for trace in curvature.traces if len(trace.epochs)]
    sections = [_sharpness(traces), _places(tables)]
    if curvature.spectrum is not None:
        sections.append(_spectrum(curvature, curvature.spectrum, tables))
    if curvature.escape is not None:
        words = f"Noise of {curvature.escape.noise_scale:g} of the weights' size, or a fresh draw, beside going on."
        parts = [tables[name] for name in ("escape_comparisons", "escape") if name in tables]
        sections.append(Section("Was it stuck?", (words,), tuple(parts)))
    return tuple(sections)


def key_figures(curvature: Curvature) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    traces = [trace for trace in curvature.traces if len(trace.epochs)]
    rows = [Row("weights", f"{curvature.num_params:,}"), Row("examples", f"{curvature.num_examples:,}")]
    if len(traces) > 1:
        return (Row("at the edge", f"{sum(trace.is_at_edge for trace in traces)} of {len(traces)} rates"), *rows)
    if traces:
        rows = [
            Row("sharpness at the end", number(float(traces[0].largest[-1]), digits=4)),
            Row("limit", number(traces[0].limit, digits=4)),
            *rows,
        ]
    return tuple(rows)


def facts_of(curvature: Curvature, tables: Tables, wall_times_s: Mapping[str, float]) -> tuple[Row, ...]:
    """Return where the numbers come from."""
    experiment = curvature.experiment
    examples = f"{curvature.num_examples:,} of {curvature.num_train:,} training examples"
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("optimizer", experiment.optimizer.kind),
        Row("batch size", f"{experiment.batch_size}, {curvature.steps_per_epoch:,} steps an epoch"),
        Row("loss", f"{experiment.loss.kind}, on {examples}"),
        Row("precision", experiment.precision),
        Row("trained in", seconds(wall_times_s["train"])),
        Row("measured in", seconds(wall_times_s["measure"])),
        Row("files", f"result.json and {', '.join(f'{name}.parquet' for name in tables)} beside this page"),
    )


def _sharpness(traces: Sequence[SharpnessTrace]) -> Section:
    parts: list[Part] = []
    if any(len(trace.epochs) > 1 for trace in traces):
        parts = [_sharpness_chart(traces), _share_chart(traces), _loss_chart(traces), _smallest_chart(traces)]
    words = (
        "Sharpness is the largest eigenvalue of the Hessian of the training loss. Where it exceeds the limit of the "
        "rule, steps along its direction overshoot by more each time, if the loss is as bent there all the way. "
        "Networks then often move to a flatter place instead of diverging, and sharpen until they are at the limit "
        "again: the edge of stability (Cohen et al., 2021)."
    )
    return Section("Sharpness beside its limit", (words,), tuple(parts))


def _line(trace: SharpnessTrace, values: Float[np.ndarray, " points"], tone: int) -> Series:
    return Series(f"rate {trace.learning_rate:g}", trace.epochs.astype(np.float64), _drawable(values), tone=tone)


def _drawable(values: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
    return np.where(np.isfinite(values), values, np.nan).astype(np.float64)


def _sharpness_chart(traces: Sequence[SharpnessTrace]) -> Chart:
    lines = [_line(trace, trace.measured, tone) for tone, trace in enumerate(traces)]
    marks: list[Mark] = []
    for tone, trace in enumerate(traces):
        if np.ptp(_drawable(trace.limits)) == 0.0:
            marks.append(Mark(f"limit at {trace.learning_rate:g}", y=trace.limit))
        else:
            limits = _drawable(trace.limits)
            lines.append(
                Series(f"limit at {trace.learning_rate:g}", trace.epochs.astype(np.float64), limits, style="dashed",
                       tone=tone)
            )  # fmt: skip
    is_divided = any(trace.is_divided for trace in traces)
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
    lines = tuple(_line(trace, trace.shares, tone) for tone, trace in enumerate(traces))
    return Chart(
        "The same as a share of the limit",
        "epoch",
        "sharpness / limit",
        lines,
        marks=(Mark("edge of stability", y=1.0),),
    )


def _loss_chart(traces: Sequence[SharpnessTrace]) -> Chart:
    lines = tuple(_line(trace, trace.loss, tone) for tone, trace in enumerate(traces))
    return Chart("Training loss", "epoch", "loss", lines, y_log=all(np.nanmin(line.y) > 0.0 for line in lines))


def _smallest_chart(traces: Sequence[SharpnessTrace]) -> Chart:
    lines = tuple(_line(trace, trace.smallest, tone) for tone, trace in enumerate(traces))
    return Chart(
        "The other end of the spectrum",
        "epoch",
        "smallest eigenvalue",
        lines,
        marks=(Mark("flat", y=0.0),),
        note="Below 0 the loss bends down in some direction.",
    )


def _places(tables: Tables) -> Section:
    around = tables.get("surroundings")
    rates = [] if around is None else list(around.column("learning_rate"))
    words = [f"Rate {rate:g}: {place_words(tables, rate)}" for rate in rates]
    words.append(
        f"The place is named after what the loss does within {RADIUS:.0%} of the length of the weights, where a "
        "thousandth of the loss is the least change that counts. That is a choice, and so is the name; the "
        "numbers stand below."
    )
    return Section("Where it stopped", tuple(words), (tables["rates"], *(() if around is None else (around,))))


def _spectrum(curvature: Curvature, spectrum: Spectrum, tables: Tables) -> Section:
    density = spectrum.density
    (row,) = tables["eigenvalues"].rows()
    words = (
        f"How the {curvature.num_params:,} eigenvalues are spread where training at {spectrum.learning_rate:g} ended. "
        f"Their sum, the trace, is {number(spectrum.trace)} ± {number(spectrum.trace_error, digits=2)} "
        f"(random signs, {spectrum.num_probes} vectors, standard error).",
        f"About {row['near_zero']:.1%} of them lie within a hundredth of the largest around 0, where the loss is next "
        f"to flat; about {row['below_zero']:.2g} of all lie below that.",
    )
    # Below a tenth of one eigenvalue in a bump's width there is nothing to see.
    floor = 0.1 / (curvature.num_params * density.width)
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
    return Section("Spectrum", words, (chart,))
