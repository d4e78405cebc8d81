"""Where the studio's own JavaScript modules lie."""

from pathlib import Path

WEB = Path(__file__).parents[1] / "web"
