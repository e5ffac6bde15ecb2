"""Measure all that is measured here; print it, and write it down as docs/benchmarks.md.

    python bench/report.py [ROUNDS [PAGE]]

Without a PAGE nothing is written.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from measuring import HEADER, QUICK, RULE, rounds_asked_for
from peers import install, versions

HERE = Path(__file__).parent
OWN = ("nemochat", "httpx", "prompt_toolkit", "rich", "typer")
FIGURES = ("startup", "first_token", "arrival", "tokens", "prompt", "memory")
ABOUT = """\
Each figure is a median over {rounds} rounds, in which the programs take turns, so that a machine
whose speed drifts drifts for all of them: what counts is the ratio. CPU is that of the whole
process and its threads, read from its clock at the moment that the row names. The endpoint is a
server on this machine that streams prebuilt tokens of four characters. The floor is a script that
does no more than must be done: httpx, JSON and print (`bench/floors/`), or what the row names; the
tuned floor loads no proxies and collects no garbage. nemochat loads typer only where there is a
flag to be read. What a token costs is the difference of a long answer and a short one. llm
saves its answers as nemochat does, shell_gpt and the openai command line do not; only nemochat,
shell_gpt and aider show Markdown on a terminal, the others print its letters. Peers take part
in fewer rounds, and in shorter answers, where one run takes long. A dash stands for what was
not measured."""
NO_AIDER = """\
aider is left out: its environment takes 700 MB (`make bench AIDER=1` measures it too). Where a goal
names it, and vibe, their figures are those seen on another machine of this class: 4 and 2 ms of
CPU, 533 and 138 bytes a token."""


@dataclass(frozen=True, slots=True)
class Part:
    """A question of its own, answered by the tables of one script."""

    title: str
    about: str
    script: str
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """What makes its tables."""
        return " ".join(["python", f"bench/{self.script}.py", *self.arguments])


def parts(rounds: int) -> list[Part]:
    """The tables that follow the first one."""
    return [
        Part(
            "What does a frame cost on the screen?",
            """A frame for every token of four characters, the worst case, on a terminal of 80 by
24: `live` is rich's Live of Markdown, drawn anew for each frame; `ours` is the renderer and the
painter; `raw` is printing the text as it comes.""",
            "rendering",
            ("--tokens", "1000") if rounds <= QUICK else (),
        ),
    ]


def measured(script: str, *arguments: str) -> str:
    """What a script prints."""
    command = [sys.executable, str(HERE / f"{script}.py"), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.rstrip()


def machine() -> str:
    """The processor, how many there are, and how busy they were before."""
    name = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text("utf-8").splitlines()
        name = next((x.partition(": ")[2] for x in lines if x.startswith("model name")), name)
    load = f"a load of {os.getloadavg()[0]:.1f} before"
    return f"{os.cpu_count()} processors ({name}), {platform.system()} {platform.release()}, {load}"


def programs() -> str:
    """What was measured, with versions."""
    names = [f"Python {platform.python_version()}"]
    names += [f"{name} {version(name)}" for name in OWN]
    if curl := shutil.which("curl"):
        said = subprocess.run([curl, "--version"], capture_output=True, text=True, check=True)
        names.append(" ".join(said.stdout.split()[:2]))
    return ", ".join([*names, *versions()])


def reached(table: str) -> str:
    """How many goals are met."""
    met, missed = table.count("| yes |"), table.count("| **no** |")
    return f"Goals met: {met} of {met + missed}."


def main() -> None:
    rounds, written_to = rounds_asked_for(), sys.argv[2:]
    install([])
    page = [
        "# Benchmarks",
        "",
        f"`make bench` wrote this page. The machine: {machine()}. What ran: {programs()}.",
        "",
        "## How fast is nemochat beside its peers?",
        "",
        ABOUT.format(rounds=rounds),
        "",
        HEADER,
        RULE,
    ]
    print("\n".join(page), flush=True)  # what comes takes minutes
    for script in FIGURES:
        rows = measured(script, str(rounds)).removeprefix(f"{HEADER}\n{RULE}\n")
        print(rows, flush=True)
        page.append(rows)
    page += ["", reached("\n".join(page))]
    if not any(name.startswith("aider") for name in versions()):
        page += ["", NO_AIDER]
    for part in parts(rounds):
        table = measured(part.script, *part.arguments)
        text = ["", f"## {part.title}", "", part.about, "", table]
        print("\n".join(text), flush=True)
        page += text
    commands = [f"python bench/{script}.py {rounds}" for script in FIGURES]
    commands += [part.command for part in parts(rounds)]
    page += ["", "These commands made the tables, in their order:", "", "```text"]
    page += [*commands, "```", ""]
    print("\n".join(page[-len(commands) - 5 :]))
    print("\nWhere the time of a start goes is not written:", measured("imports"), sep="\n\n")
    for name in written_to:
        Path(name).write_text("\n".join(page), "utf-8")


if __name__ == "__main__":
    main()
