"""The floors of the house: imports point down, and each outside library has its door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "nemochat"

# From the ground up. Rooms of one floor know all floors below and not each other.
FLOORS: tuple[set[str], ...] = (
    {"errors", "__init__"},
    {"core"},
    {"files", "writing", "directories", "setting"},
    {"wire", "store", "screen", "tools", "guide", "config", "tokens", "editing"},
    {"parts", "configfile"},
    {"turn"},
    {"chat", "connect", "profiles"},
    {"repl", "batch"},
    {"cli", "__main__"},
)
# What an own room of a floor may know of its neighbours, and why.
NEIGHBOURS = {
    ("__main__", "cli"),  # the program is the front of its command line
    ("cli", "__init__"),
    ("editing", "files"),  # what an editor leaves is read as any file is
}
DOORS = {
    "httpx": {"wire/proxied.py"},
    "httpcore": {"wire/transport.py"},
    "certifi": {"wire/trust.py"},
    "sqlite3": {"store/database.py"},
    "rich": {"screen/colours.py"},
    "prompt_toolkit": {
        f"repl/{name}.py"
        for name in ("appearance", "arriving", "completion", "editor", "history", "keys")
    },
    "platformdirs": {"directories.py"},
    "pygments": {"store/formats/html.py"},  # and screen/markdown/highlight.py, by import_module
    "markdown_it": {"store/formats/html.py"},
    "keyring": {"tokens.py"},
    "tomlkit": {"configfile.py"},
    "jsonschema": {"cli/structured.py"},
    "typer": {
        "cli/app.py",
        "cli/asking.py",
        "cli/asks.py",
        "cli/root.py",
        "cli/config.py",
        "cli/doctor.py",
        "cli/keys.py",
        "cli/models.py",
        "cli/chats.py",
        "cli/options.py",
        "cli/profiles.py",
        "cli/program.py",
        "cli/completions.py",
        "cli/manual.py",
        "cli/tree.py",
    },
}
FOR_TYPES = {
    "sqlite3": {
        f"store/{name}.py"
        for name in ("catalogue", "formats/llm", "health", "rows", "schema", "search")
    },
}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out"
            assert node.module
            yield node.module
            if node.module == "nemochat":
                yield from (f"nemochat.{alias.name}" for alias in node.names)


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    found = [number for number, rooms in enumerate(FLOORS) if name in rooms]
    assert found, f"{name} stands on no floor"
    return found[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    here = room(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] != "nemochat":
            continue
        there = parts[1] if len(parts) > 1 and parts[1] != "__version__" else "__init__"
        if there != here and (here, there) not in NEIGHBOURS:
            assert floor(there) < floor(here), f"{here} may not know {there}"


@pytest.mark.parametrize("library", DOORS)
def test_an_outside_library_enters_through_its_door(library: str) -> None:
    users = {
        str(path.relative_to(SOURCE))
        for path in modules()
        if any(name.split(".")[0] == library for name in imported(path))
    }
    assert users - FOR_TYPES.get(library, set()) == DOORS[library]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_says_what_it_is_and_stays_readable(path: Path) -> None:
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), "its first line states its question"
    assert len(text.splitlines()) <= 250, "past 250 lines a file asks two questions"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 50, f"{node.name} has {length} lines"


def test_no_room_is_called_by_what_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "manager", "handler", "base", "common", "misc"}
    assert nothing.isdisjoint(part for path in modules() for part in path.with_suffix("").parts)
