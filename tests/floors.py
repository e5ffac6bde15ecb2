"""Which rooms has the source, on which floors, and who imports whom? Read from the imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "nemochat"

# From the ground up. Rooms of one floor know all floors below and not each other.
FLOORS: tuple[set[str], ...] = (
    {"errors", "__init__"},
    {"core"},
    {"files", "writing", "directories", "setting"},
    {"wire", "store", "screen", "tools", "guide", "config", "tokens", "editing"},
    {"parts", "configfile"},
    {"saver"},
    {"turn"},
    {"chat", "connect", "profiles"},
    {"repl", "batch"},
    {"cli", "__main__"},
)
# What an own room of a floor may know of its neighbours, and why.
NEIGHBOURS = {
    ("__main__", "cli"),  # the program is the front of its command line
}
VERSION = "__init__"  # which holds the version and nothing else: no room to be drawn


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The name of every module that a file imports, at its top or within."""
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


def known(path: Path) -> set[str]:
    """The other rooms that a file knows."""
    names = (name.split(".") for name in imported(path))
    rooms = {
        parts[1] if len(parts) > 1 and parts[1] != "__version__" else VERSION
        for parts in names
        if parts[0] == "nemochat"
    }
    return rooms - {room(path)}


def knows() -> dict[str, set[str]]:
    """Every room with those that it knows, from the ground up."""
    found: dict[str, set[str]] = {}
    for path in sorted(modules(), key=lambda path: (floor(room(path)), "_" in str(path))):
        found.setdefault(room(path), set()).update(known(path) - {VERSION})
    found.pop(VERSION)
    return dict(sorted(found.items(), key=lambda item: (floor(item[0]), "_" in item[0], item[0])))


def drawing() -> str:
    """The rooms as a stair: a row a room, and a dot under each room that it imports."""
    rooms = knows()
    names = list(rooms)
    rows: list[str] = []
    above = ""
    for place, name in reversed(list(enumerate(names))):
        if above and floor(above) != floor(name):
            rows.append("───")
        dots = ("●" if each in rooms[name] else "·" for each in names[:place])
        rows.append(" ".join([*dots, "■", name]))
        above = name
    return "\n".join(["```text", *rows, "```"])


def question(name: str) -> str:
    """What a room says that it is: the first line of its docstring."""
    front = SOURCE / name / "__init__.py"
    path = front if front.exists() else SOURCE / f"{name}.py"
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]
