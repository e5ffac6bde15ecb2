"""`nemochat ask`: one question, one answer."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from nemochat.chat.chat import Chat
from nemochat.cli import ask_output, streams
from nemochat.cli.app import create_app
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
from nemochat.editor import edit_text
from nemochat.errors import ExitCode, UsageError
from nemochat.files import Text, gather, to_code_block
from nemochat.screen.plain import say

if TYPE_CHECKING:
    from nemochat.cli.structured import Schema

STANDARD_INPUT = ["-"]  # the words of a question that is read from standard input alone
EXAMPLES = """\
nemochat ask -t 0.3 'Why is the sky blue?' | tee answer.md
nemochat ask -x 'A shell loop over files'
nemochat ask -f '*.py' 'Review this'"""

app = create_app("ask")


@app.command(example=EXAMPLES)
def ask(
    *,
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROMPT…",
            help="the question; - is standard input",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Ask one question and print the answer; piped text is added to the question."""
    common = context.ensure_object(CommonOptions)
    return answer(words or [], common, AskOptions(**common.ask))


def answer(words: list[str], common: CommonOptions, options: AskOptions) -> int:
    """Ask, show the answer, and return the exit code of its ending.

    Args:
        words: The words of the question.
        common: The shared flags.
        options: The flags of `ask` alone.
    """
    options.check()
    schema = _read_schema(options.schema) if options.schema else None
    shape = response_format(schema.document) if schema else None
    if options.json_mode:
        shape = JSON_OBJECT
    notify = _create_notifier(options)
    settings = load_settings(common, notify)
    text = read_question(words, options, notify)
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
    conversation = opened.chat.conversation
    text = _prepare_question(opened.chat, settings, text)
    before, begun = set(conversation.nodes), time.monotonic()
    try:
        answers = form.ask(opened.chat, text)
    finally:
        if not options.interactive:
            opened.chat.leave(retry=False)  # the end of the answer has tried it
            if opened.store:
                opened.store.shorten_log()
    code = ask_output.exit_code(answers)
    destination.finish(is_complete=code == ExitCode.OK)
    if options.quiet and code not in {ExitCode.OK, ExitCode.INTERRUPTED}:
        say(sys.stderr, "; ".join({each.outcome: each for each in answers if each.outcome}))
    if options.usage and not options.dry_run_format:
        new = (node.message for key, node in conversation.nodes.items() if key not in before)
        say(sys.stderr, _format_usage(new, time.monotonic() - begun))
    if options.interactive:
        from nemochat.cli.interactive import continue_chat

        continue_chat(opened, form.view, settings)
    return code


def _prepare_question(chat: Chat, settings: Config, text: str) -> str:
    """Return a question in the template of the profile."""
    chat.secret_check.confirm = confirm if can_confirm() else None
    return apply_profile.render_question(settings.profiles, chat.conversation.settings, text)


def read_question(words: list[str], options: AskOptions, notify: Callable[[str], None]) -> str:
    """Return the question made of the words, standard input, files and the editor's text.

    Args:
        words: The words of the question.
        options: The flags of `ask` alone.
        notify: Called with a sentence if standard input makes the user wait.

    Raises:
        UsageError: there is no question, or an input cannot be read.
    """
    is_stdin_alone = words == STANDARD_INPUT
    if is_stdin_alone and options.no_stdin:
        raise UsageError("- means standard input and cannot be combined with --no-stdin")
    files = gather(options.files) if options.files else []
    text = "" if options.no_stdin else streams.read_stdin(notify, from_terminal=is_stdin_alone)
    typed = "" if is_stdin_alone else " ".join(words).strip()
    if options.edit:
        typed = edit_text(typed).strip()
        if not typed:
            raise UsageError("there is no question: the text in the editor is empty")
    return compose_question(typed, text, files)


def compose_question(words: str, text: str, files: list[Text]) -> str:
    """Return one question: the words first, then the text of the pipe and the files as code.

    Without words, the question is the text, or else a single file.

    Raises:
        UsageError: there is nothing to ask.
    """
    blocks = [to_code_block(each.content, each.name) for each in files]
    if words:
        parts = [words, to_code_block(text.rstrip())] if text.strip() else [words]
    elif text.strip():
        parts = [text.strip("\r\n")]
    elif len(files) == 1:
        parts, blocks = [files[0].content.strip("\r\n")], []
    else:
        parts = []
    question = "\n\n".join([*parts, *blocks])
    if not question.strip():
        raise UsageError("there is no question: pass it as arguments or through a pipe")
    return question


def _read_schema(text: str) -> Schema:
    from nemochat.cli.structured import Schema

    return Schema(text)


def _create_notifier(options: AskOptions) -> Callable[[str], None]:
    return (lambda _: None) if options.quiet else (lambda note: say(sys.stderr, note))


def _format_usage(messages: Iterable[Message], seconds: float) -> str:
    """Return one line with the tokens, the cost and the time of answers."""
    total = ledger.add_up(messages)
    if not total.answers:
        return f"the endpoint reported no usage; {seconds:.1f} s"
    return (
        f"{total.prompt_tokens:,} tokens in, {total.completion_tokens:,} out,"
        f" {ledger.format_money(total.cost)}, {seconds:.1f} s"
    )
