"""`nemochat chats`: the real program, its standard output, standard error and exit codes."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys

import pytest

from tests.conftest import Program
from tests.terminal import CTRL_C, ENTER, Screen

SAVING = "How do I save a chat?"
LEAVING = "How do I leave the chat?"


@pytest.fixture
def chats(program: Program) -> Program:
    """The program with two conversations, the first of them named."""
    mine = Program(program.home, program.environment | {"NEMOCHAT_ENDPOINT": "guide"})
    mine.run("ask", SAVING)
    mine.run("ask", LEAVING)
    assert mine.run("chats", "rename", "1", "lamb").returncode == 0
    return mine


def lines(program: Program, *arguments: str) -> list[list[str]]:
    done = program.run("chats", *arguments)
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.decode().splitlines()]


def test_a_list_in_a_pipe_is_tabs_and_as_json_all_that_is_known(chats: Program) -> None:
    rows = lines(chats, "list")
    assert [(row[0], row[1], row[4]) for row in rows] == [("2", "1", LEAVING), ("1", "1", "lamb")]
    assert lines(chats, "list", "--limit", "1", "--page", "2") == rows[1:]
    told = json.loads(chats.run("chats", "list", "--json").stdout)
    assert told[1]["name"] == "lamb"
    assert told[1]["title"] == "lamb"
    assert told[1]["turns"] == 1


def test_a_conversation_is_shown_in_the_format_that_is_asked_for(chats: Program) -> None:
    assert chats.run("chats", "show", "la").stdout.startswith(b"# lamb\n\n> How do I save")
    told = json.loads(chats.run("chats", "show", "lamb", "--json").stdout)
    assert [m["role"] for m in told["messages"]] == ["user", "assistant"]
    assert told["tree"][1]["provenance"]["ending"] == "complete"
    done = chats.run("chats", "show", "lamb", "--format", "pdf")
    assert (done.returncode, done.stdout) == (2, b"")


def test_words_are_found_with_their_match_marked(chats: Program) -> None:
    rows = lines(chats, "search", "LEAVE", "the chat")
    assert [(row[0], row[1]) for row in rows][-1] == ("2", "user")
    assert "[leave]" in rows[-1][3]
    assert lines(chats, "search", "nowhere to be found") == []
    told = json.loads(chats.run("chats", "search", "lamb", "--json").stdout)
    assert told[0]["match"] == "lamb"


def test_deleting_asks_and_without_a_terminal_needs_yes(chats: Program) -> None:
    done = chats.run("chats", "delete", "lamb")
    assert done.returncode == 2
    assert b"--yes" in done.stderr
    assert len(lines(chats, "list")) == 2
    assert chats.run("chats", "delete", "lamb", "--yes").returncode == 0
    assert [row[0] for row in lines(chats, "list")] == ["2"]
    assert chats.run("chats", "delete").returncode == 2
    with Screen(chats, "chats", "delete", "2") as terminal:
        terminal.wait_for("[y/N]")
        terminal.say("n")
        terminal.wait_for("nothing was deleted")
        assert terminal.wait_for_end() == 0
    with Screen(chats, "chats", "delete", "2") as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("y" + ENTER)
        terminal.wait_for("deleted conversation 2, ")
        assert terminal.wait_for_end() == 0
    assert lines(chats, "list") == []


def test_old_conversations_are_pruned(chats: Program) -> None:
    with sqlite3.connect(chats.database) as db:
        db.execute("UPDATE conversations SET touched = '2020-01-01T00:00:00+00:00' WHERE id = 1")
    db.close()
    assert chats.run("chats", "prune", "--older-than", "soon").returncode == 2
    assert chats.run("chats", "prune", "--older-than", "90d").returncode == 2
    assert chats.run("chats", "prune", "--older-than", "90d", "--yes").returncode == 0
    assert [row[0] for row in lines(chats, "list")] == ["2"]
    assert b"no conversation" in chats.run("chats", "prune", "--older-than", "90d").stderr


@pytest.mark.parametrize(("zone", "time"), [("UTC", "12:00"), ("XYZ-9", "21:00")])
def test_a_list_in_a_pipe_has_the_local_time(zone: str, time: str, chats: Program) -> None:
    with sqlite3.connect(chats.database) as db:
        db.execute("UPDATE conversations SET touched = '2020-01-02T12:00:00Z'")
    db.close()
    listed = chats.run("chats", "list", environment={"TZ": zone}).stdout.decode()
    assert {row.split("\t")[3] for row in listed.splitlines()} == {f"2020-01-02 {time}"}


def test_what_is_exported_can_be_imported(chats: Program) -> None:
    assert chats.run("chats", "export").returncode == 2
    for name in ("x.json", "x.html", "x.md", "x.jsonl", "x.txt"):
        done = chats.run("chats", "export", "--all", "--output", name)
        assert (done.returncode, done.stderr, done.stdout) == (0, b"", b"")
        assert (chats.home / name).stat().st_mode & 0o777 == 0o600
    assert chats.run("chats", "export", "lamb", "--output", "x.md").returncode == 2
    assert b"is unknown" in chats.run("chats", "export", "lamb", "--output", "x.pdf").stderr
    printed = chats.run("chats", "export", "lamb", "--output", "-", "--format", "text")
    assert (printed.returncode, printed.stderr) == (0, b"")
    assert printed.stdout == chats.run("chats", "export", "lamb", "--format", "text").stdout
    assert not (chats.home / "-").exists()
    done = chats.run("chats", "import", "x.json", "x.jsonl")
    assert done.returncode == 0
    assert done.stderr.count(b"2 conversations with 4 messages") == 2
    titles = [row[4] for row in lines(chats, "list")]
    assert titles[:4] == [LEAVING, "lamb (3)", LEAVING, "lamb (2)"]
    assert chats.run("chats", "import", "x.md").returncode == 2
    assert chats.run("chats", "import", "missing").returncode == 2
    (chats.home / "bad.json").write_text('[{"nemochat": 1}, {"nemochat": 9}]')
    done = chats.run("chats", "import", "bad.json")
    assert b"skipped conversation 1: it has no" in done.stderr
    assert b"0 conversations" in done.stderr


@pytest.mark.parametrize("signalled", [False, True])
def test_a_long_import_shows_its_progress_and_leaves_nothing_of_it(
    program: Program, *, signalled: bool
) -> None:
    talk = json.dumps({"messages": [{"role": "user", "content": "x"}]})
    (program.home / "talks.jsonl").write_text(f"{talk}\n" * 20_000)
    with Screen(program, "chats", "import", "talks.jsonl") as terminal:
        terminal.wait_for(" conversations")
        assert terminal.screen.cursor.hidden
        if signalled:
            terminal.process.kill(signal.SIGTERM)
        else:
            terminal.type(CTRL_C)
        assert terminal.wait_for_end() == (143 if signalled else 130)
        assert "conversations" not in terminal.text()
        assert not terminal.screen.cursor.hidden


def test_a_backup_holds_all_and_comes_back(chats: Program) -> None:
    assert chats.run("chats", "backup", "copy.db").returncode == 0
    assert chats.run("chats", "backup", "copy.db").returncode == 2
    chats.database.unlink()
    done = chats.run("chats", "import", "copy.db")
    assert b"2 conversations with 4 messages" in done.stderr
    path = chats.run("chats", "path").stdout.decode().strip()
    assert path == str(chats.database)


def test_a_name_that_is_hostile_never_reaches_a_terminal_raw(chats: Program) -> None:
    with sqlite3.connect(chats.database) as db:
        db.execute("UPDATE conversations SET name = 'a\x1b]0;b\x07' WHERE id = 1")
        db.execute("UPDATE messages SET content = 'c\x1b[31md \x9b5n' WHERE id = 3")
    db.close()
    for arguments in (("list",), ("show", "2"), ("search", "c"), ("show", "2", "--format", "text")):
        with Screen(chats, "chats", *arguments) as terminal:
            assert terminal.wait_for_end() == 0
            for raw in (b"\x1b]0;", b"\x1b[31md", b"\x9b5n"):
                assert raw not in terminal.raw
    done = chats.run("chats", "rename", "2", "x\x1b[2J")
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr


def test_a_damaged_database_is_set_aside_and_the_answer_is_kept(chats: Program) -> None:
    whole = chats.database.read_bytes()
    chats.database.write_bytes(whole[:5000])
    done = chats.run("ask", "-c", SAVING)
    assert done.returncode == 2
    said = done.stderr.decode()
    assert "moved aside" in said.partition("\n")[0]
    assert "there is no conversation to continue" in said
    for each in chats.database.parent.glob(f"{chats.database.name}?*"):
        each.unlink()
    chats.database.write_bytes(whole[:5000])
    done = chats.run("ask", SAVING)
    assert done.returncode == 0
    assert b"/save" in done.stdout
    assert done.stderr.count(b"\n") == 1
    assert b"moved aside" in done.stderr
    assert len(lines(chats, "list")) == 1
    (aside,) = chats.database.parent.glob("*.corrupt-*")
    assert aside.stat().st_size == 5000


@pytest.mark.parametrize("fault", ["full", "nowhere", "newer", "directory"])
def test_where_nothing_can_be_kept_the_answer_is_shown_and_that_is_said(
    chats: Program, fault: str
) -> None:
    before = chats.database.read_bytes()
    environment = dict(chats.environment)
    if fault == "newer":
        with sqlite3.connect(chats.database) as db:
            db.execute("PRAGMA user_version = 99")
        db.close()
        before = chats.database.read_bytes()
    elif fault == "nowhere":
        (chats.home / "file").touch()
        environment["XDG_DATA_HOME"] = str(chats.home / "file" / "data")
    elif fault == "directory":
        environment["XDG_DATA_HOME"] = str(chats.home / "other")
        (chats.home / "other" / "nemochat" / "nemochat.db").mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-m", "nemochat", "ask", SAVING],
        env=environment,
        cwd=chats.home,
        capture_output=True,
        check=False,
        timeout=30,
        stdin=subprocess.DEVNULL,
        preexec_fn=_full if fault == "full" else None,
    )
    assert done.returncode == 0
    assert b"/save" in done.stdout
    assert done.stderr.count(b"\n") == 1
    assert b"1 turn was not saved" in done.stderr
    assert b"Traceback" not in done.stderr
    assert chats.database.read_bytes() == before


def _full() -> None:
    """A disk on which every file is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.environ.clear()
