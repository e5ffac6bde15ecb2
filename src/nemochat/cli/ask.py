"""`nemochat ask`: one question, one answer."""

from __future__ import annotations

import sys

from nemochat.cli import streams
from nemochat.cli.opening import open_chat
from nemochat.cli.options import Given
from nemochat.errors import ExitCode
from nemochat.parts import View
from nemochat.screen.plain import Plain


def ask(words: list[str], given: Given, *, json: bool = False) -> int:
    """Ask, show the answer, and return the exit code of its ending."""
    question = streams.question(words, streams.piped())
    opened = open_chat(given, _view(json=json))
    answers = opened.chat.say(question)
    endings = [answer.ending.exit_code for answer in answers if answer.ending]
    return max(endings, default=ExitCode.OK)


def _view(*, json: bool) -> View:
    if json:
        from nemochat.screen.events import Json

        return Json(streams.output(), sys.stderr)
    if streams.output_is_terminal():
        from nemochat.screen.terminal import Terminal

        return Terminal()
    return Plain(streams.output(), sys.stderr)
