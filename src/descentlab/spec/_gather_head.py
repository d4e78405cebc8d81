"""The head of an experiment, wherever it is written: by itself, on the last layer, or as older descriptions have it."""

from collections.abc import Mapping
from typing import Any, get_args

from descentlab.core import unknown_name
from descentlab.spec._base import Spec
from descentlab.spec._head import HeadName


def gather_head(values: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the head of an experiment to where it is declared.

    The `activation` of the last layer of `model` is the head's, since people write it there; "linear", every layer's
    default, says nothing. `loss.output` is where descriptions of before had it, and is taken for the head's activation.

    Args:
        values: The fields of an experiment, as plain values or descriptions.

    Returns:
        The same with the activation under `head` alone.

    Raises:
        ValueError: If two places name different heads, or the last layer names none.
    """
    gathered = dict(values)
    older = _take_output(gathered)
    written = _take_activation(gathered)
    head = _fields(gathered.get("head")) or {}
    if older is not None:
        head["activation"] = older
        if older == "tanh":
            # It was allowed for real targets, so that such a run is to be evaluated, and such a file trained.
            gathered.setdefault("check", "off")
    if written is not None:
        declared = head.get("activation", "auto")
        if written not in get_args(HeadName):
            raise ValueError(
                unknown_name("activation of the last layer of `model`, the head,", written, get_args(HeadName))
            )
        if declared not in ("auto", written):
            raise ValueError(
                f"head.activation='{declared}' and activation='{written}' of the last layer of `model` are two heads; "
                "leave one of them out"
            )
        head["activation"] = written
    return {**gathered, "head": head} if older is not None or written is not None else gathered


def _take_output(values: dict[str, Any]) -> str | None:
    loss = values.get("loss")
    if not isinstance(loss, Mapping) or "output" not in loss:
        return None
    values["loss"] = {name: value for name, value in loss.items() if name != "output"}
    return str(loss["output"]) if loss["output"] != "auto" else None


def _take_activation(values: dict[str, Any]) -> str | None:
    model = values.get("model")
    if not isinstance(model, list | tuple) or not model or (last := _fields(model[-1])) is None:
        return None
    written = last.get("activation", "linear")
    if last.get("kind", "dense") != "dense" or written == "linear" or not isinstance(written, str):
        return None
    values["model"] = [*model[:-1], {**last, "activation": "linear"}]
    return written


def _fields(part: Any) -> dict[str, Any] | None:
    if isinstance(part, Spec):
        return part.model_dump()
    return dict(part) if isinstance(part, Mapping) else None
