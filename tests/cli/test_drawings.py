"""Tables and reports of our own data on a terminal: drawn by rich, foreign text harmless."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Program
from tests.terminal import Screen

TITLE = "[bold]Lamb[/bold] :lamb: \x1b]0;title\x07with [red]wine"
SHOWN = "[bold]Lamb[/bold] :lamb: ␛]0;title␇with [red]wine"
COLOURED = rb"\x1b\[[0-9;]*3[0-8]"
COLUMNS = (40, 80, 200)
PROFILES = """
[profile.chef]
about = "recipes, [red]briefly[/red]"
temperature = 0.3
"""


@pytest.fixture
def chats(program: Program) -> Program:
    """The program with three conversations and a profile, some of it like markup."""
    answers = ("Roast the **lamb**. " * 20, "Yes.", "No.")
    titles = (TITLE, "日本語の文章を書いてください", "x")
    talks = [
        {"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]}
        for q, a in zip(titles, answers, strict=True)
    ]
    (program.home / "talks.jsonl").write_text("\n".join(map(json.dumps, talks)))
    assert program.run("chats", "import", "talks.jsonl").returncode == 0
    config = Path(program.run("config", "path").stdout.decode().strip())
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(PROFILES)
    return Program(program.home, program.environment | {"COLORFGBG": "15;0"})


def draw(
    program: Program,
    *arguments: str,
    columns: int = 80,
    environment: dict[str, str] | None = None,
) -> Screen:
    """Return the screen after a command."""
    there = Program(program.home, program.environment | (environment or {}))
    with Screen(there, *arguments, columns=columns, rows=60) as terminal:
        assert terminal.wait_for_end() == 0
    return terminal


def squeeze(text: str) -> str:
    """Return a text without the blanks by which it was wrapped."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize(
    ("command", "texts"),
    [
        ("chats list", [SHOWN, "日本語の文章を書いてください", "now"]),
        ("chats search Roast", ["Roastthe**lamb**", "Nemo"]),
        (
            "profiles list",
            ["chef", "recipes,[red]briefly[/red]", "temperature0.3", "Noprofileisinuse."],
        ),
        ("config show", ["parameters.temperature", "notsent", "recipes,[red]briefly[/red]"]),
        ("models --endpoint guide", ["nemochat/guide", "131072"]),
        ("keys status", ["deepinfra"]),
    ],
)
def test_foreign_text_is_shown_as_it_is_written_at_every_width(
    command: str, texts: list[str], columns: int, chats: Program
) -> None:
    terminal = draw(chats, *command.split(), columns=columns)
    assert b"\x1b]0;" not in terminal.raw
    assert all(len(line) < columns for line in terminal.text().splitlines())
    assert not any(line.endswith(b" ") for line in terminal.raw.split(b"\r\n"))
    if columns == max(COLUMNS) or command != "chats list":
        shown = squeeze(terminal.text())
        assert [text for text in texts if squeeze(text) not in shown] == []


def test_a_wide_terminal_shows_a_table_and_a_narrow_one_a_list(chats: Program) -> None:
    head, line, *rows = draw(chats, "chats", "list").text().splitlines()
    assert re.split(r"\s{2,}", head.strip()) == [
        "name or first question",
        "questions",
        "cost",
        "last used",
    ]
    assert set(line) == {"─"}
    numbered = [row for row in rows if not row.startswith(" ")]
    assert "日本語" in numbered.pop(1)  # whose characters are of two columns
    assert [row[0] for row in numbered] == ["3", "1"]
    assert {row.rindex("now") for row in numbered} == {head.rindex("used") + 1}
    narrow = draw(chats, "chats", "list", columns=40).text().splitlines()
    assert narrow[0] == "• 3 · x · questions 1 · last used now"
    assert all(row.startswith(("• ", "  ")) for row in narrow)


@pytest.mark.parametrize(
    ("environment", "is_coloured", "is_styled"),
    [
        ({}, True, True),
        ({"TERM": "xterm"}, True, True),
        ({"NO_COLOR": "1"}, False, True),
        ({"CLICOLOR": "0"}, False, True),
        ({"TERM": "unknown"}, False, True),
        ({"TERM": "unknown", "CLICOLOR_FORCE": "1"}, True, True),
        ({"NEMOCHAT_THEME": "mono"}, False, True),
        ({"TERM": "dumb"}, False, False),
        ({"ACCESSIBLE": "1"}, False, False),
        ({"NEMOCHAT_VIEW": "plain"}, False, False),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
def test_drawings_have_the_colours_that_answers_have(
    environment: dict[str, str], *, is_coloured: bool, is_styled: bool, chats: Program
) -> None:
    for command in ("doctor --endpoint guide", "chats search Roast"):
        terminal = draw(chats, *command.split(), environment=environment)
        assert (b"\x1b[1m" in terminal.raw) is is_styled
        assert (b"\x1b" in terminal.raw) is is_styled
        if command.startswith("doctor"):
            assert bool(re.search(COLOURED, terminal.raw)) is is_coloured


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({}, "80 by 60, colours"),
        ({"NO_COLOR": "1"}, "80 by 60, no colours"),
        ({"CLICOLOR": "0"}, "80 by 60, no colours"),
        ({"TERM": "dumb"}, "80 by 60, no colours"),
    ],
)
def test_the_doctor_reports_the_colours_of_the_terminal(
    environment: dict[str, str], text: str, chats: Program
) -> None:
    terminal = draw(chats, "doctor", "--endpoint", "guide", environment=environment)
    assert text in terminal.text()


@pytest.mark.parametrize(("background", "colour"), [("15;0", b"114"), ("0;15", b"22")])
def test_a_report_takes_the_theme_for_the_background(
    background: str, colour: bytes, chats: Program
) -> None:
    terminal = draw(chats, "doctor", "--endpoint", "guide", environment={"COLORFGBG": background})
    assert b"\x1b[38;5;%bmok\x1b[0m " % colour in terminal.raw


def test_a_terminal_that_is_not_painted_gets_a_line_for_each_row(chats: Program) -> None:
    terminal = draw(chats, "chats", "list", columns=200, environment={"TERM": "dumb"})
    assert terminal.text().splitlines() == [
        "3 · x · questions 1 · last used now",
        "2 · 日本語の文章を書いてください · questions 1 · last used now",
        f"1 · {SHOWN} · questions 1 · last used now",
    ]
