"""The tables of a study: its settings, their comparison, and the outcomes of their networks."""

from collections import Counter
from typing import Any

import numpy as np

from descentlab.core import PART_WORDS, Estimate, Spread
from descentlab.evaluation import PairedDifference, mean_and_deviation
from descentlab.judgement import OUTCOMES, RULES, Outcome, count_outcomes
from descentlab.results import Column, Table, TableForm
from descentlab.studies._study import Study
from descentlab.studies._summary import low_right_high, name_setting, stable_region, stable_settings, typical_network

MANY = 10_000
"""Largest number of networks that the result lists; `members.parquet` in the study's folder has all of them."""

SETTING = Column("setting", meaning="What was varied, with its value.")
SETTINGS = TableForm(
    "settings",
    "All settings",
    (SETTING,),
    note="Mean ± standard deviation over the seeds that did not diverge, then the number of networks with each "
    "outcome. Stable: at least 90% of the networks neither diverged nor oscillated nor got stuck.",
    is_printed=True,
)
SUMMARY = TableForm(
    "summary",
    "The study as a whole",
    (
        Column("best", "best setting", "Setting with the lowest mean loss; none if each diverged from some seed."),
        Column("loss", meaning="Its mean loss on the part that settings are compared on.", format="number", digits=4),
        Column("loss_on_fresh_seeds", meaning="The same on seeds that did not choose it.", format="number", digits=4),
        Column("judged_on", "compared on", "Part of the data that the settings are compared on."),
        Column("varied", meaning="Names of what was varied."),
        Column("settings", meaning="Settings that were tried.", format="count"),
        Column("seeds", meaning="Networks of each setting, from as many seeds.", format="count"),
        Column("networks", meaning="Networks in all.", format="count"),
        Column("set_aside", meaning="Settings that diverged from at least one seed.", format="count"),
        Column("stable_from", meaning="Lowest value of the stable region.", format="number", digits=4),
        Column("stable_to", meaning="Highest value of the stable region.", format="number", digits=4),
    ),
    is_single=True,
)
COMPARISON = TableForm(
    "comparison",
    "Against the best",
    (
        SETTING,
        Column("worse_by", meaning="Its loss minus that of the best, mean over the seeds.", format="number"),
        Column("worse_on", "worse on seeds", "Seeds on which it is worse than the best.", format="count"),
        Column(
            "p_value", "p", "Chance of such a mean if each seed's sign were a coin's throw.", format="number", digits=2
        ),
        Column("is_real", "real", "Whether that chance is below 5% after Holm's correction.", format="flag"),
        Column("is_next", meaning="Whether it is the second best.", format="flag", is_hidden=True),
        Column(
            "is_likely",
            meaning="Whether it comes out best in at least 2.5% of the draws of seeds with replacement.",
            format="flag",
            is_hidden=True,
        ),
    ),
    most_shown=40,
    note="The loss of each setting minus that of the best on the same seed, with a 95% interval from 6 seeds on. The "
    "test flips the signs of these differences; p is corrected for the number of settings (Holm).",
)
VERDICT_TABLE = TableForm(
    "verdicts",
    "Outcomes",
    (
        Column("verdict", "outcome", meaning="What became of the networks, by their curves."),
        Column("networks", meaning="How many they are.", format="count"),
        Column("rule", meaning="When that is said; the first rule that holds counts."),
        Column("evidence", "evidence of one of them", "The numbers of one of these networks."),
        Column("setting", "its setting", "Setting of that network."),
        Column("seed", "its seed", "Seed of that network."),
    ),
)
FITS = TableForm(
    "fits",
    "How well the networks of the best setting fit",
    (
        Column("fit", meaning="Whether the network over-fits or under-fits."),
        Column("networks", meaning="Networks of the best setting of which this holds.", format="count"),
    ),
)
EXTREMES = TableForm(
    "low_right_high",
    "Low, right and high",
    (
        Column("place", "", "The best setting, or the one nearest to a tenth or to ten times of it."),
        SETTING,
        Column("verdict", "outcome", meaning="The most frequent outcome of its networks."),
        Column("networks", meaning="Networks with that outcome.", format="count"),
        Column("seeds", "of", "Networks of the setting.", format="count"),
        Column("seed", "seed of one of them", "Seed of the first network with that outcome."),
        Column("evidence", "its evidence", "The numbers of that network."),
    ),
)
MEMBERS = TableForm(
    "members", "All networks", (Column("member", meaning="Number of the network in `history.parquet`."),)
)
OUTCOME_COLUMNS: dict[str, Outcome] = {outcome.replace(" ", "_"): outcome for outcome in OUTCOMES}
"""Names of the columns that count outcomes, and the outcomes."""


def sweep_tables(study: Study) -> tuple[Table, ...]:
    """Return the tables of a study.

    Returns:
        `settings`, `summary`, `comparison`, `verdicts` and, if there is something to show, `fits`, `low_right_high`
        and `members`.
    """
    tables = [settings_table(study), _summary(study), _comparison(study), _verdicts(study)]
    if study.best is not None and study.held_out != "train":
        places = study.places_of(study.best.place)
        tables.append(FITS.fill(Counter(study.judgements[place].fit for place in places).most_common()))
    extremes = low_right_high(study)
    if extremes:
        tables.append(EXTREMES.fill([_extreme(study, word, place) for word, place in extremes.items()]))
    if study.num_networks <= MANY:
        tables.append(_members(study))
    return tuple(tables)


def settings_table(study: Study) -> Table:
    """Return one row a setting: its values, its losses over the seeds, its outcomes and whether it is stable."""
    settings, verdicts, is_stable = study.settings(), study.by_setting(study.outcomes), stable_settings(study)
    losses = {part: study.final_loss(part) for part in dict.fromkeys(("train", study.held_out))}
    counts = [Counter(row.tolist()) for row in verdicts]
    columns = [
        *(Column(name, meaning="Value of what was varied.", is_hidden=True) for name in study.variables),
        *(column for part in losses for column in _loss_columns(part)),
        *(
            Column(name, verdict, RULES[verdict], format="count", is_hidden=not any(count[verdict] for count in counts))
            for name, verdict in OUTCOME_COLUMNS.items()
        ),
        Column("is_stable", "stable", "Whether at least 90% were stable.", format="flag", is_detail=True),
    ]
    rows = [
        (
            name_setting(setting),
            *setting.values(),
            *(cell for part in losses for cell in _loss_cells(losses[part][place])),
            *(counts[place][verdict] for verdict in OUTCOME_COLUMNS.values()),
            bool(is_stable[place]),
        )
        for place, setting in enumerate(settings)
    ]
    return SETTINGS.with_columns(*columns).fill(rows)


def _loss_columns(part: str) -> tuple[Column, ...]:
    words = PART_WORDS[part]
    return (
        Column(f"{part}_loss", f"{words} loss", f"Final {words} loss over the seeds.", format="number", digits=4),
        Column(f"{part}_mean", meaning="Its mean with the 95% interval.", format="number", digits=4, is_hidden=True),
        Column(f"{part}_networks", meaning="Networks that it is the mean of.", format="count", is_hidden=True),
    )


def _loss_cells(losses: np.ndarray) -> tuple[Spread | None, Estimate | None, int]:
    known = losses[np.isfinite(losses)].tolist()
    if not known:
        return None, None, 0
    mean, deviation, ci95 = mean_and_deviation(known)
    return Spread(mean, deviation), Estimate(mean, *(ci95 or (np.nan, np.nan))), len(known)


def _summary(study: Study) -> Table:
    best = study.best
    region = stable_region(study) or (None, None)
    return SUMMARY.fill(
        [
            (
                None if best is None else name_setting(study.settings()[best.place]),
                None if best is None else best.mean,
                None if best is None else best.fresh_mean,
                study.held_out,
                ", ".join(study.variables),
                study.num_settings,
                study.num_seeds,
                study.num_networks,
                int((~np.isfinite(study.final_loss())).any(axis=1).sum()),
                *region,
            )
        ]
    )


def _comparison(study: Study) -> Table:
    best = study.best
    if best is None:
        return COMPARISON.fill([])
    settings = study.settings()
    return COMPARISON.fill(
        [
            (
                name_setting(settings[place]),
                _difference(pair),
                pair.num_above,
                pair.p_value,
                pair.is_real,
                place == best.next_place,
                place in best.likely,
            )
            for place, pair in best.differences.items()
        ]
    )


def _difference(pair: PairedDifference) -> Estimate:
    return Estimate(pair.mean, *(pair.ci95 or (np.nan, np.nan)))


def _verdicts(study: Study) -> Table:
    settings, verdicts = study.settings(), study.outcomes.tolist()
    rows = []
    for verdict, count in count_outcomes(verdicts).items():
        places = [place for place, each in enumerate(verdicts) if each == verdict]
        example = places[len(places) // 2]
        setting = name_setting(settings[example // study.num_seeds])
        evidence = study.judgements[example].evidence
        rows.append((verdict, count, RULES[verdict], evidence, setting, int(study.columns["seed"][example])))
    return VERDICT_TABLE.fill(rows)


def _extreme(study: Study, word: str, place: int) -> tuple[Any, ...]:
    verdict, count, network = typical_network(study, place)
    setting, seed = name_setting(study.settings()[place]), int(study.columns["seed"][network])
    return word, setting, verdict, count, study.num_seeds, seed, study.judgements[network].evidence


def _members(study: Study) -> Table:
    values = study.member_columns()
    columns = {"member": np.arange(study.num_networks), **values}
    return MEMBERS.with_columns(*(Column(name) for name in values)).fill_columns(columns)
