"""All measurements, printed and written as docs/benchmarks.md.

Each script runs in a process of its own. What it prints on stderr is why a peer is left out.

    python bench/report.py [ROUNDS [PAGE]]

Without PAGE nothing is written.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from peers import PEERS, install, read_version
from rounds import HEADER, parse_rounds

HERE = Path(__file__).parent
LIBRARIES = ("httpx", "prompt_toolkit", "rich", "typer")
COMPARISONS = ("start", "ask", "prompt", "tokens", "memory", "latency")
TITLE = """\
# Benchmarks

`make bench` measures nemochat against its goals, and writes this page.

- Machine: {machine}
- Python {python}
- Programs: {programs}
- Libraries: {libraries}

## How fast is nemochat?
"""
ABOUT = """
Each figure is the median of {rounds} rounds, with the minimum and the maximum in parentheses. In a
round the programs run one after the other, so that a change in the machine's speed affects all of
them; the ratio is that of two runs of the same round. Programs that take seconds run in fewer
rounds. CPU is user and system time of the whole process. The endpoint runs on the same machine and
streams tokens of four characters; a relay delays them where the table names a round trip.

The baseline is Python that prints an empty line (`--version`, `--help`), a bare prompt_toolkit
prompt (a chat), or the plain script: httpx, JSON and print (`bench/baselines/plain.py`). A dash
means that something does not exist or was not measured. llm and nemochat save their answers. On a
terminal, nemochat and shell_gpt draw Markdown; the others print it unchanged.
"""
CONNECTING = """
The plain script connects when all of its modules are loaded. The difference to it shows what
nemochat could gain by connecting ahead of time, while modules load: two round trips, 120 ms, at
most.
"""
SECTIONS = {
    "markdown": """
## Streamed Markdown

The worst case: every token is drawn in a frame of its own, on a terminal of 80 by 24. `rich.Live`
renders the whole answer for each frame.
""",
    "store": """
## Many messages

CPU time of operations on an open database (loading conversations, finding words in them), and of
whole commands.
""",
}


def measure(script: str, rounds: int, notes: list[str]) -> str:
    """Return the table of a script; add to the notes."""
    command = (sys.executable, str(HERE / f"{script}.py"), str(rounds))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stderr}bench/{script}.py failed.")
    notes += [f"- {line} (bench/{script}.py)" for line in done.stderr.splitlines()]
    return done.stdout


def describe_machine() -> str:
    """Return the processors, the system and the load."""
    name = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text("utf-8").splitlines()
        name = next((x.partition(": ")[2] for x in lines if x.startswith("model name")), name)
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} processors ({name}), {system}, load average {os.getloadavg()[0]:.1f}"


def describe_versions() -> dict[str, str]:
    """Return the versions of all that is measured, by their name in the page's title."""
    peers = [f"{name} {read_version(name)}" for name in PEERS if read_version(name)]
    return {
        "python": platform.python_version(),
        "programs": ", ".join([f"nemochat {version('nemochat')}", *peers]),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def main() -> None:
    rounds = parse_rounds()
    notes = [f"- {name}: {reason}" for name, reason in install().items()]
    parts: list[str] = []

    def add(text: str) -> None:
        print(text, end="", flush=True)  # the whole takes minutes
        parts.append(text)

    add(TITLE.format(machine=describe_machine(), **describe_versions()))
    add(ABOUT.format(rounds=rounds))
    add(f"\n{HEADER}\n")
    for script in COMPARISONS:
        add(measure(script, rounds, notes).removeprefix(f"{HEADER}\n"))
    add(CONNECTING)
    if notes:
        add("\nNot measured:\n\n" + "\n".join([*notes, ""]))
    for script, about in SECTIONS.items():
        add(f"{about}\n{measure(script, rounds, [])}")
    met, missed = (sum(part.count(word) for part in parts) for word in ("| yes |", "| **no** |"))
    add(f"\nGoals met: {met} of {met + missed}.\n")
    for page in sys.argv[2:]:
        Path(page).write_text("".join(parts), "utf-8")


if __name__ == "__main__":
    main()
