"""The page of `learning-rate`: the range test and the sharpness in front of the sweep."""

from descentlab.labs.learning_rate._measured import LearningRate
from descentlab.results import BoundaryRow, Chart, Mark, Section, Series, Tables
from descentlab.studies import sweep_sections


def lay_out(measured: LearningRate, tables: Tables, boundaries: BoundaryRow | None) -> tuple[Section, ...]:
    """Return the sections."""
    words = (
        "A range test trains one network while its rate rises by equal factors. It is quick and noisy: what it "
        "suggests is where to look, and the sweep below decides.",
    )
    return (
        Section("Range test", words, (_chart(measured), tables["suggestions"])),
        *_sharpness(tables),
        *sweep_sections(measured.study, tables, boundaries),
    )


def _chart(measured: LearningRate) -> Chart:
    test, limit = measured.range_test, measured.sharpness_limit
    marks = [Mark(name, x=value) for name, value in test.suggestions.items()]
    if limit is not None:
        marks.append(Mark("initial limit", x=limit))
    shown = slice(0, max(test.end, 2))
    return Chart(
        "Loss while the rate rises",
        "learning rate",
        "loss of the batch",
        (
            Series("smoothed", test.rates[shown], test.smoothed[shown]),
            Series("each batch", test.rates[shown], test.losses[shown], style="points", tone=5),
        ),
        x_log=True,
        marks=tuple(marks),
        note=f"One training of {len(test.rates)} steps, seed {measured.experiment.seed}; the rate rises at every step.",
    )


def _sharpness(tables: Tables) -> tuple[Section, ...]:
    if "sharpness_ends" not in tables:
        return ()
    is_divided = tables["sharpness_ends"].column("is_divided")[0]
    words = (
        "The sharpness is the largest eigenvalue of the Hessian of the training loss"
        + (", divided as the rule divides each weight's step" if is_divided else "")
        + ". Far below what the rate allows, a higher rate would still be stable; at the limit, training is held at "
        "the edge of stability. The limit is exact on a quadratic and for full batches; a network may train beyond it.",
    )
    return (Section("Sharpness", words, (tables["sharpness_ends"],)),)
