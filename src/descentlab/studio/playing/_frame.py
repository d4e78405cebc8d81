"""The frame that a page draws, as one message: a header in JSON, weights as float32, and pictures as bytes."""

import json
import math
import struct
import time
from typing import Any

import numpy as np
from jaxtyping import Int

from descentlab.evaluation import InputPlane
from descentlab.live import GRID, SHOWN, Maps, Racer, Session, drawn_layers

CURVES_S = 0.2
"""Shortest time between two frames with curves and verdicts, in seconds: nobody reads them faster."""


class FrameMaker:
    """Makes the frames of one page, without the parts that the page already has."""

    def __init__(self) -> None:
        self._generation = -1
        self._data_generation = -1
        self._curves_sent_at = -math.inf

    def make(self, session: Session, *, is_running: bool, problem: str) -> bytes:
        """Make a frame of a session's current state.

        Args:
            session: The session to show.
            is_running: Whether it trains on.
            problem: Last problem, as a sentence for a person; empty if there was none.

        Returns:
            Length of the header (four bytes, least first), header, padding to a multiple of four, then weights of the
            network in focus, then the pictures of its neurons, then every network's answer, and the predicted classes.
        """
        header: dict[str, Any] = {
            "epoch": session.epoch,
            "step": max(racer.network.step for racer in session.racers),
            "running": is_running,
            "prepared": session.is_prepared,
            "problem": problem,
            "focus": session.focus,
            "moments": session.moments,
            "shown": session.shown,
        }
        now = time.perf_counter()
        is_new = session.generation != self._generation
        if is_new:
            self._generation = session.generation
            header["network"] = _describe_network(session)
        if is_new or session.data_generation != self._data_generation:
            self._data_generation = session.data_generation
            header["data"] = _describe_data(session)
        header["readings"] = [_reading(racer) for racer in session.racers]
        if is_new or not is_running or now - self._curves_sent_at > CURVES_S:
            self._curves_sent_at = now
            header["curves"] = [_curves(racer) for racer in session.racers]
            header["verdicts"] = [_verdict(racer) for racer in session.racers]
        parts, sizes = _pictures(session)
        header |= sizes
        text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
        text += b" " * (-(len(text) + 4) % 4)
        return b"".join([struct.pack("<I", len(text)), text, _weights(session), *parts])


def _describe_network(session: Session) -> dict[str, Any]:
    network = session.racers[session.focus].network.plan.network
    return {
        "inputs": list(session.dataset.feature_names),
        "layers": [
            {"name": layer.name, "units": layer.num_channels, "activation": layer.activation}
            for layer in drawn_layers(network)
        ],
        "classes": list(session.dataset.classes),
        "labels": [racer.label for racer in session.racers],
        "differs": session.race.name if session.race else "",
        "generation": session.generation,
    }


def _describe_data(session: Session) -> dict[str, Any]:
    dataset, plane = session.dataset, session.plane
    described: dict[str, Any] = {
        "task": dataset.task,
        "classes": list(dataset.classes),
        "sizes": {part: len(dataset.part(part)) for part in ("train", "validation", "test")},
        "notes": list(dataset.notes),
    }
    if plane is None:
        return described
    rows = {part: dataset.part(part)[:SHOWN] for part in ("train", "validation", "test")}
    return described | {
        "names": plane.names,
        "low": plane.ticks[:, 0].tolist(),
        "high": plane.ticks[:, -1].tolist(),
        "note": plane.note,
        "points": {part: _points(session, plane, chosen) for part, chosen in rows.items()},
    }


def _points(session: Session, plane: InputPlane, rows: Int[np.ndarray, " rows"]) -> list[list[float]]:
    """Return position and target of each example."""
    targets = session.dataset.targets[rows].astype(np.float64)
    return np.round(np.column_stack([plane.places[rows], targets]), 4).tolist()


def _reading(racer: Racer) -> dict[str, float | None]:
    return {name: _real(value) for name, value in racer.scores().values.items()}


def _curves(racer: Racer) -> dict[str, list[list[float | None]]]:
    return {
        name.removesuffix("_loss"): [[epoch, _real(value)] for epoch, value in racer.curve(name)]
        for name in racer.at_start
        if name.endswith("_loss")
    }


def _verdict(racer: Racer) -> dict[str, Any]:
    judgement = racer.judgement()
    return {"verdict": judgement.outcome, "evidence": judgement.evidence, "fit": judgement.fit}


def _real(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _weights(session: Session) -> bytes:
    params = session.params_of(session.focus)
    network = session.racers[session.focus].network.plan.network
    arrays = [
        np.asarray(params[layer.name][role], np.float32).ravel()
        for layer in drawn_layers(network)
        for role in ("weight", "bias")
        if role in params[layer.name]
    ]
    return np.concatenate(arrays).astype("<f4").tobytes()


def _pictures(session: Session) -> tuple[list[bytes], dict[str, Any]]:
    if session.plane is None:
        return [], {"grid": 0}
    drawn = [session.maps_of(place, is_full=place == session.focus) for place in range(len(session.racers))]
    maps = [each for each in drawn if isinstance(each, Maps)]
    focus = maps[session.focus]
    winners = [each.winners.tobytes() for each in maps if each.winners is not None]
    parts = [focus.neurons.tobytes(), *(each.answer.tobytes() for each in maps), *winners]
    return parts, {"grid": GRID, "neurons": len(focus.neurons), "answers": len(maps), "winners": len(winners)}
