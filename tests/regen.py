"""Write again all that is generated: `make regen`. tests/test_generated.py compares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from nemochat.cli.app import root_command
from nemochat.cli.completions import manual, scripts
from nemochat.config import endpoints
from nemochat.config.endpoints import EndpointConfig
from nemochat.config.settings import SETTINGS
from nemochat.core import parameters
from nemochat.core.messages import Ending
from nemochat.errors import ExitCode
from nemochat.repl.commands import interface
from tests import licences
from tests.api.fault_server.table import CASES

ROOT = Path(__file__).parents[1]
LICENCES = ROOT / "docs" / "licences.md"
BENCHMARKS = ROOT / "docs" / "benchmarks.md"
FIGURES = {
    "`ask`, start to first token: ms": "from Enter to the first word, local server: ms",
    "`ask` over TLS, round trip 60 ms, start to first token: ms": "the same, server 60 ms away: ms",
    "a chat, start to prompt: CPU ms": "start of a chat: CPU ms",
    "`ask`, memory after 50,000 tokens: MB": "memory after an answer of 50,000 tokens: MB",
}  # the README's names for rows of the benchmarks page
SCRIPTS = {"bash": "nemochat.bash", "zsh": "_nemochat", "fish": "nemochat.fish"}


def table(*rows: tuple[str, ...]) -> str:
    head, *rest = rows
    lines = [" | ".join(head), "|".join("---" for _ in head), *(" | ".join(row) for row in rest)]
    return "\n".join(f"| {line} |" if set(line) != set("-|") else f"|{line}|" for line in lines)


def also(flags: Iterable[str]) -> list[str]:
    """Flags beside the one that bears the name."""
    listed = ", ".join(f"`{flag}`" for flag in flags)
    return [f"also {listed}"] if listed else []


def with_remarks(text: str, remarks: list[str]) -> str:
    return f"{text} ({'; '.join(remarks)})" if remarks else text


def parameter_table() -> str:
    rows = (
        (
            f"`{row.name}`",
            f"{row.takes}; default {row.default}",
            with_remarks(row.help, also(row.flags)),
        )
        for row in parameters.TABLE
    )
    return table(("parameter", "takes, and the endpoint's default", "what it does"), *rows)


def endpoint_list() -> str:
    """A list, for addresses and models are too long for columns of a narrow terminal."""
    return "\n".join(f"- `{row.name}`: {'; '.join(endpoint_facts(row))}" for row in endpoints.TABLE)


def endpoint_facts(row: EndpointConfig) -> Iterator[str]:
    yield row.about
    if row.base_url:
        yield f"address `{row.base_url}`"
    yield f"model `{row.model}`"
    yield f"token in `{row.token_variable}`" if row.token_variable else "no token"
    if left_out := [f"`{name}`" for name in row.dialect.without if name in parameters.names()]:
        yield f"does not take {', '.join(left_out)}"


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
            with_remarks(
                row.help,
                [
                    *([str(row.takes)] if row.takes else []),
                    *also((*row.flags, *filter(None, [row.negation]))),
                ],
            ),
            str(row.default),
        )
        for row in SETTINGS
    )
    return table(("setting", "what it is", "default"), *rows)


def figure_table() -> str:
    """Return the medians of some benchmarks, with all peers that were measured in any of them."""
    lines = BENCHMARKS.read_text("utf-8").splitlines()
    head, *rows = [[*map(str.strip, line.strip("|").split("|"))] for line in lines if "|" in line]
    columns = [head.index("nemochat"), *range(head.index("met") + 1, len(head))]
    found = {row[0]: row for row in rows}
    chosen = [(title, found[name]) for name, title in FIGURES.items()]
    columns = [column for column in columns if any(row[column] != "-" for _, row in chosen)]
    named = ("", *(head[column] for column in columns))
    medians = (
        (title, *(row[column].partition(" (")[0] for column in columns)) for title, row in chosen
    )
    shown = table(named, *medians)
    return (
        f"{shown}\n\n`make bench` measures these figures, and `make faults` tests how nemochat"
        f" handles {len(CASES)} faults of an endpoint."
    )


TABLES: dict[str, Callable[[], str]] = {
    "parameters": parameter_table,
    "endpoints": endpoint_list,
    "exit-codes": exit_code_table,
    "endings": ending_table,
    "settings": setting_table,
    "commands": interface.command_table,
    "figures": figure_table,
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


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file with what it should hold."""
    for shell, name in SCRIPTS.items():
        yield ROOT / "completions" / name, scripts.build_script(shell, root_command())
    yield ROOT / "completions" / "nemochat.1", manual.build_page(root_command())
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        yield page, filled(page.read_text("utf-8"))


if __name__ == "__main__":
    for path, text in generated():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    LICENCES.write_text(filled(LICENCES.read_text("utf-8"), {"licences": licence_table}), "utf-8")
