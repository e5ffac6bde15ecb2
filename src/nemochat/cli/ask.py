"""`nemochat ask`: one question, one answer."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable

from nemochat.cli import ask_input, ask_output, streams
from nemochat.cli.ask_output import Destination
from nemochat.cli.asking import AskOptions
from nemochat.cli.given import CommonOptions
from nemochat.cli.open_chat import load_settings, open_chat
from nemochat.config import apply_profile
from nemochat.core import ledger
from nemochat.core.json_schema import JSON_OBJECT, response_format
from nemochat.core.messages import Message
from nemochat.errors import ExitCode
from nemochat.screen.plain import say


def ask(words: list[str], common: CommonOptions, options: AskOptions) -> int:
    """Ask, show the answer, and return the exit code of its ending.

    Args:
        words: The question's words.
        common: What the shared flags say.
        options: What the flags of its own say.
    """
    options.check()
    schema, shape = None, JSON_OBJECT if options.json_mode else None
    if options.schema:
        from nemochat.cli.structured import Schema

        schema = Schema(options.schema)
        shape = response_format(schema.document)
    settings = load_settings(common)
    text = ask_input.read_question(words, options, _create_notifier(options))
    if options.interactive:
        streams.reopen_terminal()
    destination = Destination(options.out)
    form = ask_output.select_output(options, settings, destination, schema)
    opened = open_chat(
        common,
        settings,
        form.view,
        dry_run=options.dry_run_format,
        response_format=shape,
        announce_faults=options.interactive,
    )
    talk = opened.chat.conversation
    text = apply_profile.render_question(settings.profiles, talk.settings, text)
    ask_input.check_length(text, talk)
    before, begun = set(talk.nodes), time.monotonic()
    try:
        answers = form.ask(opened.chat, text)
    finally:
        if not options.interactive:
            opened.chat.leave(retry=False)  # the end of the answer has tried it
    code = ask_output.exit_code(answers)
    destination.finish(whole=code == ExitCode.OK)
    if options.quiet and code not in {ExitCode.OK, ExitCode.INTERRUPTED}:
        say(sys.stderr, "; ".join({each.outcome: each for each in answers if each.outcome}))
    if options.usage and not options.dry_run_format:
        said = (node.message for key, node in talk.nodes.items() if key not in before)
        say(sys.stderr, _format_usage(said, time.monotonic() - begun))
    if options.interactive:
        from nemochat.cli.interactive import continue_chat

        continue_chat(opened, form.view, settings)
    return code


def _create_notifier(options: AskOptions) -> Callable[[str], None]:
    return (lambda _: None) if options.quiet else (lambda note: say(sys.stderr, note))


def _format_usage(messages: Iterable[Message], seconds: float) -> str:
    """What the answers cost, in one line."""
    total = ledger.add_up(messages)
    if not total.answers:
        return f"the endpoint counted no tokens; {seconds:.1f} s"
    return (
        f"{total.prompt_tokens:,} tokens read, {total.completion_tokens:,} written,"
        f" {ledger.format_money(total.cost)}, {seconds:.1f} s"
    )
