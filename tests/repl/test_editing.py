"""The prompt under a person's hands: the real program in a pseudo-terminal, key by key."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from nemochat import __version__
from nemochat.repl.prompt.history import MAX_BYTES, MAX_ENTRIES, ChatHistory, read_entries
from nemochat.repl.prompt.lines import is_unfinished, join_lines
from nemochat.repl.prompt.paste import Pastes
from nemochat.repl.session import Session
from tests.conftest import Heard, Program
from tests.terminal import BASH, CTRL_C, CTRL_D, ENTER, Screen

ALT_ENTER, CTRL_J, ESCAPE, UP, DOWN = "\x1b\r", "\n", "\x1b", "\x1b[A", "\x1b[B"
LEFT, RIGHT, BACKSPACE, DELETE = "\x1b[D", "\x1b[C", "\x7f", "\x1b[3~"
CTRL_G, CTRL_R, CTRL_Z, CTRL_L, UNDO = "\x07", "\x12", "\x1a", "\x0c", "\x1f"
FAMILY, FLAG, ACCENTED = "👩‍👩‍👧", "🇩🇪", "e\u0301"


def pasted(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


def history(program: Program) -> Path:
    return program.home / "state" / "nemochat" / "history"


def last_messages(heard: Heard) -> list[str]:
    """The last message of each request."""
    return [body["messages"][-1]["content"] for body in heard.bodies]


def with_editor(program: Program, script: str) -> Program:
    """The program with an editor that is a Python script; it has the file's `path`."""
    file = program.home / "editor.py"
    file.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{script}\n")
    editor = f"{sys.executable} {file}"
    return Program(program.home, {**program.environment, "VISUAL": "", "EDITOR": editor})


def test_each_key_for_a_new_line_makes_one_and_enter_sends(asking: Program, heard: Heard) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type_in_turn("one", CTRL_J, f"two{ALT_ENTER}", f"three\\{ENTER}", f"four{ENTER}")
        terminal.wait_for_prompt()
        block = ('"""', "a\\", '"""x"""', "", "b", '"""')
        terminal.type_in_turn(*(line + ENTER for line in block))
        terminal.wait_for_prompt()
        terminal.say("/multiline on")
        terminal.wait_for("Enter makes a new line")
        terminal.wait_for_prompt()
        terminal.type_in_turn(f"c{ENTER}", f"d{ALT_ENTER}")
        terminal.wait_for_prompt()
        terminal.type_in_turn(f"e{ENTER}", f"f{CTRL_J}")
        terminal.wait_for_prompt()
        terminal.say("/multiline off")
        terminal.wait_for("Enter sends")
        terminal.wait_for_prompt()
        terminal.say("g")
        terminal.wait_for_prompt()
    assert last_messages(heard) == [
        "one\ntwo\nthree\nfour",
        'a\\\n"""x"""\n\nb',
        "c\nd",
        "e\nf",
        "g",
    ]


def test_a_block_is_open_while_a_mark_lacks_its_other() -> None:
    assert is_unfinished('"""')
    assert is_unfinished('"""a\n"""Doc."""')
    assert not is_unfinished('"""a"""')
    assert is_unfinished("a\\")
    assert join_lines('"""\na\\\nb\n"""') == '"""\na\\\nb\n"""'
    assert join_lines("a\\\nb") == "a\nb"


def test_a_long_paste_is_folded_sent_whole_shown_and_recalled(
    asking: Program, heard: Heard
) -> None:
    first = "\r\n".join(f"line {number}" for number in range(300))
    second = "\r".join(f"other {number}" for number in range(21))
    short = "\n".join(map(str, range(20)))
    whole = [text.replace("\r\n", "\n").replace("\r", "\n") for text in (first, second)]
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type_pastes(f"see {pasted(first)} and {pasted(second)}!")
        terminal.wait_for_row("> see [paste: 300 lines] and [paste 2: 21 lines]!")
        terminal.type(f"{LEFT}{BACKSPACE}{LEFT * 5}{ENTER}")
        terminal.wait_for_prompt()
        terminal.type(pasted(short))
        terminal.wait_for_row("… 19")
        terminal.type(CTRL_C)
        terminal.say("/paste show")
        terminal.wait_for("line 299")
        terminal.wait_for_prompt()
        terminal.type(f"see{UP}")
        terminal.wait_for_row("> see [paste: 300 lines] and !")
        terminal.type(CTRL_C)
        terminal.type(pasted("/" + second) + ENTER)
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        terminal.wait_for_end()
    assert last_messages(heard) == [f"see {whole[0]} and !", "/" + whole[1]]
    assert "+line 299 and !\n" in history(asking).read_text()
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type(f"see{UP}")
        terminal.wait_for_row("… [more 2: 299 lines]")
        terminal.type(ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard)[2] == last_messages(heard)[0]


def test_a_paste_while_an_answer_comes_is_folded_on_the_next_prompt(program: Program) -> None:
    with Screen(program, "--endpoint", "guide") as terminal:
        terminal.wait_for_prompt()
        terminal.say("What parameters are there?")
        terminal.wait_for("parameters are there?\n\n", 5)
        terminal.type("about " + pasted("x\n" * 30))
        terminal.wait_for_row("> about [paste: 30 lines]")


def test_wide_and_joined_characters_are_edited_as_they_are_read(
    asking: Program, heard: Heard
) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type(f"日本語{FAMILY}x")
        terminal.wait_for_row("> 日本語👩x")
        assert terminal.screen.cursor.x == 2 + 6 + 2 + 1
        terminal.type(LEFT * 2 + BACKSPACE)
        terminal.wait_for_row("> 日本👩x")
        assert terminal.screen.cursor.x == 2 + 4
        terminal.type(RIGHT + FLAG + ACCENTED + "한" + LEFT * 2)
        terminal.wait_for_row("> 日本👩DE\xe9한x")
        assert terminal.screen.cursor.x == 2 + 4 + 2 + 2
        terminal.type(DELETE + LEFT + CTRL_D + ENTER)
        terminal.wait_for_prompt()
        terminal.type(ACCENTED + FLAG + FAMILY + BACKSPACE * 2 + ENTER)
        terminal.wait_for_prompt()
        terminal.type("日" * 50)
        terminal.wait_for("日" * 39)
        terminal.type(BACKSPACE * 11 + ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard) == [f"日本{FAMILY}한x", ACCENTED, "日" * 39]


def test_the_editor_changes_what_is_typed(asking: Program, heard: Heard) -> None:
    program = with_editor(
        asking,
        "assert path.stat().st_mode & 0o777 == 0o600 and path.suffix == '.md'\n"
        "path.write_text(path.read_text() + ' more\\nlines\\n')",
    )
    with Screen(program) as terminal:
        terminal.wait_for_prompt()
        terminal.type_pastes("a" + pasted("b\n" * 25) + "\x18\x05")
        terminal.wait_for("[paste: 25 lines] more\n… lines")
        terminal.type(ENTER)
        terminal.wait_for_prompt()
        terminal.type("c" + CTRL_G)
        terminal.wait_for("> c more\n… lines")
        terminal.type(ENTER)
        terminal.wait_for_prompt()
        terminal.say("/editor d")
        terminal.wait_for("> d more\n… lines")
        terminal.type(ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard) == [
        "a" + "b\n" * 25 + " more\nlines",
        "c more\nlines",
        "d more\nlines",
    ]


def test_an_editor_that_fails_leaves_the_text(asking: Program) -> None:
    with Screen(with_editor(asking, "sys.exit(3)")) as terminal:
        terminal.wait_for_prompt()
        terminal.type("keep me" + CTRL_G)
        terminal.wait_for("the editor failed with exit code 3")
        terminal.wait_for_row("> keep me")


def test_the_history_of_other_chats_is_walked_searched_and_suggested(
    asking: Program, heard: Heard
) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        for line in ("alpha one", "beta", " secret", "alpha two"):
            terminal.say(line)
            terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        terminal.wait_for_end()
    assert "secret" not in history(asking).read_text()
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type(UP * 2)
        terminal.wait_for_row("> beta")
        terminal.type(DOWN)
        terminal.wait_for_row("> alpha two")
        terminal.type(CTRL_C + "al" + UP * 2)
        terminal.wait_for_row("> alpha one")
        terminal.type(CTRL_C + CTRL_R + "bet")
        terminal.wait_for("I-search backward: bet")
        terminal.type(ENTER)
        terminal.wait_for_row("> beta")
        terminal.type(CTRL_C + "alp")
        terminal.wait_for_row("> alpha two")
        terminal.type(RIGHT + ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard)[-1] == "alpha two"


def test_two_chats_write_one_history_at_once(asking: Program) -> None:
    with Screen(asking) as one, Screen(asking) as other:
        one.wait_for_prompt()
        other.wait_for_prompt()
        for number in range(3):
            one.say(f"/set top_k {number}")
            other.say(f"/set seed {number}")
            one.wait_for(f"top_k is {number}")
            one.wait_for_prompt()
            other.wait_for(f"seed is {number}")
            other.wait_for_prompt()
    with history(asking).open("rb") as file:
        kept = sorted(read_entries(file))
    assert kept == sorted([f"/set {name} {n}" for name in ("top_k", "seed") for n in range(3)])


def type_keys(path: Path) -> ChatHistory:
    return ChatHistory(cast(Session, SimpleNamespace(private=False, pastes=Pastes())), path)


def test_entries_written_at_once_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "history"
    texts = [[f"{writer}\n{entry}\n" + "+#" * 500 for entry in range(50)] for writer in range(4)]

    def write(mine: list[str]) -> None:
        chat = type_keys(path)
        for text in mine:
            chat.store_string(text)

    writers = [threading.Thread(target=write, args=(mine,)) for mine in texts]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    with path.open("rb") as file:
        assert sorted(read_entries(file)) == sorted(text for mine in texts for text in mine)


def test_of_a_huge_history_only_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "history"
    lines = (f"\n# then\n+entry {n}\n+of two lines {'x' * 50}\n" for n in range(50_000))
    path.write_text("".join(lines))
    with path.open("rb") as file:
        read = list(read_entries(file))
    assert read[0].startswith("entry 49999\n")
    assert read[-1].startswith("entry ")
    assert sum(map(len, read)) < MAX_BYTES
    assert len(list(type_keys(path).load_history_strings())) == min(len(read), MAX_ENTRIES)


def test_ctrl_c_clears_and_never_leaves_ctrl_d_deletes_and_leaves(
    asking: Program, heard: Heard
) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.type("half a line" + CTRL_C)
        terminal.wait_for_prompt()
        terminal.type(CTRL_C * 2)
        terminal.wait_for_prompt()
        assert "half" not in terminal.text()
        terminal.type(UNDO)
        terminal.wait_for_row("> half a line")
        terminal.type("\x01" + CTRL_D * 5 + CTRL_L)
        terminal.wait_for_row("> a line")
        assert terminal.screen.cursor.y == 0
        terminal.type(ENTER)
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
    assert last_messages(heard) == ["a line"]


def test_ctrl_z_suspends_under_bash_and_comes_back_whole(asking: Program, heard: Heard) -> None:
    with Screen(asking, command=BASH, tells_cursor=True) as terminal:
        terminal.wait_for_row("$")
        terminal.say(f"{sys.executable} -m nemochat")
        terminal.wait_for("of 131,072 tokens")
        terminal.type("half" + CTRL_Z)
        terminal.wait_for("Stopped")
        terminal.wait_for_row("$")
        terminal.say("echo the shell; fg")
        terminal.wait_for("\nthe shell")
        terminal.wait_for_row("> half")
        terminal.type(" and half" + ENTER)
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        terminal.wait_for_row("$")
        terminal.say("echo still $((6 * 7))")
        terminal.wait_for("still 42")
    assert last_messages(heard) == ["half and half"]


def test_vi_keys_edit_where_they_are_chosen(asking: Program, heard: Heard) -> None:
    vi = Program(asking.home, {**asking.environment, "NEMOCHAT_EDITING_MODE": "vi"})
    with Screen(vi) as terminal:
        terminal.wait_for_prompt()
        terminal.type("one twoo" + ESCAPE)
        terminal.type("x0dwi" + "a" + ALT_ENTER + "b" + ESCAPE + "A!" + ENTER)
        terminal.wait_for_prompt()
    assert last_messages(heard) == ["a\nbtwo!"]


@pytest.mark.parametrize("variable", ["ACCESSIBLE", "NEMOCHAT_VIEW"])
def test_a_prompt_that_is_read_aloud_offers_nothing_unasked(
    variable: str, asking: Program, heard: Heard
) -> None:
    value = "1" if variable == "ACCESSIBLE" else "accessible"
    aloud = Program(asking.home, {**asking.environment, variable: value})
    with Screen(aloud, tells_cursor=True) as terminal:
        terminal.wait_for_row("You:")
        terminal.type("/sav")
        terminal.wait_for_row("You: /sav")
        assert "/save" not in terminal.text()
        terminal.type("\t")
        terminal.wait_for_row("You: /save")
        terminal.type(CTRL_C + "Hello!" + ENTER)
        terminal.wait_for_row("You:")
        assert "131,072" not in terminal.text()
    assert last_messages(heard) == ["Hello!"]


def test_a_dumb_terminal_is_chatted_in_too(asking: Program, heard: Heard) -> None:
    dumb = Program(asking.home, {**asking.environment, "TERM": "dumb"})
    with Screen(dumb) as terminal:
        terminal.wait_for_prompt()
        terminal.say("Hello!")
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
        assert b"\x1b[" not in terminal.raw
        assert terminal.text().startswith(f"nemochat {__version__}: Mistral-Nemo")
    assert last_messages(heard) == ["Hello!"]
