"""Files and folders that the program creates or replaces, and core files, which it never writes."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ON_LINUX, Program
from tests.terminal import Screen

RESTRICTED = 0o077  # permissions of others


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def created(home: Path) -> dict[str, int]:
    """Return the mode of each file and folder of nemochat's below a home."""
    places = [home / "config", home / "data", home / "state"]
    paths = [path for place in places for path in (place, *place.rglob("*")) if path.exists()]
    return {str(path.relative_to(home)): mode(path) for path in paths}


@pytest.mark.parametrize("before", [0o4755, 0o2755, 0o6711, 0o1644, 0o600])
@pytest.mark.parametrize("way", ["ask --out", "/write"])
def test_a_replaced_file_keeps_its_permissions_but_no_set_id_bits(
    asking: Program, before: int, way: str
) -> None:
    file = asking.home / "answer"
    file.write_text("old")
    file.chmod(before)
    if way == "/write":
        script = asking.home / "script"
        script.write_text("Hello\n/write answer\ny\n")
        done = asking.run("--script", "script")
    else:
        done = asking.run("ask", "--out", "answer", "Hello")
    assert done.returncode == 0, done.stderr
    assert file.read_text() != "old"
    assert mode(file) == before & 0o777


def test_a_private_file_is_never_readable_while_it_is_replaced(
    asking: Program, tmp_path: Path
) -> None:
    """Its replacement is created with its mode, not widened and narrowed again."""
    file = asking.home / "answer"
    file.write_text("old")
    file.chmod(0o600)
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "opened = os.open\n"
        "def logged(path, flags, mode=0o777, **more):\n"
        "    descriptor = opened(path, flags, mode, **more)\n"
        "    if '.answer.' in os.fsdecode(path):\n"
        f"        with open({str(tmp_path / 'modes')!r}, 'a') as log:\n"
        "            print(oct(os.fstat(descriptor).st_mode & 0o777), file=log)\n"
        "    return descriptor\n"
        "os.open = logged\n"
    )
    with umask(0):
        done = asking.run(
            "ask", "--out", "answer", "Hello", environment={"PYTHONPATH": str(tmp_path)}
        )
    assert done.returncode == 0
    assert (tmp_path / "modes").read_text().split() == ["0o600"]
    assert mode(file) == 0o600


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_only_the_owner_reads_what_is_created(asking: Program, mask: int) -> None:
    commands = (
        ("ask", "--debug", "Hello"),
        ("config", "set", "retries", "1"),
        ("keys", "set", "mistral"),
        ("models",),
        ("chats", "rename", "1", "named"),
        ("chats", "backup", str(asking.home / "data" / "copy.db")),
    )
    with umask(mask):
        for command in commands:
            done = asking.run(*command, stdin="sk-1234567890")
            assert done.returncode == 0, (command, done.stderr)
    modes = created(asking.home)
    assert "state/nemochat/debug.log" in modes
    assert "config/nemochat/config.toml" in modes
    assert "data/nemochat/nemochat.db" in modes
    assert {name: oct(each) for name, each in modes.items() if each & RESTRICTED} == {}


def test_an_old_log_is_narrowed_and_a_link_in_its_place_is_not_followed(asking: Program) -> None:
    log = asking.home / "state" / "nemochat" / "debug.log"
    log.parent.mkdir(parents=True)
    log.write_text("old\n")
    log.chmod(0o666)
    assert asking.run("ask", "--debug", "Hello").returncode == 0
    assert mode(log) == 0o600
    assert log.read_text().startswith("old\n")
    elsewhere = asking.home / "elsewhere"
    elsewhere.write_text("mine")
    log.unlink()
    log.symlink_to(elsewhere)
    done = asking.run("ask", "--debug", "Hello")
    assert done.returncode == 0
    assert b"debug.log cannot be written" in done.stderr
    assert elsewhere.read_text() == "mine"


LIMIT = 2048 * 1024  # bytes of a core file
WITH_LIMIT = (
    "import os, resource, sys\n"
    f"resource.setrlimit(resource.RLIMIT_CORE, ({LIMIT}, {LIMIT}))\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'nemochat', *sys.argv[1:]])\n"
)


@ON_LINUX
def test_the_program_writes_no_core_file_but_its_children_may(asking: Program) -> None:
    limits = asking.home / "limits"
    child = asking.home / "child"
    child.write_text(
        f"#!/bin/sh\ngrep -h 'core file' /proc/self/limits >> {limits}\necho sk-1234567890\n"
    )
    child.chmod(0o755)
    environment = {
        **asking.environment,
        "SHELL": str(child),
        "EDITOR": str(child),
        "NEMOCHAT_TOKEN_COMMAND": str(child),
    }
    del environment["DEEPINFRA_TOKEN"]
    program = Program(asking.home, environment)
    command = (sys.executable, "-c", WITH_LIMIT)
    with Screen(program, "--private", "--endpoint", "deepinfra", command=command) as screen:
        screen.wait_for_prompt()
        parent = Path(f"/proc/{screen.process.pid}/limits").read_text()
        screen.say("!true")
        screen.wait_for("[y/N]")
        screen.say("n")
        screen.wait_for_prompt()
        screen.say("Hello")
        screen.wait_for_prompt()
        screen.say("/edit")
        screen.wait_for_prompt()
    assert [line.split()[4:6] for line in parent.splitlines() if "core file" in line] == [
        ["0", str(LIMIT)]
    ]
    assert [line.split()[4] for line in limits.read_text().splitlines()] == [str(LIMIT)] * 3
