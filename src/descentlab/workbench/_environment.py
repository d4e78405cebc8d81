"""Versions, machine and devices, as `env` shows them."""

from typing import Any

from descentlab.runs import describe_environment as describe_machine
from descentlab.training import device_names


def describe_environment() -> dict[str, Any]:
    """Describe the versions, the machine and the devices that a training here would use."""
    facts = describe_machine(devices=device_names())
    return {name: value for name, value in facts.items() if name not in ("seeds", "data_checksum", "created")}
