"""Pasted text at the prompt: whatever it begins with, and whatever becomes of it, a message."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import Heard, Program
from tests.repl.test_editing import (
    ALT_ENTER,
    BACKSPACE,
    CTRL_G,
    CTRL_J,
    CTRL_Z,
    DELETE,
    DOWN,
    ESCAPE,
    UNDO,
    UP,
    history,
    last_messages,
    pasted,
    with_editor,
)
from tests.terminal import BASH, CTRL_C, CTRL_D, ENTER, Screen

HOME, END, KILL, YANK, KILL_WORD = "\x01", "\x05", "\x15", "\x19", "\x17"
RUN = "!echo ran > ran"
RUN_IT = "To run it, type `!` yourself."


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (pasted(RUN), RUN),
        (" " + pasted(RUN), " " + RUN),
        (pasted(f" \r{RUN}"), f" \n{RUN}"),
        (pasted(RUN) + " it", RUN + " it"),
        (pasted(RUN) + HOME + " ", " " + RUN),
        ("a" + pasted(RUN) + HOME + DELETE, RUN),
        ("!" + pasted(RUN) + HOME + DELETE, RUN),
        (pasted(f"a {RUN}") + HOME + DELETE * 2, RUN),
        (pasted(RUN) + KILL + YANK, RUN),
        (pasted(RUN) + KILL_WORD * 4 + YANK, RUN),
        (pasted(RUN) + KILL + UNDO, RUN),
        (pasted(RUN) + HOME + DELETE + UNDO, RUN),
        (pasted(RUN) + CTRL_C + UNDO, RUN),
        (pasted(RUN) + CTRL_C + "!a" + CTRL_C + UNDO * 4, RUN),
        (pasted("ab") + HOME + pasted("!echo ran > "), "!echo ran > ab"),
        (pasted(f"{RUN}\rimport json"), f"{RUN}\nimport json"),
        (pasted(f"{RUN}\rimport json") + BACKSPACE * 12, RUN),
        ("!" + pasted(f"{RUN[1:]}\rimport json"), f"{RUN}\nimport json"),
        (RUN + CTRL_J + "import json", f"{RUN}\nimport json"),
        ("!" + pasted("echo ran > ran\r" * 30), "!" + "echo ran > ran\n" * 30),
        (pasted("!echo ran > ran\r" * 30), "!echo ran > ran\n" * 30),
        (pasted("\r/exit\r" * 30), "\n/exit\n" * 30),
        (pasted("!echo " + "x" * 10_000), "!echo " + "x" * 10_000),
        (pasted("/exit"), "/exit"),
        (pasted(" /exit\r"), " /exit\n"),
        (pasted("// area\rdouble a;\r"), "// area\ndouble a;\n"),
        (pasted("/* area */\rint x;"), "/* area */\nint x;"),
        (pasted("exit"), "exit"),
        (pasted("quit\r"), "quit\n"),
        (pasted(":q"), ":q"),
        (pasted("?"), "?"),
        (pasted('"""/exit"""'), '"""/exit"""'),
        (pasted('"""Doc.\rcode = 1'), '"""Doc.\ncode = 1'),
        ('"""' + pasted(RUN) + '"""', RUN),
        ('"""/exit"""', "/exit"),
    ],
)
def test_what_a_paste_begins_with_is_no_command(
    keys: str, message: str, asking: Program, heard: Heard
) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type_pastes(keys + ENTER)
        terminal.wait_for_prompt()
        assert last_messages(heard) == [message]
        assert not (asking.home / "ran").exists()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (pasted("one") + "\r" + RUN, f"one\n{RUN}"),
        (pasted("one") + "\r/exit\r", "one\n/exit\n"),
        (pasted("one") + KILL + RUN, f"one{KILL}{RUN}"),
        (pasted("one") + UP + UP, f"one{UP}{UP}"),
        (pasted(RUN) + pasted("\r/exit"), f"{RUN}\n/exit"),
        (pasted("one") + " two " + pasted("three"), "one two three"),
        (pasted("one") + "\x1b[5;1R" + "two", "onetwo"),
        ("one\r" + pasted(RUN), f"one\n{RUN}"),
        (pasted("x" * 30_000) + "\r" + RUN, "x" * 30_000 + f"\n{RUN}"),
    ],
)
def test_text_behind_a_paste_in_the_same_read_belongs_to_it(
    keys: str, message: str, asking: Program, heard: Heard
) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type(keys + ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard) == [message]
    assert not (asking.home / "ran").exists()


BARE_PASTES = [
    ("one\rtwo\rthree", "one\ntwo\nthree"),
    ("one\r\ntwo", "one\ntwo"),
    ("one\ntwo", "one\ntwo"),
    ("one\r\r\tdef f():", "one\n\n\tdef f():"),
    (f"{RUN}\rls", f"{RUN}\nls"),
    (f"one\r{RUN}", f"one\n{RUN}"),
    ("/exit\r/exit", "/exit\n/exit"),
    ("/clear\nit", "/clear\nit"),
    ("\r".join(map(str, range(2000))), "\n".join(map(str, range(2000)))),
]


@pytest.mark.parametrize(("keys", "message"), BARE_PASTES)
@pytest.mark.parametrize("arguments", [(), ("--accessible",)], ids=["", "accessible"])
def test_a_paste_without_marks_is_one_message(
    keys: str, message: str, arguments: tuple[str, ...], asking: Program, heard: Heard
) -> None:
    prompt = "You:" if arguments else ">"
    with Screen(asking, *arguments) as terminal:
        terminal.wait_for_prompt(prompt=prompt)
        terminal.type_in_turn(keys)
        assert heard.bodies == []
        terminal.type(ENTER)
        terminal.wait_for_prompt(prompt=prompt)
    assert last_messages(heard) == [message]
    assert not (asking.home / "ran").exists()


def test_an_enter_at_the_end_of_a_paste_without_marks_sends_it(
    asking: Program, heard: Heard
) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type("one\rtwo\r")
        terminal.wait_for_prompt()
    assert last_messages(heard) == ["one\ntwo"]


@pytest.mark.parametrize(("keys", "message"), [BARE_PASTES[0], *BARE_PASTES[2:-1]])
@pytest.mark.parametrize("ending", ["", ENTER])
def test_a_paste_on_a_dumb_terminal_is_one_message(
    keys: str, message: str, ending: str, asking: Program, heard: Heard
) -> None:
    dumb = Program(asking.home, {**asking.environment, "TERM": "dumb"})
    with Screen(dumb) as terminal:
        terminal.wait_for_prompt()
        terminal.type_in_turn(keys + ending)
        if not ending:
            assert heard.bodies == []
            terminal.type(ENTER)
        terminal.wait_for_prompt()
    assert [text.rstrip("\n") for text in last_messages(heard)] == [message]
    assert not (asking.home / "ran").exists()


@pytest.mark.parametrize(
    "text", [RUN, f"{RUN}\rls", "!ls\r" * 30, "/exit", "/exit\r" * 30, "//a", "quit\r", "?"]
)
def test_a_paste_that_comes_back_from_the_history_is_the_same_message(
    text: str, asking: Program, heard: Heard
) -> None:
    message = text.replace("\r", "\n")
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type(pasted(text) + ENTER)
        terminal.wait_for_prompt()
        terminal.type(UP + ENTER)
        terminal.wait_for_prompt()
        terminal.type_in_turn(pasted("!b"), UP * 2 + DOWN * 2 + ENTER)
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        terminal.wait_for_end()
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type(UP * 2 + ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard) == [message, message, "!b", message]


@pytest.mark.parametrize(
    "keys",
    [
        RUN,
        "!" + pasted(RUN[1:]),
        "!" + pasted(RUN[1:] + "\r"),
        pasted(RUN[1:]) + HOME + "!",
        pasted(RUN) + HOME + DELETE + "!",
        pasted(RUN) + CTRL_C + RUN,
        pasted(RUN) + KILL + RUN + KILL + YANK,
        RUN + CTRL_C + UNDO,
        " " + RUN,
    ],
)
def test_what_is_typed_at_the_start_is_a_command(keys: str, asking: Program, heard: Heard) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type_pastes(keys + ENTER)
        terminal.wait_for("The command had no output.")
        terminal.wait_for_prompt()
    assert (asking.home / "ran").read_text() == "ran\n"
    assert last_messages(heard) == []


@pytest.mark.parametrize(
    ("paste", "notice"),
    [
        (RUN, RUN_IT),
        ("/exit", "To run it, type `/` yourself."),
        ("exit", "To run it, type `exit` yourself."),
        ("/exit\r" * 30, "To run it, type `/` yourself."),
        (f"{RUN}\rls", "`!` runs a one-line command; several lines are sent as a message."),
    ],
)
@pytest.mark.parametrize("arguments", [(), ("--accessible",)], ids=["", "accessible"])
def test_a_paste_that_resembles_a_command_says_how_to_run_it(
    paste: str, notice: str, arguments: tuple[str, ...], asking: Program, heard: Heard
) -> None:
    with Screen(asking, *arguments, columns=100) as terminal:
        terminal.wait_for("You:" if arguments else ">")
        terminal.type(pasted(paste) + ENTER)
        terminal.wait_for(notice)
        terminal.wait_for("End of answer." if arguments else "tokens")
    assert last_messages(heard) == [paste.replace("\r", "\n")]
    assert not (asking.home / "ran").exists()


def test_a_terminal_that_marks_pastes_unasked_starts_no_command_at_the_dumb_prompt(
    asking: Program, heard: Heard
) -> None:
    dumb = Program(asking.home, {**asking.environment, "TERM": "dumb"})
    with Screen(dumb) as terminal:
        terminal.wait_for_prompt()
        for line in (pasted(RUN), pasted(f"{RUN}\r/exit"), pasted("exit"), "!" + pasted("echo hi")):
            terminal.say(line)
            terminal.wait_for("[y/N]" if "hi" in line else ">")
            if "hi" not in line:
                terminal.wait_for_prompt()
        terminal.say("n")
        terminal.wait_for_prompt()
        assert RUN_IT in terminal.text()
    assert last_messages(heard) == [RUN, f"{RUN}\n/exit", "exit"]
    assert not (asking.home / "ran").exists()


def test_a_paste_between_prompts_is_no_command(asking: Program, heard: Heard) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.say("!echo begun; while [ ! -e go ]; do sleep 0.05; done")
        terminal.wait_for("\nbegun")
        terminal.type(pasted(RUN) + ENTER + pasted("/exit") + ENTER)
        (asking.home / "go").touch()
        terminal.wait_for("[y/N]")
        terminal.say("n")
        terminal.wait_for("several lines are sent as a message")
        terminal.wait_for_prompt()
    assert last_messages(heard) == [f"{RUN}\n/exit"]
    assert not (asking.home / "ran").exists()


def test_a_paste_stays_one_in_an_editor_a_suspension_and_the_history(
    asking: Program, heard: Heard
) -> None:
    append = with_editor(asking, "path.write_text(path.read_text().rstrip() + ' more\\n')")
    with Screen(append, command=BASH) as terminal:
        terminal.wait_for("$")
        terminal.say(f"{sys.executable} -m nemochat")
        terminal.wait_for_prompt()
        terminal.type_in_turn(pasted(RUN), CTRL_G)
        terminal.wait_for_row(f"> {RUN} more")
        terminal.type(CTRL_Z)
        terminal.wait_for("Stopped")
        terminal.say("fg")
        terminal.wait_for_row(f"> {RUN} more")
        terminal.type(HOME + DOWN + UP + END + UP + DOWN + ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard) == [f"{RUN} more"]


def test_a_folded_paste_that_an_editor_changes_is_no_command(asking: Program, heard: Heard) -> None:
    append = with_editor(asking, "path.write_text(path.read_text().rstrip() + ' more\\n')")
    with Screen(append) as terminal:
        terminal.wait_for_prompt()
        terminal.type_in_turn(pasted("/exit\r" * 30), CTRL_G)
        terminal.wait_for("/exit more")
        terminal.type(ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard) == ["/exit\n" * 29 + "/exit more"]


def test_what_is_written_in_an_editor_is_typed(asking: Program, heard: Heard) -> None:
    writing = with_editor(asking, f"path.write_text({RUN!r})")
    with Screen(writing) as terminal:
        terminal.wait_for_prompt()
        terminal.say("/editor")
        terminal.wait_for_row(f"> {RUN}")
        terminal.type(ENTER)
        terminal.wait_for("The command had no output.")
    assert (asking.home / "ran").exists()
    assert last_messages(heard) == []


def test_enter_makes_a_new_line_after_a_pasted_slash_in_multiline(
    asking: Program, heard: Heard
) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.say("/multiline on")
        terminal.wait_for_prompt()
        terminal.type_in_turn(pasted("/exit"), ENTER, "b" + ALT_ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard) == ["/exit\nb"]


@pytest.mark.parametrize(("keys", "message"), [("dd" + "p", "\n" + RUN), ("0x" + "u", RUN)])
def test_what_vi_brings_back_is_as_pasted_as_it_was(
    keys: str, message: str, asking: Program, heard: Heard
) -> None:
    with Screen(asking, "--editing-mode", "vi") as terminal:
        terminal.wait_for_prompt()
        terminal.type_in_turn(pasted(RUN), ESCAPE + keys + ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard) == [message]
    assert not (asking.home / "ran").exists()


def test_the_history_keeps_a_paste_as_it_would_be_typed(asking: Program) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type(pasted(RUN) + ENTER)
        terminal.wait_for_prompt()
    assert f"+!{RUN}\n" in history(asking).read_text()
