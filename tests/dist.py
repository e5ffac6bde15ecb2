"""The wheel in dist/, installed with pipx and with uv and used: `make dist-test`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nemochat
from tests.installing import TOOLS, Home, install, judged, uninstall
from tests.regen import ROOT

QUESTION = "How do I save a chat?"


def main() -> int:
    """Play both; 0 if all is well."""
    (wheel,) = (ROOT / "dist").glob("*.whl")
    failed = 0
    for tool in TOOLS:
        print(f"\n== {wheel.name} with {tool} ==\n")
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder) / "home")
            install(home, tool, str(wheel))
            home.expect(home.run("nemochat --version"), nemochat.__version__, "the version")
            told = home.run(f'nemochat ask --endpoint guide "{QUESTION}"')
            home.expect(told, "/save", "an answer")
            home.expect(home.run("nemochat manual | head -1"), ".TH", "the manual page")
            uninstall(home, tool)
            failed += judged(home)
    return failed


if __name__ == "__main__":
    sys.exit(main())
