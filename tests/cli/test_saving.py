"""The program while its database is locked or its disk is full, and when that is over."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nemochat.guide.server import start
from tests.conftest import ON_LINUX, Program
from tests.terminal import Screen

SAVING = "How do I save a chat?"
LEAVING = "How do I leave the chat?"
ENDING = "json_extract(details, '$.provenance.ending')"


@pytest.fixture
def begun(asking: Program) -> Program:
    """The program with a database in which there is one turn."""
    assert asking.run("ask", LEAVING).returncode == 0
    return asking


@contextmanager
def lock(path: Path) -> Iterator[sqlite3.Connection]:
    """The database in the hands of another process, until it rolls back."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
    finally:
        db.close()


def saved(path: Path) -> list[tuple[str, str, str | None]]:
    db = sqlite3.connect(path)
    try:
        return db.execute(f"SELECT role, content, {ENDING} FROM messages ORDER BY id").fetchall()
    finally:
        db.close()


def test_ask_answers_though_the_database_stays_locked_and_says_that_once(begun: Program) -> None:
    before = saved(begun.database)
    with lock(begun.database):
        done = begun.run("ask", SAVING)
    assert done.returncode == 0
    assert b"/save" in done.stdout
    told = done.stderr.decode()
    assert told.startswith("nemochat: 1 turn was not saved; ")
    assert "locked" in told
    assert told.count("\n") == 1
    assert saved(begun.database) == before


def test_ask_saves_all_of_a_turn_if_a_lock_ends_within_the_answer(program: Program) -> None:
    with start(pace=0.02) as guide:
        environment = program.environment | {
            "DEEPINFRA_TOKEN": "test-token",
            "NEMOCHAT_BASE_URL": guide.base_url,
        }
        asking = Program(program.home, environment)
        assert asking.run("ask", LEAVING).returncode == 0
        with lock(program.database) as db:
            process = subprocess.Popen(
                [sys.executable, "-m", "nemochat", "ask", SAVING],
                bufsize=0,  # what is read ahead is lost to `communicate`
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            assert process.stdout
            first = process.stdout.read(1)
            db.rollback()
            rest, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (0, b"")
    _, _, question, answer = saved(program.database)
    assert question == ("user", SAVING, None)
    role, text, ending = answer
    assert (role, ending) == ("assistant", "complete")
    assert text.rstrip("\n") == (first + rest).decode().rstrip("\n")


def test_a_chat_saves_again_when_a_lock_is_over(begun: Program) -> None:
    with Screen(begun, rows=60) as terminal:
        terminal.wait_for("/exit")
        with lock(begun.database):
            terminal.say(SAVING)
            terminal.wait_for("Not saved: ")
            terminal.wait_for("tries again")
            terminal.say("/info")
            terminal.wait_for("nowhere yet")
        terminal.say(LEAVING)
        terminal.wait_for("Saving works again")
        terminal.say("/exit")
        assert terminal.wait_for_end() == 0
    rows = saved(begun.database)
    assert [text for role, text, _ in rows if role == "user"] == [LEAVING, SAVING, LEAVING]
    assert [ending for *_, ending in rows[1::2]] == ["complete"] * 3


@ON_LINUX  # another process's limits
def test_a_chat_saves_again_when_the_disk_is_no_longer_full(begun: Program) -> None:
    with Screen(begun, rows=60) as terminal:
        terminal.wait_for("/exit")
        terminal.say(SAVING)
        terminal.wait_for("/save NAME")
        log = begun.database.with_name("nemochat.db-wal").stat().st_size
        child = terminal.process.pid
        usual = resource.prlimit(child, resource.RLIMIT_FSIZE)
        resource.prlimit(child, resource.RLIMIT_FSIZE, (log, usual[1]))
        terminal.say(SAVING)
        terminal.wait_for("Not saved: ")
        resource.prlimit(child, resource.RLIMIT_FSIZE, usual)
        terminal.say(LEAVING)
        terminal.wait_for("Saving works again")
        terminal.say("/exit")
        assert terminal.wait_for_end() == 0
    rows = saved(begun.database)
    questions = [text for role, text, _ in rows if role == "user"]
    assert questions == [LEAVING, SAVING, SAVING, LEAVING]
    assert [ending for *_, ending in rows[1::2]] == ["complete"] * 4


def test_a_chat_tells_how_many_turns_are_lost(begun: Program) -> None:
    before = saved(begun.database)
    begun.home.joinpath("script").write_text(f"{SAVING}\n")
    with lock(begun.database):
        done = begun.run("--script", "script", seconds=60)
    assert done.returncode == 0
    first, last = done.stderr.decode().splitlines()
    assert first.startswith("nemochat: Not saved: ")
    assert last.startswith("nemochat: 1 turn was not saved; ")
    assert saved(begun.database) == before


@pytest.mark.parametrize("words", [["ask", "-"], ["--script", "script"]])
def test_a_long_question_is_in_the_database_itself_after_the_end(
    begun: Program, words: list[str]
) -> None:
    question = "word " * 400_000
    (begun.home / "script").write_text(question)
    begun.run(*words, stdin=question)  # the guide refuses it; it is saved before it is sent
    copy = begun.home / "copy.db"
    copy.write_bytes(begun.database.read_bytes())  # without the write-ahead log
    assert question.strip() in {content.strip() for _, content, _ in saved(copy)}
