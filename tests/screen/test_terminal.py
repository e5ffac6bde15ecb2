"""Terminal view: the program in a pseudo-terminal with a slow server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemochat.screen.markdown.renderer import render
from nemochat.screen.text.sanitize import sanitize
from tests.conftest import Program
from tests.screen.answers import ANSWERS, CODE
from tests.screen.payloads import PAYLOADS
from tests.streaming import Streaming
from tests.terminal import CTRL_C, CTRL_D, Screen

ALLOWED = re.compile(
    rb"\x1b\[\??[0-9;]*[a-zA-Z]"  # CSI
    rb"|\x1b\]8;[^\x1b\x07]*\x1b\\"  # links
    rb"|\x1b\]11;\?\x07"  # which background the terminal has
    rb"|\x1b[=>78]"  # keypad, cursor
)
TAKEN = re.compile(r"\n[0-9.]+ s( to the first token)?( · .*)?\n[^$]*$")
FORBIDDEN = re.compile(rb"\x1b\[[0-3]?J(?<!\x1b\[J)(?<!\x1b\[0J)|\x1b\[\?1049h|\x1b\[\?47h")


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    with Streaming() as server:
        yield server


def at(server: Streaming) -> tuple[str, ...]:
    return ("--base-url", server.base_url, "--private")


def test_an_answer_is_laid_out_as_it_comes_and_stays(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers["lists"] = ANSWERS["lists"]
    with Screen(program, *at(streaming), columns=60, rows=12) as terminal:
        terminal.wait_for_prompt()
        terminal.say("lists")
        terminal.wait_for("[x] done")
        terminal.wait_for_prompt()
        text = terminal.text()
    assert "• a bullet with emphasis" in text
    assert "1. deeper still" in text
    assert text.count("another") == 1


def test_waiting_for_the_first_token_counts_the_seconds(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers["slow"] = "There."
    streaming.first = 1.6
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("slow")
        terminal.wait_for("waiting for the first token, 1 s")
        terminal.wait_for("There.")
        terminal.wait_for_prompt()
        assert "waiting" not in terminal.text()


@pytest.mark.parametrize("key", [CTRL_C, "\x1b"], ids=["Ctrl-C", "Esc"])
def test_an_answer_stops_at_once_and_what_was_shown_stays(
    key: str, program: Program, streaming: Streaming
) -> None:
    streaming.answers["long"] = " ".join(f"word{n}" for n in range(5000))
    streaming.pace = 0.01
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("long")
        terminal.wait_for("word30 ")
        terminal.type(key)
        assert streaming.left.wait(20)  # long before the end of the answer
        terminal.wait_for("stopped by you")
        terminal.wait_for_prompt()
        assert "word29 word30" in terminal.text()


def test_ctrl_c_while_nothing_comes_brings_the_prompt_back(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers["never"] = "x"
    streaming.first = 30.0
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("never")
        terminal.wait_for("waiting for the first token")
        terminal.type(CTRL_C)
        terminal.wait_for_prompt()
        streaming.answers["now"] = "Here."
        streaming.first = 0.0
        terminal.say("now")
        terminal.wait_for("Here.")


def test_what_is_typed_while_an_answer_comes_is_asked_next(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers |= {"first": "word " * 100, "second": "Two.", "a b": "Pasted."}
    streaming.pace = 0.005
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("first")
        terminal.wait_for("word word")
        terminal.type_in_turn("seco\x7f\x7fcond\r", "\x1b[200~a b\x1b[201~")
        terminal.wait_for("Two.")
        terminal.wait_for("> a b")
        assert "stopped" not in terminal.text()
        terminal.type("\r")
        terminal.wait_for("Pasted.")
        terminal.wait_for_prompt()


def test_thinking_is_folded(program: Program, streaming: Streaming) -> None:
    streaming.answers["think"] = "<think>\nLet me see, the secret is 42.\n</think>\n\nThe answer."
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("think")
        terminal.wait_for("The answer.")
        terminal.wait_for_prompt()
        assert "secret" not in terminal.text()
        assert re.search(r"\(thought for \d s\)", terminal.text())


@pytest.mark.parametrize("shown", ["", "The beginning "])
def test_an_answer_that_fails_leaves_nothing_to_the_next_one(
    shown: str, program: Program, streaming: Streaming
) -> None:
    streaming.answers |= {"bad": shown, "good": "<think>Hm.</think>A whole **answer**."}
    streaming.thoughts["bad"] = "Let me see."
    streaming.failing.add("bad")
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("bad")
        terminal.wait_for("out of memory")
        terminal.wait_for_prompt()
        terminal.say("good")
        terminal.wait_for("A whole answer.")
        terminal.wait_for_prompt()
        before, _, after = terminal.text().partition("> good")
    assert before.count("(thought for") == 1
    assert shown.strip() in before
    assert after.count("(thought for") == 1
    assert "beginning" not in after


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_long_answer_with_numbered_code_is_the_same_in_other_pieces(
    columns: int, program: Program, streaming: Streaming
) -> None:
    text = ANSWERS["code"]
    streaming.answers |= {"letters": text, "lines": text}
    shown = []
    with Screen(program, *at(streaming), columns=columns) as terminal:
        terminal.wait_for_prompt()
        for question, streaming.piece in (("letters", 2), ("lines", 90)):
            terminal.say(question)
            terminal.wait_for(f"> {question}")
            terminal.wait_for_prompt()
            answer = terminal.text().rpartition(f"> {question}\n")[2]
            shown.append(TAKEN.sub("", answer))
    assert shown[0] == shown[1]
    rows = [row for row in render(text, columns - 1, numbered=True) if row.width <= columns]
    texts = [row.text.expandtabs() for row in rows]
    assert [text for text in texts if text not in shown[0]] == []
    assert re.findall(r"^```\w+ · ([0-9]+)$", shown[0], re.MULTILINE) == [
        str(number) for number in range(1, len(CODE) + 1)
    ]


def test_what_an_answer_took_is_told_in_a_chat_alone(asking: Program) -> None:
    question = "How do I save a chat?"
    with Screen(asking) as terminal:
        terminal.wait_for_prompt()
        terminal.say(question)
        terminal.wait_for(f"> {question}")
        terminal.wait_for_prompt()
        assert re.search(r"^[0-9.]+ s .*· [0-9]+ tokens · \$0\.0", terminal.text(), re.MULTILINE)
        terminal.say("/set max_tokens 3")
        terminal.wait_for("max_tokens is 3")
        terminal.say("Hello!")
        terminal.wait_for("[cut off at max_tokens]")
        terminal.wait_for_prompt()
        assert terminal.text().count(" tokens ·") == 1
    with Screen(asking, "ask", question) as terminal:
        assert terminal.wait_for_end() == 0
        assert not TAKEN.search(terminal.text())
        assert " · 1" not in terminal.text()


def test_raw_markdown_is_shown_as_it_came_and_is_harmless(
    program: Program, streaming: Streaming
) -> None:
    long = " ".join(f"word{n:02}" for n in range(40))
    streaming.answers |= {
        "a": f"# **Head**\n{long}\n\n\n| a |\n\x1b[31m",
        "b": "**b**",
        "c": "**c**",
    }
    with Screen(program, *at(streaming), "--raw", columns=40) as terminal:
        terminal.wait_for_prompt()
        terminal.say("a")
        terminal.wait_for("␛[31m")
        terminal.wait_for_prompt()
        text = terminal.text()
        assert f"# **Head**\n{long[:40]}\n{long[40:80]}\n" in text
        assert "\n\n\n| a |\n␛[31m\n" in text
        assert b"\x1b[31mx" not in terminal.raw
        terminal.say("/render markdown")
        terminal.wait_for("formatted (markdown)")
        terminal.say("b")
        terminal.wait_for("> b\n\nb\n")
        terminal.wait_for_prompt()
        terminal.say("/render raw")
        terminal.wait_for("as the model writes")
        terminal.say("c")
        terminal.wait_for("> c\n\n**c**\n")
        terminal.say("/render loud")
        terminal.wait_for('"loud"')


def test_an_answer_that_is_continued_goes_on_in_its_block(
    program: Program, streaming: Streaming
) -> None:
    streaming.answers["code"] = "One:\n\n```text\na\n```\n\n```text\n" + "**b** 1\n" * 600
    streaming.pace = 0.002
    with Screen(program, *at(streaming)) as terminal:
        terminal.wait_for_prompt()
        terminal.say("code")
        terminal.wait_for("**b** 1\n**b** 1")
        terminal.type(CTRL_C)
        terminal.wait_for("stopped by you")
        terminal.wait_for_prompt()
        streaming.others = "**c** 2\n```\n\n```text\n**d**\n```\n"
        terminal.say("/continue")
        terminal.wait_for("**d**\n```\n")
        after = terminal.text().rpartition("> /continue")[2]
        assert "**c** 2\n```\n\n```text · 3\n**d**\n```\n" in after


@pytest.mark.parametrize("columns", [40, 200])
def test_nothing_that_a_model_writes_takes_effect(
    columns: int, program: Program, streaming: Streaming
) -> None:
    text = "\n\n".join(f"{name}: {payload} after" for name, payload in PAYLOADS.items())
    streaming.answers["attack"] = text
    with Screen(program, *at(streaming), columns=columns) as terminal:
        terminal.wait_for_prompt()
        terminal.say("attack")
        terminal.wait_for("> attack")
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        terminal.wait_for_end()
        seen = ALLOWED.sub(b"", terminal.raw)
        assert not FORBIDDEN.search(terminal.raw)
    shown = seen.decode("utf-8", "replace")
    assert not [c for c in shown if c not in "\r\n\t\a\b" and c != sanitize(c)]
    assert "\a" not in shown


def test_the_cursor_and_the_keyboard_are_given_back(program: Program, streaming: Streaming) -> None:
    streaming.answers["long"] = "word " * 3000
    streaming.pace = 0.01
    with Screen(program, "ask", *at(streaming), "--no-loop-guard", "long") as terminal:
        terminal.wait_for("word word")
        terminal.type(CTRL_C)
        assert terminal.wait_for_end() == 130
        assert terminal.raw.count(b"\x1b[?25l") == terminal.raw.count(b"\x1b[?25h")
        assert terminal.raw.count(b"\x1b[?7l") == terminal.raw.count(b"\x1b[?7h")
        assert terminal.raw.count(b"\x1b[?2026h") == terminal.raw.count(b"\x1b[?2026l")


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--plain",), {}),
        ((), {"TERM": "dumb"}),
        (("--accessible",), {}),
        ((), {"ACCESSIBLE": "1"}),
        ((), {"NEMOCHAT_VIEW": "plain"}),
    ],
)
def test_a_plain_view_repaints_nothing_and_is_harmless(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    program: Program,
    streaming: Streaming,
) -> None:
    streaming.answers["x"] = "**bold** \x1b[31mred\x1b]0;title\x07\n"
    plain = Program(program.home, program.environment | environment)
    with Screen(plain, "ask", *at(streaming), *arguments, "x") as terminal:
        assert terminal.wait_for_end() == 0
        assert b"\x1b" not in terminal.raw
        assert "**bold** ␛[31mred␛]0;title␇" in terminal.text()
        labelled = "--accessible" in arguments or "ACCESSIBLE" in environment
        assert ("End of answer." in terminal.text()) is labelled


def test_no_colour_where_none_is_wanted(program: Program, streaming: Streaming) -> None:
    streaming.answers["x"] = "# Head\n\n`code` and [a link](https://example.org)\n"
    plain = Program(program.home, program.environment | {"NO_COLOR": "1"})
    with Screen(plain, "ask", *at(streaming), "x") as terminal:
        assert terminal.wait_for_end() == 0
        assert not re.search(rb"\x1b\[[0-9;]*3[0-7]", terminal.raw)
        assert "code and a link" in terminal.text()


def test_a_file_is_shown_as_answers_are(program: Program, tmp_path: Path) -> None:
    page = program.home / "page.md"
    page.write_text("# Head\n\n- one **two**\n\n$x^2$\n")
    with Screen(program, "show", "page.md") as terminal:
        assert terminal.wait_for_end() == 0
        assert "Head\n\n• one two\n\nx²" in terminal.text()
    with Screen(program, "show", "--no-math", "page.md") as terminal:
        assert terminal.wait_for_end() == 0
        assert "$x^2$" in terminal.text()
    assert program.run("show", "page.md").stdout.decode() == page.read_text()
