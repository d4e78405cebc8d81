"""What comes of a study, as plain values and as a long table of curves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from descentlab.core import TextTable
from descentlab.evaluation import count_verdicts, mean_and_deviation
from descentlab.studies import Study, name_setting, stable_region, stable_settings

MANY = 10_000
"""The object that `--json` prints lists networks up to so many; the table in the study's folder has them all."""
ROWS = 1_000_000


def outcome(study: Study, sentences: tuple[str, ...], seconds: dict[str, float]) -> dict[str, Any]:
    """Bring a study into the form of `metrics.json` and `--json`.

    Args:
        study: All its networks.
        sentences: What it shows, in words.
        seconds: Times by phase.

    Returns:
        Plain values.
    """
    best = study.best
    settings = study.settings()
    region = stable_region(study)
    return {
        "outcome": list(sentences),
        "judged_on": study.held_out,
        "best": None
        if best is None
        else {
            **settings[best.place],
            "loss": best.mean,
            "loss_on_fresh_seeds": best.fresh_mean,
            "other_choices": [settings[place] for place in best.likely if place != best.place],
            "next": None if best.next_place is None else _next(study, best.next_place),
        },
        "stable_region": None if region is None else list(region),
        "settings": _settings(study),
        "verdicts": count_verdicts(study.verdicts.tolist()),
        "members": _members(study) if study.num_networks <= MANY else [],
        "num_members": study.num_networks,
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
    }


def _next(study: Study, place: int) -> dict[str, Any]:
    best = study.best
    assert best is not None
    pair = best.differences[place]
    return {
        **study.settings()[place],
        "difference": pair.mean,
        "ci95": None if pair.ci95 is None else list(pair.ci95),
        "p_value": pair.p_value,
        "is_real": pair.is_real,
    }


def _settings(study: Study) -> list[dict[str, Any]]:
    is_stable = stable_settings(study)
    losses = {part: study.final_loss(part) for part in ("train", study.held_out)}
    verdicts = study.by_setting(study.verdicts)
    rows: list[dict[str, Any]] = []
    for place, setting in enumerate(study.settings()):
        row: dict[str, Any] = {"setting": name_setting(setting), **setting}
        for part, values in losses.items():
            own = values[place][np.isfinite(values[place])].tolist()
            mean, sd, ci95 = mean_and_deviation(own) if own else (None, None, None)
            row[part] = {"loss": {"mean": mean, "sd": sd, "ci95": ci95, "n": len(own)}}
        row["verdicts"] = count_verdicts(verdicts[place].tolist())
        row["is_stable"] = bool(is_stable[place])
        rows.append(row)
    return rows


def settings_table(metrics: Mapping[str, Any]) -> TextTable:
    """Lay a sweep's outcome out: one row a setting, with its losses over the seeds and what became of its networks.

    Args:
        metrics: As `outcome` gives them, or a study's folder keeps them.
    """
    part = metrics.get("judged_on") or "train"
    parts = dict.fromkeys(("train", part))
    rows = tuple(
        (
            row["setting"],
            *(_word_loss((row.get(name) or {}).get("loss", {})) for name in parts),
            ", ".join(f"{count} {name}" for name, count in row.get("verdicts", {}).items()),
        )
        for row in metrics.get("settings", ())
    )
    return TextTable(header=("setting", *(f"{name} loss" for name in parts), "verdicts"), rows=rows)


def _word_loss(loss: Mapping[str, Any]) -> str:
    mean, sd = loss.get("mean"), loss.get("sd")
    if mean is None:
        return "-"
    return f"{mean:.4g}" + ("" if sd is None else f" ± {sd:.2g}")


def _members(study: Study) -> list[dict[str, Any]]:
    columns = study.member_columns()
    return [
        {name: values[place].item() if isinstance(values[place], np.generic) else values[place]
         for name, values in columns.items()}
        for place in range(study.num_networks)
    ]  # fmt: skip


def save_history(study: Study, path: Path) -> None:
    """Write the curves as a long table, a row per network and epoch, some networks at a time.

    Args:
        study: All its networks.
        path: The Parquet file to write.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    num_points = len(study.epochs)
    together = max(1, ROWS // max(num_points, 1))
    fields = [("member", pa.int32()), ("seed", pa.int64()), ("epoch", pa.int32())]
    schema = pa.schema([*fields, *((name, pa.float32()) for name in study.curves)])
    seeds = study.columns["seed"].astype(np.int64)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for begin in range(0, study.num_networks, together):
            rows = slice(begin, begin + together)
            members = np.arange(begin, min(begin + together, study.num_networks), dtype=np.int32)
            columns = {
                "member": np.repeat(members, num_points),
                "seed": np.repeat(seeds[rows], num_points),
                "epoch": np.tile(study.epochs.astype(np.int32), len(members)),
                **{name: np.ascontiguousarray(values[rows]).ravel() for name, values in study.curves.items()},
            }
            arrays = [
                pa.Array.from_buffers(field.type, len(columns[field.name]), [None, pa.py_buffer(columns[field.name])])
                for field in schema
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
