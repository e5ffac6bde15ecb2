"""What a user writes for a conversation: digits are its number, `name:` comes before a name."""

from __future__ import annotations

import json
import sqlite3

import pytest

from nemochat.errors import ExitCode
from tests.conftest import Program
from tests.regen import ROOT
from tests.terminal import BASH, ENTER, Screen

TAB = "\t"
NAMES = ("2", "1", "name:lamb", "lamb", "-x", "4", "٣")
QUESTIONS = {number: f"question {number} of {name}" for number, name in enumerate(NAMES, 1)}


@pytest.fixture
def chats(program: Program) -> Program:
    """The program with imported conversations, whose names are numbers of one another."""
    exported = [
        {
            "nemochat": 1,
            "name": name,
            "model": "m",
            "endpoint": "guide",
            "tree": [{"key": 1, "parent": None, "role": "user", "content": QUESTIONS[number]}],
            "head": 1,
        }
        for number, name in enumerate(NAMES, 1)
    ]
    mine = Program(program.home, program.environment | {"NEMOCHAT_ENDPOINT": "guide"})
    (mine.home / "import.json").write_text(json.dumps(exported))
    done = mine.run("chats", "import", "import.json")
    assert done.returncode == 0, done.stderr
    assert names(mine) == dict(enumerate(NAMES, 1))
    return mine


def names(program: Program) -> dict[int, str | None]:
    with sqlite3.connect(program.database) as db:
        kept = dict(db.execute("SELECT id, name FROM conversations ORDER BY id").fetchall())
    db.close()
    return kept


def played(program: Program, *lines: str) -> str:
    (program.home / "script").write_text("\n".join(lines) + "\n")
    done = program.run("--script", "script")
    assert done.returncode == 0, done.stderr
    return (done.stdout + done.stderr).decode()


REFERENCES = [
    ("1", 1),
    ("2", 2),
    ("02", 2),
    (" 2 ", 2),
    ("٢", 2),
    ("name:2", 1),
    ("name:1", 2),
    ("name:4", 6),
    ("name: 4", 6),
    ("name:name:lamb", 3),
    ("name:la", 4),
    ("name:lamb", 4),
    ("lamb", 4),
    ("name:-x", 5),
    ("name:٣", 7),
]


@pytest.mark.parametrize(("written", "number"), REFERENCES)
def test_a_reference_means_the_same_to_show_export_and_resume(
    chats: Program, written: str, number: int
) -> None:
    question = QUESTIONS[number].encode()
    for command in (("chats", "show"), ("chats", "export")):
        done = chats.run(*command, written)
        assert (done.returncode, question in done.stdout) == (0, True), done.stderr
    done = chats.run("ask", "--resume", written, "--dry-run", "x")
    assert (done.returncode, question in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(("written", "number"), REFERENCES)
def test_a_reference_means_the_same_to_rename_and_delete(
    chats: Program, written: str, number: int
) -> None:
    before = names(chats)
    assert chats.run("chats", "rename", written, " stew ").returncode == 0
    assert names(chats) == before | {number: "stew"}
    assert chats.run("chats", "rename", "stew", "name:stew").returncode == 0
    done = chats.run("chats", "delete", "name:name:stew", "--yes")
    assert done.returncode == 0
    assert f'deleted conversation {number}, "name:stew" (1 question, last '.encode() in done.stderr
    assert names(chats).keys() == before.keys() - {number}


@pytest.mark.parametrize(("written", "number"), [("2", 2), ("name:2", 1), ("name:name:la", 3)])
def test_a_reference_means_the_same_to_the_commands_of_a_chat(
    chats: Program, written: str, number: int
) -> None:
    assert QUESTIONS[number] in played(chats, f"/load {written}")
    what = f'conversation {number}, "{NAMES[number - 1]}" (1 question, last used '
    shown = played(chats, f"/delete {written}")
    assert f"`/delete {number} yes` deletes {what}" in shown
    assert names(chats)[number] == NAMES[number - 1]
    shown = played(chats, f"/rename {written} stew", "/delete stew")
    assert f"Conversation {number} is named stew." in shown
    assert names(chats)[number] == "stew"
    played(chats, f"/rename {number} {NAMES[number - 1]}x")
    shown = played(chats, f"/delete {number} yes")
    assert f"Deleted conversation {number}, " in shown
    assert names(chats).keys() == set(QUESTIONS) - {number}


def test_a_number_that_is_only_a_name_deletes_nothing_and_tells_how_to_reach_it(
    chats: Program,
) -> None:
    assert chats.run("chats", "delete", "4", "--yes").returncode == 0
    done = chats.run("chats", "delete", "1", "4", "--yes")
    assert done.returncode == ExitCode.USAGE
    assert done.stderr.decode() == (
        "nemochat: there is no conversation 4. To refer to the name, type name:4\n"
    )
    assert len(names(chats)) == len(NAMES) - 1
    done = chats.run("chats", "show", "name:lamb")
    assert b"To refer to the name, type name:name:lamb" in done.stderr
    assert chats.run("chats", "rename", "1", "9 lives").returncode == 0
    for nothing in ("9", "0", "9" * 30, "9" * 5000, "name:", "name:9 lives!"):
        done = chats.run("chats", "delete", nothing, "--yes")
        assert done.returncode == ExitCode.USAGE
        assert b"there is no conversation" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert len(names(chats)) == len(NAMES) - 1


def test_a_new_name_of_digits_alone_is_refused_everywhere(chats: Program) -> None:
    refusal = "a name cannot consist of digits alone: 5 means conversation number 5"
    done = chats.run("chats", "rename", "name:lamb", " 5 ")
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, b"")
    assert done.stderr.decode() == f"nemochat: {refusal}\n"
    shown = played(chats, "/load lamb", "/save 5", "/rename 5", "/rename 4 5", "/fork 5")
    assert shown.count(refusal) == 4
    assert names(chats) == dict(enumerate(NAMES, 1))
    arabic = chats.run("chats", "rename", "4", "\u0665").stderr
    assert b"consist of digits" in arabic


def test_a_backup_and_an_export_bring_names_of_digits_back(chats: Program) -> None:
    assert chats.run("chats", "export", "--all", "--output", "all.json").returncode == 0
    assert chats.run("chats", "backup", "copy.db").returncode == 0
    for file in ("all.json", "copy.db"):
        fresh = Program(
            chats.home, chats.environment | {"XDG_DATA_HOME": str(chats.home / file[:3])}
        )
        assert fresh.run("chats", "import", file).returncode == 0
        assert QUESTIONS[6].encode() in fresh.run("chats", "show", "name:4").stdout


def test_deleting_and_pruning_name_what_they_delete_before_and_after(chats: Program) -> None:
    with sqlite3.connect(chats.database) as db:
        db.execute("UPDATE conversations SET touched = '2020-01-02T12:00:00Z' WHERE id IN (4, 6)")
    db.close()
    lamb, four = (
        f'conversation {number}, "{name}" (1 question, last used 2020-01-02)'
        for number, name in ((4, "lamb"), (6, "4"))
    )
    done = chats.run("chats", "delete", "lamb")
    assert done.returncode == ExitCode.USAGE
    assert f"deleting {lamb} needs confirmation. Use --yes" in done.stderr.decode()
    with Screen(chats, "chats", "delete", "lamb") as terminal:
        terminal.wait_for(f"Delete {lamb} for good? [y/N]")
        terminal.say("n")
        assert terminal.wait_for_end() == 0
    with Screen(chats, "chats", "prune", "--older-than", "90d") as terminal:
        terminal.wait_for("Delete 2 conversations: 4, 6 for good? [y/N]")
        assert lamb in terminal.text()
        assert four in terminal.text()
        terminal.type("y" + ENTER)
        terminal.wait_for("deleted 2 conversations: 4, 6")
        assert terminal.wait_for_end() == 0
    assert names(chats).keys() == {1, 2, 3, 5, 7}


def test_yes_at_the_end_of_a_name_is_no_consent(chats: Program) -> None:
    played(chats, "/load name:lamb", "/fork lamb yes", "/fork 4 yes")
    shown = played(chats, "/delete lamb yes")
    assert '`/delete 8 yes` deletes conversation 8, "lamb yes"' in shown
    assert {4, 8} <= names(chats).keys()
    assert 'Deleted conversation 8, "lamb yes"' in played(chats, "/delete lamb yes yes")
    assert 'Deleted conversation 4, "lamb"' in played(chats, "/delete 4 yes")
    assert names(chats).keys() == {1, 2, 3, 5, 6, 7, 9}


def test_every_name_that_tab_offers_is_the_conversation_that_has_it(chats: Program) -> None:
    file = chats.home / "state" / "nemochat" / "names" / "chats"
    references = file.read_text("utf-8").splitlines()
    assert len(references) == len(NAMES)
    reached = [json.loads(chats.run("chats", "show", r, "--json").stdout) for r in references]
    assert {each["name"] for each in reached} == set(NAMES)
    assert "lamb" in references


def test_tab_in_a_chat_offers_what_reaches_the_conversation(chats: Program) -> None:
    chats.run("chats", "rename", "lamb", "red wine")
    with Screen(chats, tells_cursor=True) as terminal:
        terminal.wait_for_prompt()
        terminal.type("/load name:4" + TAB + ENTER)
        terminal.wait_for("question 6 of 4")
        terminal.wait_for_prompt()
        terminal.type("/load ")
        for offer in ("name:1", "name:2", "name:name:lamb", "red wine"):
            terminal.wait_for(offer)
        terminal.type("\x03/rename ")
        terminal.wait_for("4               red wine")
        terminal.type("name:2" + TAB + " stew" + ENTER)
        terminal.wait_for("Conversation 1 is named stew.")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("name:4", ["name:4"]),
        ("name:", ["name:"]),
        ("name:n", ["name:name:lamb"]),
        ("name:name:", ["name:name:lamb"]),
        ("name:2 name:-", ["name:2", "name:-x"]),
        ("le\\ b", ["le b:uf"]),
        ("le\\ b:", ["le b:uf"]),
        ("x: le", ["x:", "le b:uf"]),
        ("show name:n", ["show", "name:name:lamb"]),
    ],
)
def test_bash_completes_names_with_colons_in_them(
    chats: Program, typed: str, words: list[str]
) -> None:
    chats.run("chats", "rename", "7", "le b:uf")
    chats.run("chats", "rename", "lamb", "la")
    (chats.home / "echo.sh").write_text(
        f"source {ROOT / 'completions' / 'nemochat.bash'}\n"
        "nemochat() { printf '<%s>' \"${@:3}\"; echo .; }\n"
    )
    home = {"XDG_STATE_HOME": str(chats.home / "state")}
    with Screen(Program(chats.home, chats.environment | home), command=BASH) as terminal:
        terminal.wait_for("$")
        terminal.type("source ./echo.sh" + ENTER)
        terminal.type(f"nemochat chats delete {typed}" + TAB + ENTER)
        terminal.wait_for("".join(f"<{word}>" for word in words) + ".")
