"""Every example of README and docs is run: what stands after a `$` in a `console` block.

What stands in `toml` blocks of a page is the configuration with which its examples run. A command
that is not run stands in a `text` block, and UNRUN tells what it needs.
"""

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
SHOWN = re.compile(r"^```text\n(.*?)^```", re.DOTALL | re.MULTILINE)
SETTINGS = re.compile(r"^```toml\n(.*?)^```", re.DOTALL | re.MULTILINE)
NOTES = "Nemo has a context of 131072 tokens.\n"
EDITOR = "#!/bin/sh\necho 'How do I save a chat?' > \"$1\"\n"
UNRUN = {
    "nemochat": "a keyboard",
    "nemochat -c": "a keyboard",
    "make chat    # makes .venv, installs and opens a chat": "a keyboard",
    "make test    # installs what the tests need, and runs every check": "minutes",
    "unset NEMOCHAT_ENDPOINT": "a token for what follows it",
    "export DEEPINFRA_TOKEN=…": "a token",
    "nemochat keys set": "a keyboard and a token",
    "pass show deepinfra | nemochat keys set deepinfra": "a password manager",
    "pipx install .": "pipx, and the network",
    "uv tool install .": "uv, and the network",
    "git pull": "the network",
    "pipx install --force .": "pipx, and the network",
    "ollama pull mistral-nemo": "ollama, and the network",
    "nemochat --endpoint ollama": "ollama",
    "nemochat --base-url http://127.0.0.1:8080/v1 -m mistral-nemo": "another server",
    "nemochat guide serve --port 8008": "a port for itself; tests/guide/test_server.py runs it",
    "curl http://127.0.0.1:8008/v1/openai/chat/completions \\": "that server",
    "nemochat ask --schema 'name, age int, bio: in one sentence' \"Invent a pirate\"": "a model",
}  # with what each needs
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a page, or of a part of it, with the output that it promises."""
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command = f"{command}\n{more}"
            yield command, output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_s_examples_run(page: Path, program: Program) -> None:
    (program.home / "notes.md").write_text(NOTES)
    text = page.read_text("utf-8")
    if settings := "\n".join(SETTINGS.findall(text)):
        (folder := program.home / "config" / "nemochat").mkdir(parents=True)
        (folder / "config.toml").write_text(settings)
    (editor := program.home / "editor").write_text(EDITOR)
    editor.chmod(0o700)
    environment = program.environment | {
        "EDITOR": str(editor),
        "NEMOCHAT_ENDPOINT": "guide",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{program.environment['PATH']}",
    }
    checked = [("nemochat config check >&2", "")] if settings else []
    for command, output in [*checked, *examples(text)]:
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
    assert sum(1 for page in PAGES for _ in examples(page.read_text("utf-8"))) > 40


def test_what_is_not_run_has_a_reason() -> None:
    shown = {
        line.removeprefix("$ ")
        for page in PAGES
        for block in SHOWN.findall(page.read_text("utf-8"))
        for line in block.splitlines()
        if line.startswith("$ ")
    }
    assert shown == set(UNRUN)


def test_make_demo_plays_without_a_fault(program: Program) -> None:
    script = str(ROOT / "docs" / "demo.txt")
    done = program.run("--endpoint", "guide", "--private", "--script", script)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"There is more") == 3


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
