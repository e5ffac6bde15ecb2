"""`nemochat ask`: one question, one answer."""

from __future__ import annotations

import sys

from nemochat import profiles
from nemochat.cli import streams, views
from nemochat.cli.opening import configured, open_chat
from nemochat.cli.options import Given
from nemochat.config import Config
from nemochat.errors import ExitCode
from nemochat.parts import View
from nemochat.screen.plain import Plain


def ask(words: list[str], given: Given, *, json: bool = False, rehearse: str = "") -> int:
    """Ask, show the answer, and return the exit code of its ending.

    Args:
        words: The question's words.
        given: What the shared flags say.
        json: Whether to show the answer as JSON.
        rehearse: Shows the request instead, as "json" or "curl".
    """
    question = streams.question(words, streams.piped())
    settings = configured(given)
    opened = open_chat(given, settings, _view(settings, json, rehearse), rehearse=rehearse)
    told = profiles.worded(settings.profiles, opened.chat.conversation.settings, question)
    answers = opened.chat.say(told)
    endings = [answer.ending.exit_code for answer in answers if answer.ending]
    return max(endings, default=ExitCode.OK)


def _view(settings: Config, json: bool, rehearse: str) -> View:  # noqa: FBT001 - ask's
    if rehearse:
        return Plain(streams.output(), sys.stderr)
    if json:
        from nemochat.screen.events import Json

        return Json(streams.output(), sys.stderr)
    return views.choose(settings)
