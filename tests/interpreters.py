"""The tests with every Python that pyproject.toml names and this machine has: `make test-all`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = "Programming Language :: Python :: 3."
VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def versions() -> list[str]:
    """The Pythons that the package says it runs on, as `3.11`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [f"3.{line.removeprefix(NAMED)}" for line in project["classifiers"] if NAMED in line]


def candidates(version: str) -> Iterator[str]:
    """Where one may be: on the PATH, with uv, with pyenv."""
    if found := shutil.which(f"python{version}"):
        yield found
    if uv := shutil.which("uv"):
        asked = [uv, "python", "find", "--no-python-downloads", version]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        yield done.stdout.strip()
    homes = (Path.home() / ".pyenv" / "versions").glob(f"{version}.*")
    yield from (str(home / "bin" / "python") for home in sorted(homes, reverse=True))


def runs(path: str, version: str) -> bool:
    """Whether it starts and is what it is called: a shim of pyenv may be neither."""
    try:
        done = subprocess.run([path, "-c", VERSION], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.stdout.strip() == version


def main(make: str) -> str | int:
    """Test with each, one after another, and tell of all; what went wrong as words, or 0."""
    wanted = versions()
    found = {
        version: next((path for path in candidates(version) if path and runs(path, version)), None)
        for version in wanted
    }
    told = dict.fromkeys(wanted, "not on this machine")
    for version, path in found.items():
        if path:
            print(f"Python {version}: {path}", flush=True)
            command = [make, "pytest", f"PYTHON={path}", f"VENV=.venv-{version}"]
            passed = subprocess.run(command, cwd=ROOT, check=False).returncode == 0
            told[version] = "passed" if passed else "FAILED"
    print("\n".join(f"Python {version}: {how}" for version, how in told.items()))
    if not any(found.values()):
        return "No Python of these was found on the PATH, with uv or with pyenv."
    return "Not all tests passed." if "FAILED" in told.values() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
