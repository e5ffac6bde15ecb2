"""Dialogues: keys typed to a chat in a pseudo-terminal, and what its screen shows."""

from __future__ import annotations

import shlex

from tests.golden.home import make_home
from tests.golden.record import show_home, show_requests
from tests.golden.screens import show_all, show_screen
from tests.golden.server import GoldenServer
from tests.golden.session import Dialogue, Prompt, Row, Say, Shot, Step, Type
from tests.terminal import Screen

SECONDS = 30  # after which a dialogue is stuck
MARK = "."  # typed at the end: once it is shown, everything before it is
BACKSPACE = "\x7f"


def play_dialogue(dialogue: Dialogue, columns: int, rows: int) -> str:
    """Play a dialogue at a size; return its record."""
    lines = [f"$ nemochat {dialogue.arguments}".rstrip(), f"  {columns} columns, {rows} rows"]
    prompt = dialogue.prompt
    with GoldenServer(slow=True) as server, make_home(server.base_url, dialogue.files) as home:
        arguments = shlex.split(dialogue.arguments)
        with Screen(home, *arguments, columns=columns, rows=rows, tells_cursor=True) as terminal:
            terminal.wait_for_prompt(SECONDS, prompt)
            for step in dialogue.steps:
                lines += _take(step, terminal, prompt)
            _settle(terminal, prompt)
            lines += ["--- screen and scrollback", *show_all(terminal.screen)]
            terminal.type(BACKSPACE)
            terminal.wait_for_prompt(SECONDS, prompt)
            terminal.say("/exit")
            lines.append(f"exit code {terminal.wait_for_end(SECONDS)}")
        # The requests and the rows do not depend on the size.
        lines += show_requests(server.requests)
        lines += show_home(home)
    return "\n".join(lines) + "\n"


def _take(step: Step, terminal: Screen, prompt: str) -> list[str]:
    match step:
        case Say(line):
            terminal.say(line)
            terminal.wait_for_prompt(SECONDS, prompt)
        case Prompt(keys):
            terminal.type(keys)
            terminal.wait_for_prompt(SECONDS, prompt)
        case Row(keys, row):
            terminal.type(keys)
            terminal.wait_for_row(row, SECONDS)
        case Type(keys, until):
            terminal.type(keys)
            terminal.wait_for(until, SECONDS)
        case Shot(title):
            terminal.wait_until_quiet()
            return [f"--- screen: {title}", *show_screen(terminal.screen)]
    return []


def _settle(terminal: Screen, prompt: str) -> None:
    """Type a mark at the prompt and wait until it is shown."""
    terminal.type(MARK)
    terminal.wait_for_row(f"{prompt} {MARK}", SECONDS)
