"""Write again all that is generated: `make regen`. tests/test_generated.py compares."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from nemochat import config
from nemochat.__main__ import HELP, HELP_COLUMNS
from nemochat.cli import completions, manual
from nemochat.cli.app import app
from nemochat.core import parameters
from nemochat.core.messages import Ending
from nemochat.errors import ExitCode
from nemochat.repl.commands import help as help_commands
from nemochat.wire import endpoints
from tests import floors, licences

ROOT = Path(__file__).parents[1]
LICENCES = ROOT / "docs" / "licences.md"
SCRIPTS = {"bash": "nemochat.bash", "zsh": "_nemochat", "fish": "nemochat.fish"}


def table(*rows: tuple[str, ...]) -> str:
    head, *rest = rows
    lines = [" | ".join(head), "|".join("---" for _ in head), *(" | ".join(row) for row in rest)]
    return "\n".join(f"| {line} |" if set(line) != set("-|") else f"|{line}|" for line in lines)


def parameter_table() -> str:
    rows = (
        (
            f"`{row.name}`",
            " ".join(f"`{flag}`" for flag in (*row.flags, row.flag)),
            str(row.takes),
            row.default,
            row.help,
        )
        for row in parameters.TABLE
    )
    return table(("parameter", "flags", "takes", "endpoint's default", "what it does"), *rows)


def endpoint_table() -> str:
    rows = (
        (
            f"`{row.name}`",
            f"`{row.base_url}`" if row.base_url else "this machine",
            f"`{row.model}`",
            f"`{row.token_variable}`" if row.token_variable else "none",
            ", ".join(f"`{n}`" for n in row.dialect.without if n in parameters.names()),
            row.about,
        )
        for row in endpoints.TABLE
    )
    return table(("endpoint", "address", "model", "token", "does not take", "what it is"), *rows)


def exit_code_table() -> str:
    rows = ((str(int(code)), code.meaning) for code in ExitCode)
    return table(("code", "meaning"), *rows)


def ending_table() -> str:
    rows = (
        (f"`{ending.label}`", str(int(ending.exit_code)), ending.words or "nothing: it is whole")
        for ending in Ending
    )
    return table(("ending", "exit code", "what is said of it"), *rows)


def setting_table() -> str:
    rows = (
        (
            f"`{row.name}`",
            f"`{row.variable}`",
            " ".join(f"`{flag}`" for flag in (*row.flags, row.flag, row.negation) if flag),
            str(row.default) if row.default != "" else "",
            row.help,
        )
        for row in config.TABLE
    )
    return table(("setting", "variable", "flags", "default", "what it is"), *rows)


def room_table() -> str:
    rows = ((f"`{name}`", floors.question(name)) for name in reversed(floors.knows()))
    return table(("room", "what it is"), *rows)


def demo() -> str:
    """What `make demo` shows through a pipe."""
    command = [sys.executable, "-m", "nemochat", "--endpoint", "guide", "--private"]
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [*command, "--script", str(ROOT / "docs" / "demo.txt")],
            env={"PATH": os.environ["PATH"], "HOME": home},
            capture_output=True,
            text=True,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    assert done.stderr == "", done.stderr
    return f"````markdown\n{done.stdout}````"


TABLES: dict[str, Callable[[], str]] = {
    "parameters": parameter_table,
    "endpoints": endpoint_table,
    "exit-codes": exit_code_table,
    "endings": ending_table,
    "settings": setting_table,
    "commands": help_commands.table,
    "demo": demo,
    "floors": floors.drawing,
    "rooms": room_table,
}


def licence_table() -> str:
    """Of this environment: tests/test_packaging.py tells how far it must be that of another."""
    return table(("library", "licence", "extra"), *licences.rows())


def filled(text: str, tables: dict[str, Callable[[], str]] = TABLES) -> str:
    """A page with its generated tables between their markers."""
    for name, made in tables.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if found := marked.search(text):
            text = f"{text[: found.start()]}{found[1]}{made()}\n{found[2]}{text[found.end() :]}"
    return text


def helped(*words: str) -> str:
    """What the program makes as help for a terminal of 80 columns, where it is not read ready."""
    done = subprocess.run(
        [sys.executable, "-m", "nemochat", *words],
        env={**os.environ, "COLUMNS": str(HELP_COLUMNS)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file with what it should hold."""
    for shell, name in SCRIPTS.items():
        yield ROOT / "completions" / name, completions.script(shell, app)
    yield ROOT / "completions" / "nemochat.1", manual.page(app)
    for words, name in HELP.items():
        if "--help" in words:
            yield ROOT / "src" / "nemochat" / "help" / name, helped(*words)
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        yield page, filled(page.read_text("utf-8"))


if __name__ == "__main__":
    for path, text in generated():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    LICENCES.write_text(filled(LICENCES.read_text("utf-8"), {"licences": licence_table}), "utf-8")
