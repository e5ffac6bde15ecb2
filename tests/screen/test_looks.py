"""Themes, the background that decides between them, and variables for colours."""

from __future__ import annotations

import io
import os
import re
import termios
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout

import pytest
from rich.console import Console
from rich.style import Style

from nemochat.config.settings import THEME_NAMES
from nemochat.core.delta import Delta
from nemochat.core.messages import Message, Role
from nemochat.errors import UsageError
from nemochat.repl.commands import interface
from nemochat.screen import status
from nemochat.screen.keyboard import Keyboard
from nemochat.screen.plain import Accessible, Plain
from nemochat.screen.style.background import Background, from_environment, luminance, theme_for
from nemochat.screen.style.colours import colour_preference, open_console
from nemochat.screen.style.theme import THEMES
from tests.conftest import Program
from tests.streaming import Streaming
from tests.terminal import BACKGROUND_ASKED, Screen

WHITE, BLACK = b"ffff/ffff/ffff", b"0000/0000/0000"
BACKGROUNDS = {"dark": ["#000000", "#1e1e1e"], "light": ["#ffffff", "#fdf6e3"]}
MANY_COLOURS, A_COLOUR = rb"\x1b\[[0-9;]*38;5;", rb"\x1b\[[0-9;]*3[0-8]"


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    with Streaming() as server:
        server.answers["x"] = "# Head\n\n`code` and **bold**\n"
        yield server


def brightness(colour: str) -> float:
    triplet = Style.parse(colour).color
    assert triplet is not None
    return luminance(*(part / 255 for part in triplet.get_truecolor()))


def test_the_themes_are_those_that_the_setting_takes_and_the_command_explains() -> None:
    assert tuple(THEMES) == THEME_NAMES
    assert tuple(interface._THEME_CHOICES) == ("auto", *THEME_NAMES)


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_has_every_style_and_leaves_the_background_alone(name: str) -> None:
    assert THEMES[name].keys() == THEMES["ansi"].keys()
    assert [look for look in THEMES[name].values() if Style.parse(look).bgcolor] == []


@pytest.mark.parametrize(
    ("name", "background"),
    [(name, colour) for name, colours in BACKGROUNDS.items() for colour in colours],
)
def test_every_colour_is_read_well_on_its_background(name: str, background: str) -> None:
    behind = brightness(background)
    for style, look in THEMES[name].items():
        assert not Style.parse(look).dim, style
        if Style.parse(look).color:
            darker, lighter = sorted([behind, brightness(look)])
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, style


def test_mono_has_no_colours() -> None:
    assert [look for look in THEMES["mono"].values() if Style.parse(look).color] == []


@pytest.mark.parametrize(
    ("environment", "wish"),
    [
        ({}, None),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, None),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
        ({"CLICOLOR": "0"}, False),
        ({"CLICOLOR": "1"}, None),
        ({"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, True),
        ({"CLICOLOR_FORCE": "0"}, None),
    ],
)
def test_the_environment_says_whether_colours_are_wanted(
    environment: dict[str, str], *, wish: bool | None
) -> None:
    assert colour_preference(environment) is wish


@pytest.mark.parametrize(
    ("told", "theme"),
    [
        ("15;0", "dark"),
        ("0;15", "light"),
        ("0;default;7", "light"),
        ("12;8", "dark"),
        ("15;default", None),
        ("", None),
        ("0;231", None),
        ("0;²", None),
    ],
)
def test_colorfgbg_tells_the_background(told: str, theme: str | None) -> None:
    assert from_environment({"COLORFGBG": told}) == theme


def test_the_theme_is_the_one_that_is_read_best() -> None:
    assert theme_for(0, 0, 0) == theme_for(0.16, 0.16, 0.2) == theme_for(0, 0.17, 0.21) == "dark"
    assert theme_for(1, 1, 1) == theme_for(0.99, 0.96, 0.89) == "light"


@pytest.mark.parametrize(
    ("replies", "theme", "typed"),
    [
        (b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\\x1b[?62;4c", "dark", b""),
        (b"\x1b]11;rgb:ff/ff/ff\x07\x1b[?6c", "light", b""),
        (b"\x1b]11;rgba:FFFF/FFFF/FFFF/8000\x1b\\\x1b[?6c", "light", b""),
        (b"he\x1b]11;rgb:0/0/0\x07ll\x1b[?62co\r", "dark", b"hello\r"),
        (b"hello\x1b[?6c", "ansi", b"hello"),
        (b"hello\x1b]11;rgb:ffff/", "ansi", b"hello"),
        (b"\x1b]11;rgb:75/75/75\x07\x1b[?6c", "dark", b""),
        (b"\x1b]11;rgb:76/76/76\x07\x1b[?6c", "light", b""),
        (b"\x1b[A", "ansi", b"\x1b[A"),
        (b"", "ansi", b""),
    ],
)
def test_what_is_no_reply_was_typed(replies: bytes, theme: str, typed: bytes) -> None:
    behind, before = os.openpty()
    with os.fdopen(before, encoding="utf-8") as terminal, os.fdopen(behind, "wb", 0) as person:
        modes = termios.tcgetattr(terminal)
        keyboard, asked = Keyboard(terminal, None), list[str]()
        background = Background({"TERM": "xterm"})
        keyboard.typed = [b"early "]
        background.ask(keyboard, asked.append)
        assert len(asked) == 1
        assert not termios.tcgetattr(terminal)[3] & termios.ECHO
        person.write(replies)
        assert background.theme() == theme
        assert b"".join(keyboard.typed) == b"early " + typed
        assert termios.tcgetattr(terminal) == modes


@pytest.mark.parametrize("variable", ["SSH_CONNECTION", "SSH_TTY"])
def test_a_terminal_far_away_is_waited_for_longer(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The real ones are so near each other that a busy machine would confuse them.
    monkeypatch.setattr("nemochat.screen.style.background.SECONDS", 0.0)
    monkeypatch.setattr("nemochat.screen.style.background.SECONDS_FAR_AWAY", 30.0)
    behind, before = os.openpty()
    with os.fdopen(before, encoding="utf-8") as terminal, os.fdopen(behind, "wb", 0) as person:
        background = Background({"TERM": "xterm", variable: "x"})
        background.ask(Keyboard(terminal, None), lambda _: None)
        late = threading.Timer(0.05, person.write, [b"\x1b]11;rgb:ff/ff/ff\x07\x1b[?6c"])
        late.start()
        assert background.theme() == "light"
        late.join()


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "linux"},
        {"TERM": "dumb"},
        {},
        {"TERM": "vt220"},
        {"TERM": "xterm", "COLORFGBG": "15;0"},
    ],
    ids=lambda environment: "-".join(environment.values()),
)
def test_a_terminal_that_would_not_understand_is_not_asked(environment: dict[str, str]) -> None:
    behind, before = os.openpty()
    with os.fdopen(before, encoding="utf-8") as terminal, os.fdopen(behind, "wb", 0):
        asked: list[str] = []
        background = Background(environment)
        background.ask(Keyboard(terminal, None), asked.append)
        assert asked == []
        assert background.theme() == ("dark" if "COLORFGBG" in environment else "ansi")


@pytest.mark.parametrize(
    ("background", "theme"), [(WHITE, "light"), (BLACK, "dark"), (b"", "ansi")]
)
def test_a_chat_asks_the_terminal_and_takes_the_theme_for_it(
    background: bytes, theme: str, program: Program
) -> None:
    with Screen(program, "--endpoint", "guide", "--private", background=background) as terminal:
        terminal.type("/the")
        terminal.wait_for("> /the")
        terminal.say("me")
        terminal.wait_for(f"The theme is {theme}:")
        assert bool(re.search(MANY_COLOURS, terminal.raw)) is bool(background)
        terminal.say("/theme mono")
        terminal.wait_for("The theme is mono:")
        terminal.say("/theme auto")
        while terminal.text().count(f"The theme is {theme}:") < 2:
            terminal.wait_for_prompt()
        terminal.say("/theme pink")
        terminal.wait_for("/theme takes auto or ansi or dark or light or mono, not")


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--theme", "dark"), {}),
        ((), {"NO_COLOR": "1"}),
        (("--plain",), {}),
        (("--accessible",), {}),
    ],
)
def test_nobody_asks_where_the_background_decides_nothing(
    arguments: tuple[str, ...], environment: dict[str, str], program: Program
) -> None:
    quiet = Program(program.home, program.environment | environment)
    with Screen(quiet, "--endpoint", "guide", "--private", *arguments) as terminal:
        terminal.wait_for(">" if "--accessible" not in arguments else "/help")
        assert BACKGROUND_ASKED not in terminal.raw


@pytest.mark.parametrize(
    ("environment", "colour"),
    [
        ({"COLORFGBG": "15;0"}, MANY_COLOURS),
        ({"COLORFGBG": "15;0", "TERM": "xterm"}, A_COLOUR),
        ({"TERM": "unknown", "CLICOLOR_FORCE": "1"}, A_COLOUR),
        ({"TERM": "unknown"}, b""),
        ({"CLICOLOR": "0"}, b""),
    ],
)
def test_an_answer_has_the_colours_of_its_terminal(
    environment: dict[str, str], colour: bytes, program: Program, streaming: Streaming
) -> None:
    there = Program(program.home, program.environment | environment)
    with Screen(there, "ask", "--private", "--base-url", streaming.base_url, "x") as terminal:
        assert terminal.wait_for_end() == 0
        assert BACKGROUND_ASKED not in terminal.raw
        assert b"\x1b[1m" in terminal.raw
        assert bool(re.search(A_COLOUR, terminal.raw)) is bool(colour)
        assert re.search(colour, terminal.raw)
        assert bool(re.search(MANY_COLOURS, terminal.raw)) is (colour == MANY_COLOURS)


@pytest.mark.parametrize(
    ("arguments", "environment", "prompt"),
    [
        (("--theme", "dark"), {}, b"\x1b[0;38;5;114;1m> "),
        (("--theme", "light"), {}, b"\x1b[0;38;5;22;1m> "),
        (("--theme", "dark"), {"TERM": "linux"}, b"\x1b[0;32;1m> "),
        (("--theme", "ansi"), {}, b"\x1b[0;32;1m> "),
        (("--theme", "mono"), {}, b"\x1b[0;1m> "),
        (("--theme", "dark"), {"NO_COLOR": "1"}, b"\x1b[0;1m> "),
        (("--theme", "dark"), {"CLICOLOR": "0"}, b"\x1b[0;1m> "),
        (("--plain",), {}, b"\x1b[0;1m> "),
    ],
)
def test_the_prompt_has_the_colours_of_the_theme(
    arguments: tuple[str, ...], environment: dict[str, str], prompt: bytes, program: Program
) -> None:
    there = Program(program.home, program.environment | environment)
    with Screen(there, "--endpoint", "guide", "--private", *arguments) as terminal:
        terminal.wait_for_prompt()
        terminal.type("/")
        terminal.wait_for("> /")
        assert prompt in terminal.raw
        colours = re.findall(rb"\x1b\[[0-9;]*[34]8;5;|\x1b\[[0-9;]*\b3[0-7]\b", terminal.raw)
        assert bool(colours) is (prompt != b"\x1b[0;1m> ")


def test_a_pipe_takes_the_exact_text(program: Program, streaming: Streaming) -> None:
    environment = {"CLICOLOR_FORCE": "1", "ACCESSIBLE": "1", "NEMOCHAT_BELL": "on"}
    done = program.run(
        "ask", "--private", "--base-url", streaming.base_url, "x", environment=environment
    )
    assert done.stdout.decode() == streaming.answers["x"] + "\n"


def spoken(view: Plain, *deltas: Delta, candidates: int = 1) -> None:
    for delta in view.follow(iter(deltas), lambda: None, candidates=candidates):
        view.write(delta)
    view.settle([Message(Role.ASSISTANT, delta.text) for delta in deltas])


@pytest.mark.parametrize(
    ("seconds", "wish", "rings"), [(0.0, True, 1), (0.0, False, 0), (60.0, True, 0)]
)
def test_the_bell_rings_after_a_long_answer(
    *, seconds: float, wish: bool, rings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "LONG_ANSWER", seconds)  # nobody waits ten for a test
    out = io.BytesIO()
    spoken(Plain(out, None, on_terminal=True, bell=wish), Delta("There."))
    assert out.getvalue() == b"There.\n" + b"\a" * rings


def test_an_accessible_view_says_who_speaks_and_that_it_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Three, which would be waited for in vain.
    monkeypatch.setattr("nemochat.screen.plain.WAITING_DELAY", 0.1)
    out, err = io.BytesIO(), io.StringIO()
    view = Accessible(out, err, on_terminal=True)

    def late() -> Iterator[Delta]:
        while b"Waiting" not in out.getvalue():
            yield Delta()
        yield Delta("One.")

    for delta in view.follow(late(), lambda: None, candidates=1):
        view.write(delta)
    view.settle([Message(Role.ASSISTANT, "One.")])
    view.notice("Something else.")
    assert out.getvalue() == b"Waiting for the answer.\nAnswer:\nOne.\nEnd of answer.\n"
    assert err.getvalue() == "Notice: Something else.\n"
    with pytest.raises(UsageError):
        view.theme("dark")


def test_an_accessible_view_numbers_two_answers() -> None:
    out = io.BytesIO()
    spoken(
        Accessible(out, None, on_terminal=True),
        Delta("One."),
        Delta("Two.", candidate=1),
        candidates=2,
    )
    assert out.getvalue() == b"Answer 1:\nOne.\n\nAnswer 2:\nTwo.\nEnd of answer 2.\n"


@pytest.mark.parametrize("colorterm", ["", "truecolor", "24bit", "yes"])
@pytest.mark.parametrize(
    "term",
    ["", "dumb", "unknown", "xterm", "xterm-256color", "xterm-kitty", "screen-16color", "linux"],
)
@pytest.mark.parametrize("more", [{}, {"FORCE_COLOR": "1"}, {"TTY_COMPATIBLE": "0"}])
def test_a_terminal_has_the_colours_that_rich_detects(
    term: str, colorterm: str, more: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb"), os.fdopen(theirs, "w") as terminal:
        for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"TERM": term, "COLORTERM": colorterm, **more}.items():
            monkeypatch.setenv(name, value)
        with redirect_stdout(terminal):
            console = open_console("dark")
        system = Console(file=terminal).color_system
    assert console.no_color is (system is None)
    assert console.color_system == (system or "standard")
