"""Where does the time of a start go? What each command loads, as `python -X importtime` tells.

For each command: the libraries that cost most, and the costliest modules of each. A library's time
is that of its own modules, without those of others that they load.

    python bench/imports.py
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from peers import PROMPT, QUESTION, measured
from processes import Program, Terminal
from serving import Server

RUNS = 3  # of which each module's least time counts
MOST_LIBRARIES, MOST_MODULES = 10, 8
LINE = re.compile(r"import time: +(\d+) \| +(\d+) \| +(\S+)")
STANDARD = "the standard library"
OUTSIDE = (
    *("httpx", "httpcore", "h11", "anyio", "idna", "certifi", "typer", "rich", "pygments"),
    *("prompt_toolkit", "wcwidth", "markdown_it", "mdurl", "platformdirs", "tomlkit", "keyring"),
    *("click", "shellingham", "sniffio", "typing_extensions", "annotated_doc"),
)

Times = dict[str, tuple[int, int]]


def loaded(program: Program, *, terminal: bool = False) -> Times:
    """Microseconds that each module took, alone and with what it loads, to the end or a prompt."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "imports"
        # A shell sends the profile into a file: on a terminal it would stand on the screen.
        words = ("sh", "-c", f'exec "$@" 2>{path}', "sh", *program.command)
        profiled = Program(words, program.environment | {"PYTHONPROFILEIMPORTTIME": "1"})
        if terminal:
            with Terminal(profiled) as shown:
                shown.wait_for(PROMPT)
                shown.quiet(0.5)
        else:
            subprocess.run(
                profiled.command,
                env=profiled.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        told = path.read_text("utf-8", "replace")
    return {name: (int(alone), int(in_all)) for alone, in_all, name in LINE.findall(told)}


def least(program: Program, *, terminal: bool = False) -> Times:
    """The same, the least of some runs: a busy machine only ever adds."""
    runs = [loaded(program, terminal=terminal) for _ in range(RUNS)]
    names = {name: None for each in runs for name in each}  # in the order they were loaded
    found = {name: [each[name] for each in runs if name in each] for name in names}
    return {name: (min(a for a, _ in ts), min(b for _, b in ts)) for name, ts in found.items()}


def library(module: str) -> str:
    """Whose module it is."""
    first = module.partition(".")[0]
    return first if first in OUTSIDE or first == "nemochat" else STANDARD


def table(title: str, program: Program, *, terminal: bool = False) -> list[str]:
    """The table of one command."""
    modules = least(program, terminal=terminal)
    libraries: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    for module, (alone, _) in modules.items():
        libraries[library(module)] += alone
        numbers[library(module)] += 1
    lines = [
        f"{title}: {len(modules)} modules, {libraries.total() / 1000:.0f} ms",
        "",
        "| library | modules | ms | its costliest modules, each with all that it loads |",
        "|---|--:|--:|---|",
    ]
    for name, spent in libraries.most_common(MOST_LIBRARIES):
        own = Counter({m: in_all for m, (_, in_all) in modules.items() if library(m) == name})
        worst = ", ".join(f"{m} {cost / 1000:.1f}" for m, cost in own.most_common(MOST_MODULES))
        lines.append(f"| {name} | {numbers[name]} | {spent / 1000:.1f} | {worst} |")
    return lines


def main() -> None:
    with Server() as server, measured(server.base_url) as programs:
        ours = programs.ours
        tables = (
            table("`nemochat --help`", ours("--help")),
            table("`nemochat ask` into a pipe", ours("ask", QUESTION)),
            table("`nemochat chats list`", ours("chats", "list")),
            table("`nemochat`, to its prompt", ours, terminal=True),
        )
    print("\n\n".join("\n".join(lines) for lines in tables))


if __name__ == "__main__":
    main()
