"""Output of `ask`: its formats, and the file that is replaced only by a whole answer."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from nemochat.atomic import SHARED, write_atomically
from nemochat.chat.chat import Chat
from nemochat.chat.ports import Screen
from nemochat.cli import output, streams
from nemochat.cli.ask_options import AskOptions
from nemochat.config.load import Config
from nemochat.core.json_schema import extract_json
from nemochat.core.messages import Message
from nemochat.errors import ExitCode, NotAnAnswer, OutputError, UsageError
from nemochat.files import expand_home
from nemochat.screen.json_events import Collector, JsonEvents, conversation_id, to_line, to_object
from nemochat.screen.plain import BETWEEN_CANDIDATES, Plain

if TYPE_CHECKING:
    from nemochat.cli.structured import Schema


class Destination:
    """What takes the bytes of an answer.

    Attributes:
        stream: Where they are written.
        on_terminal: Whether they are seen as they come.
    """

    def __init__(self, path: Path | None) -> None:
        """See that a file can be written; UsageError if not. None and - are standard output."""
        path = None if path == streams.STANDARD_STREAM else path
        self._file = None if path is None else _check_writable(path)
        self.stream: BinaryIO = streams.binary_stdout() if path is None else BytesIO()
        self.on_terminal = path is None and streams.is_output_terminal()

    def finish(self, *, whole: bool) -> None:
        """Put a whole answer into its file; what came of another goes to standard output.

        Raises:
            OutputError: it cannot be written; it was printed then.
        """
        if self._file is None:
            return
        assert isinstance(self.stream, BytesIO)
        content = self.stream.getvalue()
        if not whole:
            _print(content)
            return
        try:
            _write(self._file, content)
        except OutputError:
            _print(content)  # it may be kept nowhere else
            raise


def _print(content: bytes) -> None:
    from nemochat.screen.plain import Plain

    plain = Plain(streams.binary_stdout(), None, on_terminal=streams.is_output_terminal())
    plain.show(content.decode("utf-8", "replace").removesuffix("\n"))


def _check_writable(path: Path) -> Path:
    """The file itself behind links; UsageError if nothing can be written there."""
    try:
        real = expand_home(str(path)).resolve()
        mode = real.stat().st_mode if real.exists() else stat.S_IFREG
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be written ({error})") from error
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder, not a file to write")
    if not real.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {real.parent}")
    if not os.access(real.parent if stat.S_ISREG(mode) else real, os.W_OK):
        raise UsageError(f"{path} cannot be written: it is not permitted")
    return real


def _write(path: Path, content: bytes) -> None:
    """Let the file be this content, in one step; a device or a pipe is written to."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            write_atomically(path, content, mode=SHARED)
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror})") from error


class AnswerOutput(Protocol):
    """How an answer is given."""

    @property
    def view(self) -> Screen:
        """What shows the turn."""

    def ask(self, chat: Chat, question: str) -> list[Message]:
        """Ask, and show what is to be made of the answers; return them."""


class TextOutput(NamedTuple):
    """The text, piece by piece."""

    view: Screen

    def ask(self, chat: Chat, question: str) -> list[Message]:
        """Ask; the view shows the answer."""
        return chat.say(question)


class CodeBlockOutput(NamedTuple):
    """One code block alone: its number from 1, or -1 for the last."""

    view: Collector
    number: int

    def ask(self, chat: Chat, question: str) -> list[Message]:
        """Ask, and show the block; NotAnAnswer if a whole answer has none of this number."""
        from nemochat.screen.markdown.renderer import list_code_blocks

        answers = chat.say(question)
        blocks = [block for each in answers for block in list_code_blocks(each.content)]
        place = self.number if self.number < 0 else self.number - 1
        if -len(blocks) <= place < len(blocks):
            self.view.show(blocks[place].code.removesuffix("\n"))
        elif exit_code(answers) == ExitCode.OK:
            has = {0: "no code block", 1: "one code block"}.get(
                len(blocks), f"{len(blocks)} code blocks"
            )
            wanted = f", not {self.number}" if blocks else ""
            raise NotAnAnswer(f"the answer has {has}{wanted}")
        return answers


class SchemaOutput(NamedTuple):
    """JSON that fits a schema."""

    view: Collector
    schema: Schema

    def ask(self, chat: Chat, question: str) -> list[Message]:
        """Ask, and show the JSON; NotAnAnswer if it does not fit, asked once more."""
        answers = _ask(chat, question, self.schema)
        texts = [extract_json(each.content) for each in answers if not each.empty]
        if texts:
            self.view.show(BETWEEN_CANDIDATES.join(texts))
        return answers


class JsonOutput(NamedTuple):
    """A JSON object with all that is known of the answer, and of the other candidates."""

    view: Collector
    schema: Schema | None = None

    def ask(self, chat: Chat, question: str) -> list[Message]:
        """Ask, and show the object."""
        answers = _ask(chat, question, self.schema)
        values: list[Mapping[str, object]] = [{} for _ in answers]
        if self.schema and exit_code(answers) == ExitCode.OK:
            values = [{"value": value} for value in self.schema.validate(answers)]
        told = [to_object(a) | dict(v) for a, v in zip(answers, values, strict=True)]
        more = {"alternatives": told[1:]} if len(told) > 1 else {}
        if told:
            self.view.show(to_line({**conversation_id(chat.conversation), **told[0], **more}))
        return answers


class JsonLinesOutput(NamedTuple):
    """A JSON object for each event, as it comes."""

    view: JsonEvents
    schema: Schema | None = None

    def ask(self, chat: Chat, question: str) -> list[Message]:
        """Ask; the view shows the events."""
        self.view.conversation = chat.conversation
        return _ask(chat, question, self.schema)


def select_output(
    options: AskOptions, settings: Config, destination: Destination, schema: Schema | None
) -> AnswerOutput:
    """The form that the flags ask for."""
    out, err = destination.stream, None if options.quiet else sys.stderr
    held = Collector(out, err, on_terminal=destination.on_terminal)
    if options.dry_run_format:
        return TextOutput(Plain(out, err, on_terminal=destination.on_terminal))
    if options.effective_format == "jsonl":
        return JsonLinesOutput(JsonEvents(out, err, on_terminal=destination.on_terminal), schema)
    if options.effective_format == "json":
        return JsonOutput(held, schema)
    if schema:
        return SchemaOutput(held, schema)
    if options.block_number is not None:
        return CodeBlockOutput(held, options.block_number)
    if options.out:
        return TextOutput(Plain(out, err))
    return TextOutput(output.choose_view(settings, keys=options.interactive, quiet=options.quiet))


def _ask(chat: Chat, question: str, schema: Schema | None) -> list[Message]:
    if schema is None:
        return chat.say(question)
    from nemochat.cli.structured import ask_with_schema

    return ask_with_schema(chat, question, schema)


def exit_code(answers: list[Message]) -> ExitCode:
    """The highest exit code among the endings of answers."""
    return max((each.ending.exit_code for each in answers if each.ending), default=ExitCode.OK)
