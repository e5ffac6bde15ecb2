"""The tree in a chat: branches, other wordings, forks, and where an answer came from."""

from __future__ import annotations

import sqlite3
import sys
from datetime import UTC, datetime

import pytest

from nemochat.core.messages import Message, Role
from nemochat.repl.commands.branches import diff, diff_words
from tests.conftest import Heard, Program
from tests.repl.sessions import session
from tests.terminal import CTRL_D, Screen

SAVING = "How do I save a chat?"
LEAVING = "How do I leave the chat?"


def play(program: Program, *script: str, editor: str = "") -> str:
    """What a script of lines shows, notices after it."""
    (program.home / "script").write_text("\n".join(script) + "\n")
    done = program.run("--script", "script", environment={"EDITOR": editor, "VISUAL": ""})
    assert done.returncode == 0, done.stderr
    return (done.stdout + done.stderr).decode()


def list_questions(heard: Heard) -> list[str]:
    return [m["content"] for m in heard.bodies[-1]["messages"] if m["role"] == "user"]


def test_the_tree_marks_the_path_and_numbers_what_stands_side_by_side(asking: Program) -> None:
    shown = play(asking, SAVING, "/retry", LEAVING, "/undo", "Hello!", "/tree")
    tree = shown[shown.index("*   > ") :].splitlines()
    assert tree[0] == f"*   > {SAVING}"
    assert tree[2].startswith("* 2   ")
    assert tree[1] == f"  1   {tree[2][6:]}"
    assert tree[3] == f"  3     > {LEAVING}"
    assert tree[5] == "* 4     > Hello!"
    assert len(tree) == 7


@pytest.mark.parametrize("columns", [80, 40])
def test_a_terminal_draws_the_tree_and_breaks_no_word(asking: Program, columns: int) -> None:
    with Screen(asking, columns=columns) as terminal:
        terminal.wait_for_prompt()
        for line in (SAVING, "/retry", LEAVING, "/undo", "Hello!", "/tree"):
            terminal.say(line)
            terminal.wait_for_prompt()
        tree = terminal.text().rpartition("> /tree\n")[2].rpartition("\n\n>")[0]
    assert tree.startswith(f"* > {SAVING}\n├──   1 ##")
    assert "\n└── * 2 ##" in tree
    assert f"\n    ├──   3 > {LEAVING}\n" in tree
    assert "\n    └── * 4 > Hello!\n        * " in tree
    assert "```" not in tree
    words = {word for line in tree.splitlines() for word in line.split()}
    message = play(asking, "/load 1", "/tree")
    assert words <= {*message.split(), "├──", "└──", "│", "##"}


def test_deep_branches_fit_a_narrow_terminal(asking: Program) -> None:
    with Screen(asking, columns=40) as terminal:
        terminal.wait_for_prompt()
        for number in range(8):
            for line in (f"Question {number}", "/retry"):
                terminal.say(line)
                terminal.wait_for_prompt()
        terminal.say("/tree")
        terminal.wait_for_prompt()
        tree = terminal.text().rpartition("> /tree\n")[2]
    for number in range(8):
        assert f"> Question {number}\n" in tree


def test_a_terminal_shows_differences_and_picks_without_fences(asking: Program) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        for line in (SAVING, "/undo", LEAVING, "/diff 1 2", "/candidates on", "Hello!", "/pick 2"):
            terminal.say(line)
            terminal.wait_for_prompt()
        shown = terminal.text()
    assert "How do I [-save-]{+leave+}" in " ".join(shown.split())
    assert "\nContinuing from answer 2: " in shown
    assert "```" not in shown.partition("/diff 1 2")[2]


def test_another_branch_is_gone_over_to_and_sent(asking: Program, heard: Heard) -> None:
    shown = play(asking, SAVING, LEAVING, "/undo", "Hello!", "/branch 1", "And then?")
    assert "Switched to branch 1 of 2." in shown
    assert list_questions(heard) == [SAVING, LEAVING, "And then?"]
    shown = play(asking, SAVING, "/branch", "/branch 1")
    assert "There are no branches" in shown
    assert "there are no branches" in shown


def test_branches_are_listed_and_wrong_numbers_refused(asking: Program) -> None:
    shown = play(asking, SAVING, "/retry", "/branch", "/branch 3", "/branch x", "/branch 0")
    assert "- 2 (current): " in shown
    assert shown.count("the tree has branches 1 to 2") == 3


def test_two_answers_are_compared_word_by_word(asking: Program) -> None:
    shown = play(asking, SAVING, "/diff", "/retry", "/diff", "/undo", LEAVING, "/diff 1 4")
    assert "no answer has an alternative" in shown
    assert "The answers are identical." in shown
    assert "[-save-]{+leave+}" in shown
    assert str(diff_words("a b ``` c", "a d ``` c")) == "a [-b-]{+d+} ``` c"
    many = "word\n" * 3000
    assert "{+more+}" in str(diff_words(many, many + "more"))


def test_an_earlier_question_is_edited_and_asked_again(asking: Program, heard: Heard) -> None:
    change = asking.home / "change.py"
    change.write_text(
        "import sys, os, pathlib\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "assert path.stat().st_mode & 0o777 == 0o600\n"
        "path.write_text(path.read_text().replace('save', 'load') + '\\n')\n"
    )
    editor = f"{sys.executable} {change}"
    shown = play(asking, SAVING, LEAVING, "/edit 1", "/tree", editor=editor)
    assert list_questions(heard) == ["How do I load a chat?"]
    assert "  1 > How do I save a chat?" in shown
    assert "* 2 > How do I load a chat?" in shown
    assert LEAVING in shown.rpartition("  1 > ")[2]


@pytest.mark.parametrize(
    ("editor", "line", "said"),
    [
        ("", "/edit", "there is no editor"),
        ("/nonexistent/editor", "/edit", "cannot be started"),
        ("false", "/edit", "the editor failed with exit code 1"),
        ("true", "/edit", "The question is unchanged"),
        ("true", "/edit 5", "the conversation has one question, not 5"),
        ("true", "/edit x", 'one question, not "x"'),
    ],
)
def test_an_edit_that_comes_to_nothing_is_said(
    asking: Program, heard: Heard, editor: str, line: str, said: str
) -> None:
    assert said in play(asking, SAVING, line, editor=editor)
    assert len(heard.bodies) == 1


def test_a_fork_leaves_the_old_conversation_as_it_is(asking: Program, heard: Heard) -> None:
    shown = play(asking, "/fork", SAVING, "/fork other", LEAVING, "/list")
    assert "nothing to fork yet" in shown
    assert 'Forked to conversation 2, "other", with 1 question.' in shown
    assert list_questions(heard) == [SAVING, LEAVING]
    with sqlite3.connect(asking.database) as db:
        turns = db.execute("SELECT turns FROM conversations ORDER BY id").fetchall()
    db.close()
    assert turns == [(1,), (2,)]


def test_why_tells_where_an_answer_came_from(asking: Program) -> None:
    shown = play(asking, "/why", "/set temperature 0.3", SAVING, "/unset temperature", LEAVING,
                   "/why 1", "/why", "/why 3")  # fmt: skip
    assert "there is no question yet" in shown
    first, second = shown.split("| requested model |")[1:]
    assert "| temperature 0.3 |" in first
    assert "| none: the endpoint's defaults |" in second
    for row in (
        "answered by",
        "endpoint",
        "ending | complete",
        "tokens",
        "cost | $",
        "complete after",
    ):
        assert f"| {row}" in second
    assert "the conversation has questions 1 to 2, not 3" in shown


def test_conversations_are_searched_renamed_exported_and_deleted_from_inside(
    asking: Program,
) -> None:
    shown = play(asking, SAVING, "/rename lamb", "/search SAVE", "/export lamb.html",
                   "/export lamb.html", "/rename 1 stew", "/delete stew", "/list",
                   "/delete stew yes", "/list", "/list 2", "/list x")  # fmt: skip
    assert "- 1 · lamb · you: How do I **save** a chat?" in shown
    assert "Wrote the conversation to lamb.html." in shown
    assert "already exists" in shown
    what = f'conversation 1, "stew" (1 question, last used {datetime.now(UTC):%Y-%m-%d})'
    assert f"`/delete 1 yes` deletes {what} for good." in shown
    assert "| 1 | stew | 1 |" in shown
    assert f"Deleted {what}." in shown
    assert "There are no saved conversations yet." in shown
    assert (asking.home / "lamb.html").read_text().startswith("<!DOCTYPE html>")


def test_a_name_is_never_a_path(asking: Program) -> None:
    play(asking, SAVING, "/save ../../x", "/load ../../x", "/export")
    assert (asking.home / "conversation-1.md").exists()
    assert not list(asking.home.rglob("x"))


def test_what_is_said_in_private_is_kept_nowhere(asking: Program) -> None:
    shown = play(asking, "/private", SAVING, "/list", "/save x", "/info", "/fork", "/private off",
                   LEAVING, "/list", "/private on")  # fmt: skip
    assert shown.count("this chat is private") == 2
    assert "nowhere: the chat is private" in shown
    with sqlite3.connect(asking.database) as db:
        kept = db.execute("SELECT content FROM messages WHERE role = 'user'").fetchall()
    db.close()
    assert kept == [(LEAVING,)]
    for file in asking.home.rglob("nemochat.db*"):
        assert SAVING.encode() not in file.read_bytes()


def test_a_line_that_begins_with_a_blank_or_is_private_stays_out_of_the_history(
    asking: Program,
) -> None:
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        for line in ("Hello!", " secret", "/private", "more of it", "/private off", "/info"):
            terminal.say(line)
            terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        terminal.wait_for_end()
    history = (asking.home / "state" / "nemochat" / "history").read_text()
    assert "Hello!" in history
    assert "/info" in history
    assert "secret" not in history
    assert "more of it" not in history


def test_an_answer_that_died_with_the_process_is_marked_and_gone_on_with(
    asking: Program, heard: Heard
) -> None:
    play(asking, SAVING)
    with sqlite3.connect(asking.database) as db:
        db.execute(
            "UPDATE messages SET settled = 0, content = 'You need not', details ="
            " json_remove(details, '$.provenance.ending') WHERE id = 2"
        )
    db.close()
    shown = play(asking, "/load 1", "/continue", "/why")
    assert "nemochat ended too early" in shown
    assert "after 12 characters" in shown
    assert "Your last answer was cut off" in list_questions(heard)[-1]


def test_a_difference_in_a_private_chat_is_from_the_answer_before() -> None:
    here = session()
    talk = here.chat.conversation
    talk.append(-1, Message(Role.USER, "Hi"))
    for text in ("first", "second", "third"):
        talk.go_to(-1)
        talk.append(talk.provisional_key, Message(Role.ASSISTANT, text))
    assert "second" in str(diff(here, ""))
    assert "first" not in str(diff(here, ""))
