"""The floors of the house: imports point down, and each outside library has its door."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.floors import NEIGHBOURS, SOURCE, floor, imported, known, modules, room

DOORS = {
    "httpx": {"wire/proxied.py"},
    "h11": {"wire/transport.py"},
    "certifi": {"wire/attempt.py"},
    "idna": {"wire/hosts.py"},
    "sqlite3": {"store/database.py", "store/opening.py"},
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
    "prompt_toolkit": {"repl/provenance.py", "repl/signals.py"},
    "sqlite3": {
        f"store/{name}.py"
        for name in ("catalogue", "formats/llm", "health", "rows", "schema", "search")
    },
}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    here = room(path)
    for there in known(path):
        if (here, there) not in NEIGHBOURS:
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
    assert len(text.splitlines()) <= 400, "a file of more than 400 lines has two subjects"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 50, f"{node.name} has {length} lines"


def test_no_room_is_called_by_what_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "manager", "handler", "base", "common", "misc"}
    assert nothing.isdisjoint(part for path in modules() for part in path.with_suffix("").parts)
