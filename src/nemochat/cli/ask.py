"""`nemochat ask`: one question, one answer."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable

import typer

from nemochat.chat.chat import Chat
from nemochat.cli import ask_input, ask_options, ask_output, streams
from nemochat.cli.app import TopicalCommand, create_app
from nemochat.cli.ask_options import AskOptions
from nemochat.cli.ask_output import Destination
from nemochat.cli.confirm import can_confirm, confirm
from nemochat.cli.open_chat import load_settings, open_chat
from nemochat.cli.options import CommonOptions
from nemochat.config import apply_profile
from nemochat.config.load import Config
from nemochat.core import ledger
from nemochat.core.json_schema import JSON_OBJECT, response_format
from nemochat.core.messages import Message
from nemochat.errors import ExitCode
from nemochat.screen.plain import say

app = create_app()


@app.command(
    cls=TopicalCommand,
    epilog="Examples: nemochat ask -t 0.3 'Why is the sky blue?' | tee answer.md; nemochat ask -x"
    " 'A shell loop over files'; nemochat ask -f '*.py' Review. More: docs/ask.md and"
    " docs/json.md, or nemochat manual",
)
def ask(  # noqa: PLR0913 - typer's way: an argument for each flag
    *,
    context: typer.Context,
    words: ask_options.Words = None,
    files: ask_options.Files = None,
    edit: ask_options.Edit = False,
    no_stdin: ask_options.NoStdin = False,
    extract: ask_options.Extract = None,
    extract_last: ask_options.ExtractLast = False,
    json: ask_options.Json = False,
    output_format: ask_options.OutputFormat = "",
    out: ask_options.Out = None,
    usage: ask_options.Usage = False,
    quiet: ask_options.Quiet = False,
    schema: ask_options.SchemaText = "",
    json_mode: ask_options.JsonMode = False,
    interactive: ask_options.Interactive = False,
    dry_run: ask_options.DryRun = False,
    curl: ask_options.Curl = False,
) -> int:
    """Ask one question; what comes through a pipe is asked with it."""
    options = AskOptions(
        files=files,
        edit=edit,
        no_stdin=no_stdin,
        extract=extract,
        extract_last=extract_last,
        json=json,
        output_format=output_format,
        out=out,
        usage=usage,
        quiet=quiet,
        schema=schema,
        json_mode=json_mode,
        interactive=interactive,
        dry_run=dry_run,
        curl=curl,
    )
    return answer(words or [], context.ensure_object(CommonOptions), options)


def answer(words: list[str], common: CommonOptions, options: AskOptions) -> int:
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
    text = _prepare_question(opened.chat, settings, text)
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
        messages = (node.message for key, node in talk.nodes.items() if key not in before)
        say(sys.stderr, _format_usage(messages, time.monotonic() - begun))
    if options.interactive:
        from nemochat.cli.interactive import continue_chat

        continue_chat(opened, form.view, settings)
    return code


def _prepare_question(chat: Chat, settings: Config, text: str) -> str:
    """Return a question in the template of the profile."""
    chat.secret_check.confirm = confirm if can_confirm() else None
    return apply_profile.render_question(settings.profiles, chat.conversation.settings, text)


def _create_notifier(options: AskOptions) -> Callable[[str], None]:
    return (lambda _: None) if options.quiet else (lambda note: say(sys.stderr, note))


def _format_usage(messages: Iterable[Message], seconds: float) -> str:
    """Return one line with what the answers cost."""
    total = ledger.add_up(messages)
    if not total.answers:
        return f"the endpoint counted no tokens; {seconds:.1f} s"
    return (
        f"{total.prompt_tokens:,} tokens read, {total.completion_tokens:,} written,"
        f" {ledger.format_money(total.cost)}, {seconds:.1f} s"
    )
