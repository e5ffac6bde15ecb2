"""Every text of the source that a user may see, one a line: `python -m tests.ui_strings`.

A text is a string with a blank in it that is not a docstring, an SQL statement or a pattern; the
docstrings of commands are their help, so they count. A value within a text is shown as {…}.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from tests.source import SOURCE, modules

SQL = (
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "CREATE ",
    "PRAGMA ",
    "BEGIN",
    "WITH ",
    "ATTACH ",
)


class Text(NamedTuple):
    """A text and where it is."""

    place: str
    text: str


def texts() -> Iterator[Text]:
    """Yield the texts of all modules."""
    for path in modules():
        name = str(path.relative_to(SOURCE))
        yield from (Text(f"{name}:{line}", text) for line, text in _of(path.read_text("utf-8")))


def _of(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    hidden = _hidden(tree)
    for node in ast.walk(tree):
        if id(node) in hidden or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        text = _shown(node)
        if " " in text.strip() and any(map(str.isalpha, text)) and not text.startswith(SQL):
            yield node.lineno, " ".join(text.split())


def _hidden(tree: ast.Module) -> set[int]:
    """Return the nodes that are no texts: docstrings, patterns, and parts of other texts."""
    hidden: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            is_command = isinstance(node, ast.FunctionDef) and any(
                "command" in ast.unparse(each) for each in node.decorator_list
            )
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and not is_command:
                hidden.add(id(first.value))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            hidden.update(id(each) for each in ast.walk(node))
        elif isinstance(node, ast.JoinedStr):
            hidden.update(id(each) for each in node.values)
    return hidden


def _shown(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = (part.value if isinstance(part, ast.Constant) else "{…}" for part in node.values)
    return "".join(map(str, parts))


if __name__ == "__main__":
    for each in texts():
        print(f"{each.place}\t{each.text}")
