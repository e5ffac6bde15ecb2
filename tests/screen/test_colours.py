"""Control sequences of spans, as far as the terminal supports them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import pytest

from nemochat.screen.keyboard import Keyboard
from nemochat.screen.style.background import QUESTION, Background
from nemochat.screen.style.colours import AUTO, Colourizer, make_styler, open_console
from nemochat.screen.text.spans import Span

ALL = ("TERM", "COLORTERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLORFGBG")
CODE = Span("x", "code")
DARK, SIXTEEN, NONE = "\x1b[38;5;116mx\x1b[0m", "\x1b[36mx\x1b[0m", "x"


@contextmanager
def terminal(**environment: str) -> Iterator[None]:
    """Make standard output a terminal of which only the environment is known."""
    other, behind = os.openpty()
    with (
        os.fdopen(other, "rb"),
        os.fdopen(behind, "w", encoding="utf-8") as screen,
        redirect_stdout(screen),
        pytest.MonkeyPatch.context() as patched,
    ):
        for name in ALL:
            patched.delenv(name, raising=False)
        for name, value in environment.items():
            patched.setenv(name, value)
        yield


@pytest.mark.parametrize(
    ("environment", "text", "system"),
    [
        ({"TERM": "xterm-256color"}, DARK, "256"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, DARK, "truecolor"),
        ({"TERM": "xterm"}, SIXTEEN, "standard"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, NONE, ""),
        ({"TERM": "xterm-256color", "CLICOLOR": "0"}, NONE, ""),
        ({"TERM": "unknown"}, NONE, ""),
        ({"TERM": "unknown", "CLICOLOR_FORCE": "1"}, SIXTEEN, "standard"),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
def test_a_terminal_gets_the_colours_that_it_has(
    environment: dict[str, str], text: str, system: str
) -> None:
    with terminal(**environment):
        styled = make_styler("dark")
        assert styled(CODE) == text
        assert styled(Span("x", "strong")) == "\x1b[1mx\x1b[0m"
        assert styled(Span("x", "code strong")).startswith("\x1b[1")
        assert styled(Span("x", "unheard.of")) == styled(Span("x")) == "x"
        console = open_console("dark")
    assert ("" if console.no_color else console.color_system) == system
    expected = "cyan" if text == SIXTEEN else "color(116)"
    assert str(console.get_style("code")) == expected


def test_mono_has_no_colours_on_any_terminal() -> None:
    for term in ("xterm-256color", "xterm"):
        with terminal(TERM=term):
            assert open_console("mono").no_color
            assert open_console("ansi").color_system == "standard"
            assert make_styler("mono")(CODE) == "\x1b[1mx\x1b[0m"
            assert make_styler()(CODE) == SIXTEEN


def test_a_link_is_one_with_or_without_a_style() -> None:
    link = r"\x1b\]8;[^;]*;http://a.b\x1b\\"
    end = r"\x1b\]8;;\x1b\\"
    with terminal(TERM="xterm-256color"):
        bare, coloured = (
            make_styler("dark")(Span("x", style, "http://a.b")) for style in ("", "link")
        )
    assert re.fullmatch(f"{link}x{end}", bare)
    assert re.fullmatch(rf"{link}\x1b\[4;38;5;75mx\x1b\[0m{end}", coloured)


def test_the_theme_in_force_is_the_one_chosen_last_and_auto_follows_the_background() -> None:
    with terminal(TERM="xterm-256color"):
        colours = Colourizer(AUTO, Background({"COLORFGBG": "15;0"}))
        assert colours(Span("plain")) == "plain"
        assert colours(CODE) == DARK
        assert colours.set_theme() == "dark"
        assert colours.set_theme("ansi") == "ansi"
        assert colours(CODE) == SIXTEEN
        assert colours.set_theme() == "ansi"
        assert colours.set_theme(AUTO) == "dark"
        assert colours(CODE) == DARK
        assert Colourizer("light", Background({"COLORFGBG": "15;0"})).set_theme() == "light"


@pytest.mark.parametrize(
    ("theme", "environment", "asks"),
    [(AUTO, {}, True), ("dark", {}, False), (AUTO, {"NO_COLOR": "1"}, False)],
)
def test_a_terminal_is_asked_where_its_background_decides(
    theme: str, environment: dict[str, str], *, asks: bool
) -> None:
    person, behind = os.openpty()
    with (
        terminal(**environment),
        os.fdopen(behind, encoding="utf-8") as keys,
        os.fdopen(person, "wb", 0) as typing,
    ):
        keyboard, asked = Keyboard(keys, None), list[str]()
        colours = Colourizer(theme, Background({"TERM": "xterm"}))
        colours.ask(keyboard, asked.append)
        assert asked == [QUESTION] * asks
        typing.write(b"\x1b]11;rgb:ff/ff/ff\x07\x1b[?6c")
        colours.read_reply()
        assert not keyboard.modes.is_quiet
        assert colours.set_theme() == ("light" if asks else theme if theme != AUTO else "ansi")
