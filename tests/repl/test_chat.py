"""The chat as a person has it: the real program in a pseudo-terminal."""

from __future__ import annotations

import json
import sqlite3
import sys

import pytest

from tests.conftest import Heard, Program
from tests.terminal import BACKGROUND_ASKED, BASH, CTRL_C, CTRL_D, ENTER, Screen

SAVING = "How do I save a chat?"


def test_a_newcomer_without_a_token_chats_with_the_guide(program: Program) -> None:
    with Screen(program) as terminal:
        terminal.wait_for("embedded guide")
        assert "nemochat keys set" in terminal.text()
        assert "DEEPINFRA_TOKEN" in terminal.text()
        terminal.wait_for_prompt()
        terminal.say("/info")
        terminal.wait_for("none: the guide answers")
        terminal.say(SAVING)
        terminal.wait_for("/save")
        terminal.wait_for_prompt()
        terminal.say("/set temperature 0.3")
        terminal.wait_for("temperature is 0.3")
        terminal.say("/system Be brief.")
        terminal.wait_for("system prompt is set")
        terminal.say("/save x")
        terminal.wait_for("Saved as x")
        terminal.say("/exit")
        assert terminal.wait_for_end() == 0
    with Screen(program, "-c", columns=40) as terminal:
        terminal.wait_for_prompt()
        assert f"│ {SAVING}" in terminal.text()
        terminal.say("/help")
        terminal.wait_for("• /retry: Ask the last")  # no table where that is torn
        terminal.wait_for_prompt()
        terminal.say("Hello!")
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
    with sqlite3.connect(program.database) as db:
        rows = db.execute("SELECT role, content, details FROM messages ORDER BY id").fetchall()
    db.close()
    assert [row[0] for row in rows] == ["user", "assistant", "user", "assistant"]
    assert json.loads(rows[-1][2])["provenance"]["parameters"] == {"temperature": 0.3}


@pytest.mark.parametrize("flags", ["-c", "-p nobody", "--endpoint mistral", "--resume x"])
def test_what_the_terminal_tells_of_itself_is_not_left_to_the_shell(
    program: Program, flags: str
) -> None:
    with Screen(program, command=BASH, background=b"0000/0000/0000") as terminal:
        terminal.wait_for_row("$")
        terminal.say(f"{sys.executable} -m nemochat {flags}; echo it ended with $?")
        terminal.wait_for("\nit ended with ")
        terminal.wait_for_row("$")
        assert BACKGROUND_ASKED in terminal.raw
        terminal.say("echo now")
        terminal.wait_for("\nnow")


def test_a_loaded_conversation_sends_its_whole_history(asking: Program, heard: Heard) -> None:
    with Screen(asking, "-s", "Be brief.") as terminal:
        terminal.wait_for_prompt()
        terminal.say("Hello!")
        terminal.wait_for_prompt()
        terminal.say("/set top_k 5")
        terminal.wait_for("top_k is 5")
        terminal.say("/save x")
        terminal.wait_for("Saved as x")
        terminal.say("quit")
        terminal.wait_for_end()
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.say("/load x")
        terminal.wait_for("Hello!")
        terminal.say(SAVING)
        terminal.wait_for("/save NAME")
        terminal.wait_for_prompt()
        terminal.say("exit")
        terminal.wait_for_end()
    body = heard.bodies[-1]
    assert [m["role"] for m in body["messages"]] == ["system", "user", "assistant", "user"]
    assert body["top_k"] == 5


def test_ctrl_c_stops_the_answer_and_the_next_turn_works(program: Program) -> None:
    with Screen(program, "--endpoint", "guide") as terminal:
        terminal.wait_for_prompt()
        terminal.say("What parameters are there?")
        terminal.wait_for("parameters are there?\n\n", 5)
        seen = len(terminal.text())
        while len(terminal.text()) < seen + 40:
            terminal._read()
        terminal.type(CTRL_C)
        terminal.wait_for("stopped by you")
        terminal.wait_for_prompt()
        terminal.say(SAVING)
        terminal.wait_for("/save")
        terminal.wait_for_prompt()
        terminal.type("half a line" + CTRL_C)
        terminal.wait_for_prompt()
        terminal.type(CTRL_C)
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
    with sqlite3.connect(program.database) as db:
        told = db.execute("SELECT content, details FROM messages WHERE id = 2").fetchone()
    db.close()
    assert told[0]
    assert json.loads(told[1])["provenance"]["ending"] == "interrupted"


def test_what_is_typed_while_an_answer_comes_stands_on_the_next_prompt(program: Program) -> None:
    with Screen(program, "--endpoint", "guide") as terminal:
        terminal.wait_for_prompt()
        terminal.say("What parameters are there?")
        terminal.wait_for("parameters are there?\n\n", 5)
        terminal.type("typed ahead")
        terminal.wait_for("> typed ahead")
        assert terminal.text().count("typed ahead") == 1


def test_undo_retry_and_another_system_prompt(asking: Program, heard: Heard) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        for line in ("Hello!", "/undo", SAVING, "/system Be a chef.", "/retry temperature=0.1"):
            terminal.say(line)
            terminal.wait_for_prompt()
        terminal.say("/info")
        terminal.wait_for("Be a chef.")
        terminal.say("/bye")
        terminal.wait_for_end()
    last = heard.bodies[-1]
    assert [m["content"] for m in last["messages"]] == ["Be a chef.", SAVING]
    assert last["temperature"] == 0.1
    with sqlite3.connect(asking.database) as db:
        assert db.execute("SELECT count(*) FROM messages").fetchone() == (5,)
    db.close()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/temprature", "Did you mean /temperature?"),
        ("/set temperature 3", "temperature must be 0 to 2, not 3"),
        ("/set temprature 1", "Did you mean temperature?"),
        ("/load nothing", "no conversation"),
        ("/undo", "nothing to undo"),
        ("/model other/model", "other/model"),
        ("/endpoint nowhere", "no endpoint"),
        ("/set temperature 0,3", 'not "0,3". Write decimals with a point: 0.3'),
        ("help", "`/help COMMAND` and `/help TOPIC` explain one."),
        ("?", "`/help COMMAND` and `/help TOPIC` explain one."),
        ("/help temperature", "short for `/set temperature`"),
        ("/help tempratur", "Did you mean /temperature?"),
        ("/help set", "Set a sampling parameter"),
        ("/help parameters", "Sampling parameters"),
        ("/help tokens", "# API tokens"),
        ("/help tokens", "The command:\n\n`/usage`"),
        ("/help /tokens", "`/usage`"),
        ("/help", "| `/retry` | Ask the last question again, and keep the old answer |"),
        ("/help", "- When something is wrong: `troubleshooting`, `doctor`"),
        ("/help all", "| `/write` | Write the last answer"),
        ("/list", "There are no saved conversations yet"),
        ("/usage", "not counted any tokens yet"),
    ],
)
def test_a_command_answers(line: str, said: str, program: Program) -> None:
    done = program.run("--endpoint", "guide", "--script", "script", stdin="")
    assert done.returncode == 2
    (program.home / "script").write_text(line + "\n")
    done = program.run("--endpoint", "guide", "--script", "script")
    assert said in (done.stdout + done.stderr).decode()
    assert done.returncode == 0


@pytest.mark.parametrize("line", ["/list", "/load lamb", "/exit"])
def test_a_damaged_database_is_told_of_by_the_first_that_touches_it(
    line: str, program: Program
) -> None:
    program.database.parent.mkdir(parents=True)
    program.database.write_bytes(b"no database" * 1000)
    (program.home / "script").write_text(f"{line}\n/list\n")
    done = program.run("--endpoint", "guide", "--script", "script")
    first, *others = done.stderr.decode().splitlines()
    assert first.startswith("nemochat: The database nemochat.db is damaged: it was moved aside")
    assert not any("damaged" in other for other in others)


def test_a_missing_token_is_that_of_the_endpoint_which_would_be_asked(program: Program) -> None:
    file = program.home / "config" / "nemochat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[profile.p]\nendpoint = "mistral"\n')
    with Screen(Program(program.home, {**program.environment, "TERM": "dumb"}), "-p", "p") as seen:
        seen.wait_for("nemochat keys set mistral or set MISTRAL_API_KEY")


def test_two_slashes_begin_a_message(asking: Program, heard: Heard) -> None:
    (asking.home / "script").write_text("//help is a command\n")
    asking.run("--script", "script")
    assert heard.bodies[-1]["messages"][-1]["content"] == "/help is a command"


def test_an_endpoint_that_fails_does_not_end_the_chat(program: Program) -> None:
    with Screen(
        program, "--base-url", "http://127.0.0.1:9", "--retries", "0", columns=120
    ) as terminal:
        terminal.wait_for_prompt()
        terminal.say("Hello!")
        terminal.wait_for("nothing answers at 127.0.0.1:9")
        terminal.wait_for_prompt()
        terminal.say("/endpoint guide")
        terminal.wait_for("The endpoint is guide, without a model")
        terminal.say(SAVING)
        terminal.wait_for("/save")
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0


def test_several_lines_are_one_message(asking: Program, heard: Heard) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type_in_turn("one", "\n", "two\x1b\r", "three\\" + ENTER, "four" + ENTER)
        terminal.wait_for_prompt()
        terminal.type("\x1b[200~a\nb\n\x1b[201~" + ENTER)
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        terminal.wait_for_end()
    asked = [body["messages"][-1]["content"] for body in heard.bodies]
    assert asked == ["one\ntwo\nthree\nfour", "a\nb\n"]


def test_an_answer_longer_than_the_screen_is_shown_once_and_whole(program: Program) -> None:
    whole = program.run("ask", "--endpoint", "guide", "What parameters are there?").stdout.decode()
    words = [word for word in whole.split() if word.isalpha() and len(word) > 6]
    with Screen(program, "--endpoint", "guide", columns=60, rows=10) as terminal:
        terminal.wait_for_prompt()
        terminal.say("What parameters are there?")
        terminal.wait_for_prompt()
        shown = terminal.text().partition("parameters are there?")[2]
    rarest = [word for word in set(words) if whole.count(word) == 1]
    assert rarest
    assert [word for word in rarest if shown.count(word) != 1] == []


def test_the_history_of_what_was_typed_is_its_person_s_alone(program: Program) -> None:
    with Screen(program, "--endpoint", "guide") as terminal:
        terminal.wait_for_prompt()
        terminal.say("/info")
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        terminal.wait_for_end()
    history = program.home / "state" / "nemochat" / "history"
    assert "/info" in history.read_text()
    assert history.stat().st_mode & 0o777 == 0o600
    assert history.parent.stat().st_mode & 0o777 == 0o700
