"""In which form is an answer given? As it comes, as JSON, as one code block, as events."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from nemochat.chat import Chat
from nemochat.cli import views
from nemochat.cli.asking import Asking
from nemochat.cli.destination import Destination
from nemochat.config import Config
from nemochat.core.messages import Message
from nemochat.core.schema import json_text
from nemochat.errors import ExitCode, NotAnAnswer
from nemochat.parts import Screen
from nemochat.screen.events import Events, Held, as_object, identified, line
from nemochat.screen.plain import BETWEEN_CANDIDATES, Plain

if TYPE_CHECKING:
    from nemochat.cli.structured import Schema


class Form(Protocol):
    """How an answer is given."""

    @property
    def view(self) -> Screen:
        """What shows the turn."""

    def answer(self, chat: Chat, question: str) -> list[Message]:
        """Ask, and show what is to be made of the answers; return them."""


class AsItComes(NamedTuple):
    """The text, piece by piece."""

    view: Screen

    def answer(self, chat: Chat, question: str) -> list[Message]:
        """Ask; the view shows the answer."""
        return chat.say(question)


class Block(NamedTuple):
    """One code block alone: its number from 1, or -1 for the last."""

    view: Held
    number: int

    def answer(self, chat: Chat, question: str) -> list[Message]:
        """Ask, and show the block; NotAnAnswer if a whole answer has none of this number."""
        from nemochat.screen.markdown.fenced import code_blocks

        answers = chat.say(question)
        blocks = [block for each in answers for block in code_blocks(each.content)]
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


class Fitting(NamedTuple):
    """JSON that fits a schema."""

    view: Held
    schema: Schema

    def answer(self, chat: Chat, question: str) -> list[Message]:
        """Ask, and show the JSON; NotAnAnswer if it does not fit, asked once more."""
        answers = _asked(chat, question, self.schema)
        texts = [json_text(each.content) for each in answers if not each.empty]
        if texts:
            self.view.show(BETWEEN_CANDIDATES.join(texts))
        return answers


class Objects(NamedTuple):
    """A JSON object for each candidate, with all that is known of it."""

    view: Held
    schema: Schema | None = None

    def answer(self, chat: Chat, question: str) -> list[Message]:
        """Ask, and show the objects."""
        answers = _asked(chat, question, self.schema)
        values: list[Mapping[str, object]] = [{} for _ in answers]
        if self.schema and exit_code(answers) == ExitCode.OK:
            values = [{"value": value} for value in self.schema.values(answers)]
        for answer, value in zip(answers, values, strict=True):
            told = as_object(answer)
            self.view.show(line({**identified(chat.conversation), **told, **value}))
        return answers


class Lines(NamedTuple):
    """A JSON object for each event, as it comes."""

    view: Events
    schema: Schema | None = None

    def answer(self, chat: Chat, question: str) -> list[Message]:
        """Ask; the view shows the events."""
        self.view.conversation = chat.conversation
        return _asked(chat, question, self.schema)


def chosen(
    asking: Asking, settings: Config, destination: Destination, schema: Schema | None
) -> Form:
    """The form that the flags ask for."""
    out, err = destination.stream, None if asking.quiet else sys.stderr
    held = Held(out, err, on_terminal=destination.on_terminal)
    if asking.rehearse:
        return AsItComes(Plain(out, err, on_terminal=destination.on_terminal))
    if asking.form == "jsonl":
        return Lines(Events(out, err, on_terminal=destination.on_terminal), schema)
    if asking.form == "json":
        return Objects(held, schema)
    if schema:
        return Fitting(held, schema)
    if asking.block is not None:
        return Block(held, asking.block)
    if asking.out:
        return AsItComes(Plain(out, err))
    return AsItComes(views.choose(settings, keys=asking.interactive, quiet=asking.quiet))


def _asked(chat: Chat, question: str, schema: Schema | None) -> list[Message]:
    if schema is None:
        return chat.say(question)
    from nemochat.cli.structured import fitting

    return fitting(chat, question, schema)


def exit_code(answers: list[Message]) -> ExitCode:
    """The highest exit code among the endings of answers."""
    return max((each.ending.exit_code for each in answers if each.ending), default=ExitCode.OK)
