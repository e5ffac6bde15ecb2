"""Source of the package: its modules, what each imports, and the layers they belong to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "nemochat"

# From the top down. Packages of one layer never import each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("repl",),
    ("chat", "web"),
    ("api", "store", "screen", "guide"),
    ("config",),
    ("editor",),
    ("files", "atomic", "lexers", "signals", "sockets", "core_files"),
    ("core",),
    ("errors", "__init__"),
)


def modules() -> list[Path]:
    """Return all modules of the package."""
    return sorted(SOURCE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Yield the name of every module that a file imports, at its top or inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module
            yield node.module
            if node.module == "nemochat":
                yield from (f"nemochat.{alias.name}" for alias in node.names)


def package(path: Path) -> str:
    """Return the package, or the top-level module, that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def layer(name: str) -> int:
    """Return the layer of a package, 0 being the top one."""
    return next(number for number, names in enumerate(LAYERS) if name in names)


def packages_imported(path: Path) -> set[str]:
    """Return the other packages of ours that a file imports."""
    names = (name.split(".") for name in imports(path))
    packages = {
        parts[1] if len(parts) > 1 and parts[1] != "__version__" else "__init__"
        for parts in names
        if parts[0] == "nemochat"
    }
    return packages - {package(path)}
