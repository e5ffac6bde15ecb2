"""What Tab offers: commands, their arguments, values, names, paths, each with a word about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from nemochat.repl.prompt.completer import MessageCompleter, is_completable
from nemochat.repl.session import Session
from tests.conftest import Heard, Program
from tests.repl.sessions import session
from tests.terminal import ENTER, Screen


def complete(line: str, chat: Session | None = None) -> dict[str, str]:
    """The whole lines that Tab would make of a line, with what is said about each."""
    completer = MessageCompleter(chat or session())
    found = completer.get_completions(Document(line), CompleteEvent())
    return {
        line[: len(line) + each.start_position] + each.text: each.display_meta_text
        for each in found
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deep.py").write_text("x" * 2000)
    for name in ("notes.md", "my notes.md", ".hidden", "bad\x1b[2J", 'a"b'):
        (tmp_path / name).write_text("x\n")
    return tmp_path


def test_commands_come_before_their_other_names() -> None:
    assert complete("/sav") == {
        "/save": "Name the conversation, so that `/load NAME` finds it; savin…"
    }
    names = ["/redo", "/rename", "/render", "/retry"]
    assert list(complete("/re"))[:5] == [*names, "/reset"]
    assert complete("/regen")["/regen"].startswith(
        "/retry: Ask the last question again, and keep the old"
    )
    assert "/exit" in complete("/")


def test_parameters_tell_their_range_and_their_value() -> None:
    chat = session()
    chat.settings.parameters["temperature"] = 0.3
    assert complete("/set temp", chat) == {"/set temperature": "0 to 2, now 0.3"}
    assert complete("/set TOP_K", chat) == {"/set top_k": "a whole number from 0 to 999"}
    assert complete("/set temperature ", chat) == {"/set temperature 0.3": "the current value"}
    assert list(complete("/set tool_choice ")) == ["/set tool_choice none", "/set tool_choice auto"]
    assert list(complete("/set max_tokens n")) == ["/set max_tokens none"]
    assert complete("/unset ", chat) == {"/unset temperature": "now 0.3"}
    assert list(complete("/retry seed=1 min")) == ["/retry seed=1 min_p="]
    assert complete("/set nothing ") == {}


def test_endpoints_models_topics_and_switches_are_offered() -> None:
    assert "/endpoint guide" in complete("/endpoint g")
    assert "/model mistralai/Mistral-Nemo-Instruct-2407" in complete("/model mis")
    assert {"/help undo", "/help parameters"} <= complete("/help ").keys()
    assert list(complete("/multiline o")) == ["/multiline on", "/multiline off"]
    assert complete("/nothing x") == {}


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("see @", ['see @"my notes.md"', "see @notes.md", "see @sub/"]),
        ("see @sub/", ["see @sub/deep.py"]),
        ('see @"my', ['see @"my notes.md"']),
        ("see @.", ["see @.hidden"]),
        ("@n", ["@notes.md"]),
        ("one\n@n", ["one\n@notes.md"]),
        ("see @~", ["see @~/"]),
        ("see @~/sub/", ["see @~/sub/deep.py"]),
        ("/system @no", ["/system @notes.md"]),
        ("/export my", ["/export my notes.md"]),
        ("me@n", []),
        ("see @nowhere/", []),
        ("see @\x00", []),
        ("see n", []),
    ],
)
def test_paths_are_offered_where_one_may_stand(line: str, lines: list[str], folder: Path) -> None:
    assert list(complete(line)) == lines
    assert is_completable(line) or not lines


def test_a_path_comes_with_its_size(folder: Path) -> None:
    assert complete("@sub/d") == {"@sub/deep.py": "2 kB"}
    assert complete("@s") == {"@sub/": "folder"}


def test_of_a_huge_folder_only_so_much_is_offered(folder: Path) -> None:
    many = folder / "many"
    many.mkdir()
    for number in range(2100):  # more than are looked at
        (many / f"f{number}").touch()
    assert len(complete("@many/")) == 200


def test_nothing_is_expected_in_plain_words() -> None:
    for text in ("Hello", "//etc", "a/b", "me@example.org ", "two\n/lines", ""):
        assert not is_completable(text)
        assert complete(text) == {}


def test_tab_completes_in_a_low_terminal_too_and_saved_names_are_known(
    asking: Program, heard: Heard
) -> None:
    (asking.home / "my notes.md").write_text("x")
    with Screen(asking, rows=6, tells_cursor=True) as terminal:
        terminal.wait_for_prompt()
        terminal.say("Hello!")
        terminal.wait_for_prompt()
        terminal.say("/save lamb")
        terminal.wait_for("Saved as lamb")
        terminal.type("/loa\t")
        terminal.wait_for_row("> /load")
        terminal.type(" ")
        terminal.wait_for("lamb")
        terminal.wait_for("1 question: Hello!")
        terminal.type("\t")
        terminal.wait_for_row("> /load lamb")
        terminal.type("\x03see @my\t")
        terminal.wait_for_row('> see @"my notes.md"')
        terminal.type("\x03a\tb" + ENTER)
        terminal.wait_for("> ab")
        terminal.wait_for_prompt()
        assert "1 question" not in terminal.text()
        assert b"too small" not in terminal.raw
    assert heard.bodies[-1]["messages"][-1]["content"] == "ab"
