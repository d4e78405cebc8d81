"""The folder of the studio's JavaScript modules."""

from pathlib import Path

WEB = Path(__file__).parents[1] / "web"
