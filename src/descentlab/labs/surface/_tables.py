"""The tables of `surface`."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float

from descentlab.core import Estimate
from descentlab.labs.surface import measure
from descentlab.labs.surface._design import ADAPTIVE
from descentlab.labs.surface._ends import end_ids, end_names, ends_by_name, level, where
from descentlab.labs.surface._measured import Descents
from descentlab.labs.surface.measure import Fate, Outcome, Place, Survey
from descentlab.results import Cell, Column, Table, TableForm, Tables

PLACE = (
    Column("number", meaning="Number of the place, counted from 1.", format="count", is_hidden=True),
    Column("kind", meaning="A kink is a minimum without a gradient; a valley or a ridge has many points at one level."),
    Column("at", meaning="The point; of a line of points, one of them."),
    Column("x", meaning="Its first variable.", format="number", is_hidden=True),
    Column("y", meaning="Its second variable.", format="number", is_hidden=True),
    Column("level", "loss", "Loss there; 0 where only rounding keeps it from 0.", format="number", digits=4),
    Column("loss", meaning="Loss there as computed.", format="number", is_hidden=True),
    Column("eigenvalues", meaning="Eigenvalues of the Hessian, by which the loss bends; the largest is the sharpness.",
           format="number", digits=4),
)  # fmt: skip
MINIMA = TableForm(
    "minima",
    "The minima",
    (
        *PLACE[:-1],
        Column("is_global", "global", "Whether no other minimum in the domain is lower.", format="flag"),
        PLACE[-1],
        Column("rate_limit", meaning="Largest learning rate at which a descent can settle there; a kink allows none.",
               format="number", digits=4),
        Column("held_up_to", "held up to", "Largest rate tried at which starts ended there.", format="setting",
               is_detail=True),
        Column("ended_above", "above it", "Descents at rates above the limit that ended there.",
               format="count", is_detail=True),
        Column("tried_above", "of", "Descents at rates above the limit.", format="count",
               is_detail=True),
        Column("share", "starts", "Share of the starts that ended there at the usual rate.", format="percent"),
    ),
    is_printed=True,
    most_shown=40,
    most_printed=10,
)  # fmt: skip
OTHERS = TableForm("others", "Where else the gradient vanishes", PLACE, most_shown=10)
END = Column("end", "ended", "Where or how a descent ended.")
SHARE = Column("share", meaning="Share of the starts, with its 95% interval.", format="percent")
ENDS = TableForm(
    "ends",
    "Where the starts ended",
    (
        END,
        Column("is_minimum", meaning="Whether that is a minimum.", format="flag", is_hidden=True),
        Column("starts", meaning="Number of starts.", format="count"),
        SHARE,
    ),
)
SHARES = TableForm(
    "shares",
    "Ends of the starts at each setting",
    (
        Column("setting", meaning="The number that differs from the usual setting."),
        Column("varied", meaning="Name of that number."),
        Column("learning_rate", meaning="Learning rate.", format="setting"),
        Column("momentum", meaning="Share of the velocity that is kept.", format="setting"),
        Column("noise", meaning="Standard deviation of the noise in the gradient.", format="setting"),
        Column("is_usual", "usual", "Whether it is the usual setting.", format="flag"),
        Column("global", "in a global minimum", "Share of the starts in a global minimum.", format="percent"),
        Column("local", "in another minimum", "Share in a minimum that is not global.", format="percent"),
        Column("oscillating", meaning="Share that moves to and fro.", format="percent"),
        Column("lost", "diverged or left the domain", "Share outside the domain or without a value.",
               format="percent"),
        Column("elsewhere", "still moving, or on a plateau or saddle", "Share of all others.", format="percent"),
    ),
)  # fmt: skip
SETTING_ENDS = TableForm("setting_ends", "Every end at each setting", (SHARES.columns[0], END, SHARE))
GAINS = TableForm(
    "gains",
    "The best setting of each kind beside the usual one",
    (
        Column("varied", meaning="Number that differs from the usual setting."),
        Column("best", meaning="Best value, chosen by the first half of the starts.", format="setting"),
        Column("usual", meaning="Usual value.", format="setting"),
        Column("share", "global at the best", "Share of the other half in a global minimum.", format="percent"),
        Column("usual_share", "global at the usual", "The same share at the usual value.", format="percent"),
        Column("difference", meaning="Difference of the two shares, paired over the starts, with its 95% interval.",
               format="percent", is_signed=True),
        Column("is_real", "real", "Whether the interval leaves out 0.", format="flag"),
    ),
)  # fmt: skip
RESTARTS = TableForm(
    "restarts",
    "The best of several starts",
    (
        Column("restarts", "starts", "Starts of which the lowest end is taken.", format="count"),
        Column("share", meaning="How often that end is a global minimum, with its 95% interval.", format="percent"),
    ),
)
SURFACE = TableForm(
    "surface",
    "The surface",
    (
        Column("name", meaning="Name of the surface, or its formula."),
        Column("formula", meaning="Its loss."),
        Column("latex", meaning="The formula as LaTeX."),
        Column("source", meaning="Where it comes from."),
        *(Column(name, meaning=f"Lowest and highest {name} of the domain.", format="number") for name in "xy"),
        Column("minima", meaning="Minima in the domain, kinks and valleys among them.", format="count"),
        Column("global_minima", meaning="Minima than which none is lower.", format="count"),
        Column("is_lower_at_edge", meaning="Whether the domain's edge is lower than all places inside.", format="flag"),
        Column("lowest_at_edge", meaning="Lowest loss on the domain's edge.", format="number", digits=4),
        Column("spacing", meaning="Distance between the starts of the search for minima.", format="number"),
        Column("usual_gradient", meaning="Usual length of the gradient.", format="number"),
    ),
    is_single=True,
)  # fmt: skip
DESCENTS = TableForm(
    "descents",
    "The descents at the usual setting",
    (
        Column("optimizer", meaning="Update rule."),
        *SHARES.columns[2:5],
        Column("starts", meaning="Starts drawn over the domain.", format="count"),
        Column("steps", meaning="Steps of each descent.", format="count"),
        Column("seed", meaning="Seed of the starts and the noise.", format="count"),
        *SHARES.columns[6:8],
        Column("starts_for_95", meaning="Starts of which the lowest end is a global minimum with 95% probability.",
               format="number"),
    ),
    is_single=True,
)  # fmt: skip
_START = tuple(Column(f"start_{name}", meaning=f"The start's {name}.", format="number") for name in "xy")
_END = (
    *(Column(f"end_{name}", meaning=f"The {name} where it ended.", format="number") for name in "xy"),
    Column("loss", meaning="Loss at the end.", format="number"),
    END,
)
STARTS = TableForm("starts", "Every start at the usual setting", (*_START, *_END), is_bulk=True)
BASINS = TableForm("basins", "The starts of a grid", (*_START, *_END, SHARES.columns[2]), is_bulk=True)
RELIEF = TableForm("relief", "The loss on a grid", (*PLACE[3:5], _END[2]), is_bulk=True)

Places = Sequence[tuple[int, Place]]
"""Places with their numbers in the survey."""


def fill_tables(descents: Descents) -> Tables:
    """Lay out what was measured."""
    survey = descents.survey
    others = [(number, place) for number, place in enumerate(survey.places) if not place.is_low]
    basins = descents.basins
    grids = [_ends_of(survey, basins.starts, outcome) for outcome in basins.outcomes]
    rates = [np.full(outcome.fates.size, outcome.setting.learning_rate) for outcome in basins.outcomes]
    grid_ends = {name: np.concatenate([columns[name] for columns in grids]) for name in grids[0]}
    points = {name: survey.gauge.points[:, k] for k, name in enumerate(survey.surface.variables)}
    return Tables(
        (
            *((_minima(descents),) if survey.minima else ()),
            *((_places(OTHERS, survey, others, {}),) if others else ()),
            _ends(descents),
            *_sweeps(descents),
            *((_gains(descents),) if descents.gains else ()),
            RESTARTS.fill(list(enumerate(descents.restarts, start=1))),
            _surface(survey),
            _descents(descents),
            STARTS.fill_columns(_ends_of(survey, descents.starts, descents.usual)),
            BASINS.fill_columns({**grid_ends, "learning_rate": np.concatenate(rates)}),
            RELIEF.fill_columns({**points, "loss": survey.gauge.values.ravel()}),
        )
    )


def _places(form: TableForm, survey: Survey, places: Places, further: Mapping[str, list[Cell]]) -> Table:
    points = {name: [place.point[k] for _, place in places] for k, name in enumerate(survey.surface.variables)}
    return form.fill_columns(
        {
            "number": [number + 1 for number, _ in places],
            "kind": [place.kind for _, place in places],
            "at": [where(place) for _, place in places],
            **points,
            "level": [level(survey, place) for _, place in places],
            "loss": [place.value for _, place in places],
            "eigenvalues": [place.eigenvalues or None for _, place in places],
            **further,
        }
    )


def _minima(descents: Descents) -> Table:
    minima = list(enumerate(descents.survey.minima))
    columns: dict[str, list[Cell]] = {
        "is_global": [place.is_global for _, place in minima],
        "held_up_to": [_held_up_to(descents, number) for number, _ in minima],
        "share": [float((descents.usual.fates == number).mean()) for number, _ in minima],
    }
    if descents.design.request.rule not in ADAPTIVE:
        above = [_above_limit(descents, number, place) for number, place in minima]
        columns["rate_limit"] = [descents.limit_of(place) for _, place in minima]
        columns["ended_above"] = [ended if tried else None for ended, tried in above]
        columns["tried_above"] = [tried or None for _, tried in above]
    return _places(MINIMA, descents.survey, minima, columns)


def _held_up_to(descents: Descents, number: int) -> float | None:
    rates = (outcome.setting.learning_rate for outcome in descents.by_rate if (outcome.fates == number).any())
    return max(rates, default=None)


def _above_limit(descents: Descents, number: int, place: Place) -> tuple[int, int]:
    """Count the descents at rates above a minimum's limit that ended in it, and all such descents."""
    limit = descents.limit_of(place)
    above = [outcome.fates for outcome in descents.by_rate if 0.0 < limit < outcome.setting.learning_rate]
    return sum(int((fates == number).sum()) for fates in above), sum(len(fates) for fates in above)


def _ends(descents: Descents) -> Table:
    survey, usual = descents.survey, descents.usual
    lows = np.isin(usual.fates, [number for number, place in enumerate(survey.places) if place.is_low])
    return ENDS.fill(
        [
            (name, bool(lows[is_so].all()), int(is_so.sum()), measure.share_of(is_so))
            for name, is_so in ends_by_name(survey, usual)
        ],
        title=f"Of {len(usual.fates):,} starts drawn at random, at rate {usual.setting.learning_rate:g}",
        note=_rules((usual, *descents.by_rate)),
    )


def _rules(outcomes: Sequence[Outcome]) -> str:
    """Say by which rules ends get their names, for those that there are."""
    rules = {
        Fate.OSCILLATING: "Oscillating: over the last tenth of the steps it moved to and fro about the same middle, by "
        "as much at the end as before.",
        Fate.PLATEAU: "On a plateau: gradient and curvature are small beside the surface's usual ones.",
        Fate.MOVING: "Still moving: none of these.",
        Fate.LEFT: "Left the domain: it ended outside.",
        Fate.DIVERGED: "Diverged: it went beyond 1,000 widths of the domain.",
    }
    shown = [text for fate, text in rules.items() if any((outcome.fates == fate).any() for outcome in outcomes)]
    return " ".join(
        [f"In a minimum: within {measure.NEAR:.1%} of the domain's width of it for the last tenth.", *shown]
    )


def _sweeps(descents: Descents) -> tuple[Table, Table]:
    shares, ends = [], []
    for varied, outcome in ((varied, outcome) for varied, sweep in descents.sweeps.items() for outcome in sweep):
        setting = f"{varied} {getattr(outcome.setting, varied):g}"
        is_usual = outcome.setting == descents.usual.setting
        kinds = map(measure.share_of, _kinds_of_end(descents.survey, outcome))
        shares.append((setting, varied, *vars(outcome.setting).values(), is_usual, *kinds))
        ends += [(setting, name, measure.share_of(is_so)) for name, is_so in ends_by_name(descents.survey, outcome)]
    return SHARES.fill(shares), SETTING_ENDS.fill(ends)


def _kinds_of_end(survey: Survey, outcome: Outcome) -> list[Bool[np.ndarray, " starts"]]:
    kinds = [
        measure.is_in_global(survey, outcome),
        measure.is_in_local(survey, outcome),
        outcome.fates == Fate.OSCILLATING,
        np.isin(outcome.fates, [Fate.DIVERGED, Fate.LEFT, Fate.UNDEFINED]),
    ]
    return [*kinds, ~np.any(kinds, axis=0)]


def _gains(descents: Descents) -> Table:
    rows = []
    for varied, gain in descents.gains.items():
        outcomes = (descents.sweeps[varied][gain.best], descents.usual)
        best, usual = (getattr(outcome.setting, varied) for outcome in outcomes)
        rows.append((varied, best, usual, gain.share, gain.usual, gain.difference, gain.difference.is_real))
    return GAINS.fill(rows)


def _surface(survey: Survey) -> Table:
    surface, gauge = survey.surface, survey.gauge
    names = (surface.name, surface.formula, surface.latex, surface.source)
    domain = (*surface.domain, None)[:2]
    edge = (survey.is_lower_at_edge, gauge.lowest_at_edge)
    return SURFACE.fill(
        [(*names, *domain, len(survey.minima), len(survey.best), *edge, survey.spacing, gauge.gradient)]
    )


def _descents(descents: Descents) -> Table:
    request, survey, usual = descents.design.request, descents.survey, descents.usual
    hits = measure.share_of(measure.is_in_global(survey, usual))
    # More starts are needed where the share is lower.
    needed = Estimate(*(measure.restarts_for(share) for share in (hits.value, hits.high, hits.low)))
    local = measure.share_of(measure.is_in_local(survey, usual))
    effort = (request.starts, request.steps, request.seed)
    return DESCENTS.fill([(request.rule, *vars(usual.setting).values(), *effort, hits, local, needed)])


def _ends_of(survey: Survey, starts: Float[np.ndarray, "starts dims"], outcome: Outcome) -> dict[str, np.ndarray]:
    names = np.array(end_names(survey), object)  # a million references to eleven words
    variables = survey.surface.variables
    columns = {f"start_{name}": starts[:, k] for k, name in enumerate(variables)}
    if outcome.points is not None:
        columns |= {f"end_{name}": outcome.points[:, k] for k, name in enumerate(variables)}
    if outcome.values is not None:
        columns["loss"] = outcome.values
    return {**columns, "end": names[end_ids(survey, outcome)]}
