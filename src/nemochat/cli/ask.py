"""`nemochat ask`: one question, one answer."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable

from nemochat import profiles
from nemochat.cli import forms, question, streams
from nemochat.cli.asking import Asking
from nemochat.cli.destination import Destination
from nemochat.cli.given import Given
from nemochat.cli.opening import configured, open_chat
from nemochat.core import ledger
from nemochat.core.messages import Message
from nemochat.core.schema import JSON_OBJECT, response_format
from nemochat.errors import ExitCode
from nemochat.screen.plain import say


def ask(words: list[str], given: Given, asking: Asking) -> int:
    """Ask, show the answer, and return the exit code of its ending.

    Args:
        words: The question's words.
        given: What the shared flags say.
        asking: What the flags of its own say.
    """
    asking.check()
    schema, shape = None, JSON_OBJECT if asking.json_mode else None
    if asking.schema:
        from nemochat.cli.structured import Schema

        schema = Schema(asking.schema)
        shape = response_format(schema.document)
    settings = configured(given)
    text = question.asked(words, asking, _noting(asking))
    if asking.interactive:
        streams.take_terminal()
    destination = Destination(asking.out)
    form = forms.chosen(asking, settings, destination, schema)
    opened = open_chat(
        given,
        settings,
        form.view,
        rehearse=asking.rehearse,
        response_format=shape,
        announce_faults=asking.interactive,
    )
    talk = opened.chat.conversation
    text = profiles.worded(settings.profiles, talk.settings, text)
    question.refuse_too_long(text, talk)
    before, begun = set(talk.nodes), time.monotonic()
    try:
        answers = form.answer(opened.chat, text)
    finally:
        if not asking.interactive:
            opened.chat.leave(retry=False)  # the end of the answer has tried it
    code = forms.exit_code(answers)
    destination.finish(whole=code == ExitCode.OK)
    if asking.quiet and code not in {ExitCode.OK, ExitCode.INTERRUPTED}:
        say(sys.stderr, "; ".join({each.outcome: each for each in answers if each.outcome}))
    if asking.usage and not asking.rehearse:
        said = (node.message for key, node in talk.nodes.items() if key not in before)
        say(sys.stderr, _usage(said, time.monotonic() - begun))
    if asking.interactive:
        from nemochat.cli.talk import stay

        stay(opened, form.view, settings)
    return code


def _noting(asking: Asking) -> Callable[[str], None]:
    return (lambda _: None) if asking.quiet else (lambda note: say(sys.stderr, note))


def _usage(said: Iterable[Message], seconds: float) -> str:
    """What the answers cost, in one line."""
    total = ledger.total(said)
    if not total.answers:
        return f"the endpoint counted no tokens; {seconds:.1f} s"
    return (
        f"{total.prompt_tokens:,} tokens read, {total.completion_tokens:,} written,"
        f" {ledger.money(total.cost)}, {seconds:.1f} s"
    )
