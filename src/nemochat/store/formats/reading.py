"""Files to import, and the conversations and bad records read from them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import NoneType

from nemochat.core.conversation import Conversation, MessageNode, Settings
from nemochat.core.json_size import has_more_values
from nemochat.core.messages import Message
from nemochat.core.records import Json
from nemochat.errors import StoreError, UsageError
from nemochat.store.connect import LONGEST_TEXT

SQLITE = b"SQLite format 3\0"
MOST_BAD_RECORDS = 1_000
_MOST_VALUES = 500_000  # of JSON in a small file; each takes up to 120 bytes of memory
_CHARACTERS_PER_VALUE = 16  # of a large file; exports with sentences have about 18 or more
_LARGEST_NUMBER = 2**53
_PARAMETER_TYPES = (int, float, str, list, tuple, NoneType)


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be read: its description, and the reason."""

    record: str
    why: str


ParsedRecords = Iterator[Conversation | BadRecord]


@dataclass(frozen=True)
class Source:
    """A file: its path and content; of a database only the first bytes."""

    path: Path
    content: bytes

    @property
    def is_database(self) -> bool:
        """Return whether the file is an SQLite database."""
        return self.content.startswith(SQLITE)

    @property
    def stem(self) -> str:
        """The file's name without its suffix, which other programs use as a title."""
        return self.path.stem

    @cached_property
    def json(self) -> Json:
        """The file's JSON value, or a list of those on its lines.

        A broken line is None; the list ends after more than `MOST_BAD_RECORDS` of them.

        Raises:
            UsageError: the file has too many values for the memory.
        """
        text = self.content.decode("utf-8-sig", "replace")
        if has_more_values(text, max(_MOST_VALUES, len(text) // _CHARACTERS_PER_VALUE)):
            raise UsageError(f"{self.path} has too many JSON values for its size")
        if isinstance(value := _parse_json(text), dict | list):
            return value
        return _parse_lines(text)


def _parse_lines(text: str) -> list[Json]:
    values: list[Json] = []
    bad = 0
    for match in re.finditer(r"\S[^\n]*", text):
        value = _parse_json(match[0])
        if not isinstance(value, dict | list):
            value = None
            bad += 1
        values.append(value)
        if bad > MOST_BAD_RECORDS:
            break
    return values


def _parse_json(text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def parse_record(record: str, read: Callable[[], Conversation]) -> Conversation | BadRecord:
    """Return the conversation that `read` makes of a record, or the reason why it is bad."""
    try:
        conversation = read()
        _check(conversation)
    except KeyError as error:
        return BadRecord(record, f"it has no {error.args[0]!r}")
    except (StoreError, UsageError) as error:
        return BadRecord(record, error.sentence)
    except (ValueError, TypeError, AttributeError, ArithmeticError, LookupError) as error:
        return BadRecord(record, str(error) or type(error).__name__)
    except RecursionError:
        return BadRecord(record, "it is nested too deeply")
    return conversation if conversation.nodes else BadRecord(record, "it has no messages")


def _check(conversation: Conversation) -> None:
    """Raise TypeError or ValueError unless everything in a conversation has the right type."""
    settings = conversation.settings
    texts: list[object] = [conversation.name, settings.model, settings.endpoint, settings.system]
    texts += [settings.profile, *settings.filling, *settings.filling.values()]
    texts += [message.content for message in settings.examples]
    numbers: list[object] = []
    _check_parameters(settings.parameters)
    for node in conversation.nodes.values():
        message, origin = node.message, node.message.provenance
        texts += [message.content, message.reasoning, message.tool_call_id]
        texts += [part for call in message.tool_calls for part in call]
        if origin is not None:
            texts += [origin.model, origin.asked_model, origin.endpoint, origin.reason]
            numbers += [origin.first_token, origin.seconds, *(origin.usage or ())]
            for joined in origin.continued:
                texts += [joined.ending, joined.asked]
                numbers += [joined.at, joined.overlap]
            _check_parameters(origin.parameters)
    for text in texts:
        require_text(text)
    for number in numbers:
        if number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise TypeError(f"{type(number).__name__} instead of a number")
        if not 0 <= number <= _LARGEST_NUMBER:
            raise ValueError(f"the number {number} is out of range")


def _check_parameters(parameters: Mapping[str, object]) -> None:
    if not all(isinstance(value, _PARAMETER_TYPES) for value in parameters.values()):
        raise TypeError("a parameter is neither a number nor text")
    json.dumps(dict(parameters), allow_nan=False)


def new_conversation(
    name: str = "", started: datetime | None = None, system: str = ""
) -> Conversation:
    """Return an empty conversation without a model or an endpoint."""
    return Conversation(Settings("", "", system), name=name, started=started)


def append_message(
    conversation: Conversation, message: Message, written: datetime | None = None
) -> None:
    """Append a message after the head."""
    key = len(conversation.nodes) + 1
    conversation.graft(MessageNode(key, conversation.head, message, written))
    conversation.go_to(key)


def require_text(value: object) -> str:
    """Return a text of at most `LONGEST_TEXT` characters; otherwise TypeError or ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of text")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"a text is longer than {LONGEST_TEXT // 1024 // 1024} MB")
    return value


def parse_time(value: object) -> datetime | None:
    """Return a time in UTC from seconds or ISO 8601 (UTC is the default zone), or None."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
