"""Try the package with the lowest versions that it declares, and with the newest ones on the newest Python.

Each is installed into an environment that is removed again, and goes through `tools/smoke.py`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST, NEWER = (3, 11), range(20, 11, -1)
"""Python that the package needs, and the minor versions in which the newest is sought."""


def uv(*words: str) -> None:
    """Run uv, quietly and without a Python that it would download.

    Raises:
        SystemExit: If it fails.
    """
    command = [sys.executable, "-m", "uv", "--quiet", "--no-python-downloads", *words]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"uv {' '.join(words)} failed")


def newest_python() -> Path | None:
    """Find the newest Python of this machine above the oldest that the package needs, on the path or kept by pyenv."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in NEWER:
        launchers = [shutil.which(f"python3.{minor}"), *sorted(kept.glob(f"3.{minor}.*/bin/python"))]
        for launcher in filter(None, launchers):
            # A name alone may be a launcher of pyenv that has no Python of this version.
            if subprocess.run([launcher, "-c", ""], capture_output=True, check=False).returncode == 0:
                return Path(launcher)
    return None


def try_versions(name: str, python: str, folder: Path, resolution: str) -> None:
    """Resolve the declared dependencies, install them, and run the smoke test.

    Raises:
        SystemExit: If they cannot be installed, or the test fails.
    """
    print(f"{name}, on {python}", flush=True)
    environment, pins = folder / name, folder / f"{name}.txt"
    interpreter = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv("venv", "--python", python, str(environment))
    uv("pip", "compile", "--resolution", resolution, "--python", str(interpreter), "pyproject.toml", "-o", str(pins))
    uv("pip", "install", "--python", str(interpreter), "--requirement", str(pins))
    uv("pip", "install", "--python", str(interpreter), "--no-deps", ".")
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run([interpreter, ROOT / "tools" / "smoke.py"], cwd=folder, env=clean, check=False)
    if done.returncode:
        sys.exit(f"descentlab does not work with {name}; {pins.name}:\n{pins.read_text()}")


def main() -> None:
    """Try both ends of what the package declares."""
    with tempfile.TemporaryDirectory() as place:
        try_versions("lowest", f"{OLDEST[0]}.{OLDEST[1]}", Path(place), "lowest-direct")
        newest = newest_python()
        if newest is None:
            print("no Python newer than 3.11 is installed, so that only the lowest versions were tried", flush=True)
        else:
            try_versions("newest", str(newest), Path(place), "highest")


if __name__ == "__main__":
    main()
