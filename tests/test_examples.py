"""Every example of README and docs is run: what stands after a `$` in a `console` block."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Program
from tests.regen import ROOT

BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
GENERATED = re.compile(r"<!-- demo -->.*?<!-- /demo -->", re.DOTALL)
NOTES = "Nemo has a context of 131072 tokens.\n"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a page, or of a part of it, with the output that it promises."""
    for block in BLOCK.findall(GENERATED.sub("", text)):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command = f"{command}\n{more}"
            yield command, output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_s_examples_run(page: Path, program: Program) -> None:
    (program.home / "notes.md").write_text(NOTES)
    environment = program.environment | {
        "NEMOCHAT_ENDPOINT": "guide",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{program.environment['PATH']}",
    }
    for command, output in examples(page.read_text("utf-8")):
        done = subprocess.run(
            ["bash", "-c", command],
            env=environment,
            cwd=program.home,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        if output:
            assert done.stdout == output, command


def test_there_are_examples() -> None:
    assert sum(1 for page in PAGES for _ in examples(page.read_text("utf-8"))) > 20


def test_the_command_that_contributing_adds_works_and_its_test_passes() -> None:
    added, tested = PYTHON.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    script = (
        "import sys; from nemochat.repl.commands import answers\n"
        "exec(sys.argv[1], vars(answers)); tests = {}; exec(sys.argv[2], tests)\n"
        "print([test() for name, test in tests.items() if name.startswith('test_')])"
    )
    command = [sys.executable, "-c", script, added, tested]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[None]\n", "")
