"""What every test shares: JAX's strict modes, a cache of the tests' own, and the real data."""

import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pandas as pd

    import descentlab as dl

# Set before JAX is imported, and handed down to the processes that tests start.
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ["JAX_NUMPY_RANK_PROMOTION"] = "raise"
os.environ["JAX_DEBUG_KEY_REUSE"] = "true"
# Most of a test's time is XLA's, which compiles these programs in a third of it where it optimises less. What depends
# on how it optimises is marked `shipped`: `make test-slow` sets no flags, and tests that in programs as users get them.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_use_fusion_emitters=false --xla_backend_optimization_level=0")
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).parents[1] / ".pytest_cache" / "user")

# What a shell runs in the background ignores Ctrl-C, and hands that down; the tests' own processes are to hear it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples every time, and no clock: the first call of a compiled function takes as long as it takes.
settings.register_profile("descentlab", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("descentlab")

AS_SHIPPED = {"networks", "objectives", "optimizers", "training"}
"""Folders of what every number rests on: all of their tests are marked `shipped`."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync")


# Nothing that collecting makes is ever garbage: modules, checked functions and tests, a million objects through which
# Python's collector would go again and again.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in AS_SHIPPED and item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("shipped")


@pytest.fixture(scope="session", autouse=True)
def engine() -> Iterator[None]:
    """JAX as the program prepares it, whichever test is the first to use it: as many devices, and programs kept."""
    from threadpoolctl import threadpool_limits

    if "jax" in sys.modules:
        from descentlab.training import prepare_engine

        prepare_engine()
    # There is a process of tests on each core: more threads of BLAS and OpenMP would only wait for each other, busily.
    with threadpool_limits(1):
        yield


@pytest.fixture
def compiled() -> Iterator[list[str]]:
    """Names of what XLA compiles while the test runs."""
    import jax

    names: list[str] = []

    def note(event: str, duration_secs: float, **kwargs: str | int) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            names.append(str(kwargs.get("fun_name", event)))

    jax.monitoring.register_event_duration_secs_listener(note)
    jax.jit(lambda: 0).lower().compile()
    assert names.pop()  # what compiles is heard
    yield names
    jax.monitoring.unregister_event_duration_listener(note)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data that `$DESCENTLAB_DATA` names."""
    folder = os.environ.get("DESCENTLAB_DATA")
    if not folder:
        pytest.skip("set DESCENTLAB_DATA to the folder of real data")
    if not Path(folder).is_dir():
        pytest.skip(f"DESCENTLAB_DATA={folder} is not a folder")
    return Path(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the tests of a module: its driver holds an event loop, in whose way no other module comes."""
    playwright = pytest.importorskip("playwright.sync_api", reason="install playwright to test in a browser")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on the path")
    with playwright.sync_playwright() as driver:
        # Inside a container Chromium's own sandbox cannot be set up, and the pages are ours.
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *QUIET])
        yield chromium
        chromium.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def flowers() -> "pd.DataFrame":
    """A table that a small network learns: two numbers and a word that tell one of two kinds."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    kinds = np.arange(60) % 2
    return pd.DataFrame(
        {
            "width": rng.normal(kinds * 3.0, 0.7),
            "length": rng.normal(5.0, 1.0, 60),
            "place": rng.choice(["wood", "meadow", "shore"], 60),
            "kind": np.array(["aster", "rose"])[kinds],
        }
    )


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, flowers: "pd.DataFrame") -> "dl.Run":
    """A finished run on a DataFrame; not to be changed."""
    import descentlab as dl

    out = tmp_path_factory.mktemp("runs") / "flowers"
    return dl.train(flowers, "kind", epochs=40, hidden=[4], learning_rate=0.03, out=out)
