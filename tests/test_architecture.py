"""Structure of the source: layers, sizes, names, and the walks that docs/architecture.md tells."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.regen import ROOT
from tests.source import SOURCE, layer, modules, package, packages_imported

MAX_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_THREADS = 5  # modules that start one
MAX_MODULES = 12  # of a package without subpackages or a README
VAGUE = {"utils", "util", "helpers", "helper", "manager", "handler", "base", "common", "misc"}
PAGE = ROOT / "docs" / "architecture.md"
WORD = re.compile(r"^\| ([a-z ]+) \| .+ \| (`[^|]+`) \|$", re.MULTILINE)
STEP = re.compile(r"`([a-z_/]+):([A-Za-z_.]+)`")

each_module = pytest.mark.parametrize(
    "path", modules(), ids=lambda path: str(path.relative_to(SOURCE))
)


@each_module
def test_imports_point_down(path: Path) -> None:
    here = package(path)
    for there in packages_imported(path):
        assert layer(there) > layer(here), f"{here} may not import {there}"


@each_module
def test_a_module_has_a_bounded_size(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= MAX_FUNCTION_LINES, f"{node.name} has {length} lines"


@each_module
def test_a_module_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring
    first = docstring.partition("\n\n")[0].rstrip()
    assert first.endswith("."), "a module's docstring is a noun phrase, not a question"
    assert VAGUE.isdisjoint(path.relative_to(SOURCE).with_suffix("").parts)


def calls(path: Path) -> set[str]:
    """Return the functions that a module calls, as they are written."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}


def test_only_the_signal_modes_handle_signals() -> None:
    installing = {"signal.signal", "signal.setitimer", "signal.alarm", "signal.pthread_kill"}
    here = {path.relative_to(SOURCE).as_posix() for path in modules() if calls(path) & installing}
    assert here == {"__main__.py", "signals.py"}  # the former until the latter is loaded


def test_few_places_start_threads_and_the_architecture_page_lists_them() -> None:
    section = PAGE.read_text("utf-8").partition("\n## Threads\n")[2].partition("\n## ")[0]
    listed = set(re.findall(r"`([a-z_/]+\.py)`", section))
    starting = {"Thread", "Timer", "threading.Thread", "threading.Timer", "ThreadPoolExecutor"}
    here = {path.relative_to(SOURCE).as_posix() for path in modules() if calls(path) & starting}
    assert here == listed
    assert len(here) <= MAX_THREADS


def test_a_large_package_has_subpackages_or_a_readme() -> None:
    for folder in {path.parent for path in modules()} - {SOURCE}:
        parts = list(folder.glob("*.py"))
        divided = any(path.parent != folder for path in folder.rglob("*.py"))
        readme = (folder / "README.md").exists()
        assert len(parts) - 1 <= MAX_MODULES or divided or readme, folder.name


def test_the_architecture_page_walks_through_what_there_is() -> None:
    steps = STEP.findall(PAGE.read_text("utf-8"))
    assert len(steps) > 20
    for module, name in steps:
        path = SOURCE / f"{module}.py"
        assert path.exists(), module
        assert name in names_defined(path), f"{module}: {name}"


def test_the_glossary_is_in_order_and_names_modules_that_exist() -> None:
    rows = WORD.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Glossary")[2])
    words = [word for word, _ in rows]
    assert len(words) >= 40
    assert words == sorted(words)
    for word, places in rows:
        for place in re.findall("`([^`]+)`", places):
            here = ROOT / place if place.startswith("tests/") else SOURCE / f"{place}.py"
            assert here.exists(), f"{word}: {place}"


def names_defined(path: Path) -> set[str]:
    """Return the functions, classes and constants of a module, and its methods as `Class.name`."""
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(each.id for each in targets if isinstance(each, ast.Name))
        if isinstance(node, ast.ClassDef):
            names.update(
                f"{node.name}.{each.name}"
                for each in node.body
                if isinstance(each, ast.FunctionDef)
            )
    return names
