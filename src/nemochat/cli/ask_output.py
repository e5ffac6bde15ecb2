"""Output of `ask`: its formats, and the file that only a complete answer replaces."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from nemochat.atomic import SHARED, write_atomically
from nemochat.chat.chat import Chat
from nemochat.chat.ports import Screen
from nemochat.cli import output, streams
from nemochat.cli.ask_options import AskOptions
from nemochat.config.load import Config
from nemochat.core.conversation import Conversation
from nemochat.core.json_schema import extract_json
from nemochat.core.messages import Message
from nemochat.errors import ExitCode, NotAnAnswer, OutputError, UsageError
from nemochat.files import expand_home
from nemochat.screen.json_events import Collector, JsonEvents, conversation_id, to_line, to_object
from nemochat.screen.plain import BETWEEN_CANDIDATES, Plain

if TYPE_CHECKING:
    from nemochat.cli.structured import Schema


class Destination:
    """Destination of an answer: standard output or a file.

    Attributes:
        stream: Receives the bytes.
        on_terminal: Whether a terminal shows them at once.
    """

    def __init__(self, path: str) -> None:
        """Raise UsageError if `path` cannot be written; "" and - are standard output."""
        self._file = None if path in {"", "-"} else _check_writable(path)
        self.stream: BinaryIO = BytesIO() if self._file else streams.binary_stdout()
        self.on_terminal = self._file is None and streams.is_output_terminal()

    def finish(self, *, is_complete: bool) -> None:
        """Write a complete answer to its file, or print an incomplete one.

        Raises:
            OutputError: the file cannot be written; the answer was printed instead.
        """
        if self._file is None:
            return
        assert isinstance(self.stream, BytesIO)
        content = self.stream.getvalue()
        if not is_complete:
            _print(content)
            return
        try:
            _write(self._file, content)
        except OutputError:
            _print(content)  # it may be saved nowhere else
            raise


def _print(content: bytes) -> None:
    plain = Plain(streams.binary_stdout(), None, on_terminal=streams.is_output_terminal())
    plain.show(content.decode("utf-8", "replace").removesuffix("\n"))


def _check_writable(path: str) -> Path:
    """Return the file behind links; UsageError if it cannot be written."""
    try:
        real = expand_home(path).resolve()
        mode = real.stat().st_mode if real.exists() else stat.S_IFREG
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be written ({error})") from error
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder, not a file")
    if not real.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {real.parent}")
    if not os.access(real.parent if stat.S_ISREG(mode) else real, os.W_OK):
        raise UsageError(f"{path} cannot be written (permission denied)")
    return real


def _write(path: Path, content: bytes) -> None:
    """Replace the content of a file in one step; write to a device or a pipe."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            write_atomically(path, content, mode=SHARED)
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror})") from error


class AnswerOutput(NamedTuple):
    """Format of an answer.

    Attributes:
        view: Shows the turn; for some formats, only `finish` shows the answers.
        finish: Shows complete answers.
        schema: The schema that answers must fit, or None.
    """

    view: Screen
    finish: Callable[[Conversation, list[Message]], None] = lambda *_: None
    schema: Schema | None = None

    def ask(self, chat: Chat, question: str) -> list[Message]:
        """Ask, show the answers in this format, and return them.

        Raises:
            NotAnAnswer: the answers do not have what the format needs.
        """
        if isinstance(self.view, JsonEvents):
            self.view.conversation = chat.conversation
        if self.schema is None:
            answers = chat.say(question)
        else:
            from nemochat.cli.structured import ask_with_schema

            answers = ask_with_schema(chat, question, self.schema)
        self.finish(chat.conversation, answers)
        return answers


def select_output(
    options: AskOptions, settings: Config, destination: Destination, schema: Schema | None
) -> AnswerOutput:
    """Return the format that the flags select."""
    out, err = destination.stream, None if options.quiet else sys.stderr
    plain = Plain(out, err, on_terminal=destination.on_terminal)
    collector = Collector(out, err, on_terminal=destination.on_terminal)
    if options.dry_run_format:
        return AnswerOutput(plain)
    if options.effective_format == "jsonl":
        events = JsonEvents(out, err, on_terminal=destination.on_terminal)
        return AnswerOutput(events, schema=schema)
    if options.effective_format == "json":
        return AnswerOutput(collector, partial(_show_objects, collector, schema), schema)
    if schema:
        return AnswerOutput(collector, partial(_show_json, collector), schema)
    if options.block_number is not None:
        return AnswerOutput(collector, partial(_show_block, collector, options.block_number))
    if options.out:
        return AnswerOutput(plain)
    view = output.choose_view(settings, keys=options.interactive, quiet=options.quiet)
    return AnswerOutput(view)


def _show_block(view: Collector, number: int, _: Conversation, answers: list[Message]) -> None:
    """Show a code block: its number from 1, or -1 for the last."""
    from nemochat.screen.markdown.renderer import list_code_blocks

    blocks = [block for each in answers for block in list_code_blocks(each.content)]
    index = number if number < 0 else number - 1
    if -len(blocks) <= index < len(blocks):
        view.show(blocks[index].code.removesuffix("\n"))
    elif exit_code(answers) == ExitCode.OK:
        names = {0: "no code block", 1: "one code block"}
        has = names.get(len(blocks), f"{len(blocks)} code blocks")
        raise NotAnAnswer(f"the answer has {has}{f', not {number}' if blocks else ''}")


def _show_json(view: Collector, _: Conversation, answers: list[Message]) -> None:
    """Show the JSON in the answers, without the text around it."""
    if texts := [extract_json(each.content) for each in answers if not each.empty]:
        view.show(BETWEEN_CANDIDATES.join(texts))


def _show_objects(
    view: Collector, schema: Schema | None, conversation: Conversation, answers: list[Message]
) -> None:
    """Show a JSON object with the metadata of the answer, and of the other candidates."""
    values: list[Mapping[str, object]] = [{} for _ in answers]
    if schema and exit_code(answers) == ExitCode.OK:
        values = [{"value": value} for value in schema.validate(answers)]
    objects = [to_object(each) | dict(value) for each, value in zip(answers, values, strict=True)]
    alternatives = {"alternatives": objects[1:]} if len(objects) > 1 else {}
    if objects:
        view.show(to_line({**conversation_id(conversation), **objects[0], **alternatives}))


def exit_code(answers: list[Message]) -> ExitCode:
    """Return the highest exit code among the endings of answers."""
    return max((each.ending.exit_code for each in answers if each.ending), default=ExitCode.OK)
