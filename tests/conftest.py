"""What every test shares: JAX's strict modes, a cache of the tests' own, and the real data."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Set before JAX is imported, and handed down to the processes that tests start.
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ["JAX_NUMPY_RANK_PROMOTION"] = "raise"
os.environ["JAX_DEBUG_KEY_REUSE"] = "true"
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).parents[1] / ".pytest_cache" / "user")

# The same examples every time, and no clock: the first call of a compiled function takes as long as it takes.
settings.register_profile("gradlab", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gradlab")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data that `$GRADLAB_DATA` names."""
    folder = os.environ.get("GRADLAB_DATA")
    if not folder:
        pytest.skip("set GRADLAB_DATA to the folder of real data")
    if not Path(folder).is_dir():
        pytest.skip(f"GRADLAB_DATA={folder} is not a folder")
    return Path(folder)
