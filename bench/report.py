"""Measure all that is measured here, and write it down as docs/benchmarks.md."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
PARTS = (
    (
        "How long does nemochat take to start?",
        """Whole processes, in turn with bare Python and with a script of httpx alone that asks the
same question. What counts is the ratio: the machine's speed drifts.""",
        "startup.py",
    ),
    (
        "What does a token cost on the screen?",
        """A frame for every token of four characters, the worst case, on a terminal of 80 by 24:
`live` is rich's Live of Markdown, drawn anew for each frame; `ours` is the renderer and the
painter; `raw` is printing the text as it comes.""",
        "rendering.py",
    ),
)


def main() -> None:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("httpx", "rich", "typer"))
    python = platform.python_version()
    system = f"{platform.system()} {platform.machine()}"
    page = [
        "# Benchmarks",
        "",
        f"`make bench` wrote this page, with Python {python} on {system}, {libraries}.",
    ]
    for title, about, script in PARTS:
        print(title, flush=True)
        measured = subprocess.run(
            [sys.executable, str(HERE / script)], stdout=subprocess.PIPE, text=True, check=True
        )
        print(measured.stdout, flush=True)
        page += ["", f"## {title}", "", about, "", measured.stdout.rstrip()]
    PAGE.write_text("\n".join([*page, ""]), "utf-8")


if __name__ == "__main__":
    main()
