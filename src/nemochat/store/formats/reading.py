"""Files to import, and what is read from them: conversations and bad records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from nemochat.core.conversation import Conversation, MessageNode, Settings
from nemochat.core.messages import Message
from nemochat.core.records import Json

SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be read: what it is called, and why."""

    record: str
    why: str


ParsedRecords = Iterator[Conversation | BadRecord]


@dataclass(frozen=True)
class Source:
    """A file: its path and content; of a database the first bytes alone."""

    path: Path
    content: bytes

    @property
    def is_database(self) -> bool:
        """Whether it is an SQLite database."""
        return self.content.startswith(SQLITE)

    @property
    def stem(self) -> str:
        """Its name without its suffix: what other programs call the conversation."""
        return self.path.stem

    @cached_property
    def json(self) -> Json:
        """Its JSON value, or a list of those on its lines; None if it is neither."""
        text = self.content.decode("utf-8-sig", "replace")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
        try:
            return [json.loads(line) for line in text.split("\n") if line.strip()] or None
        except (ValueError, RecursionError):
            return None


def parse_record(record: str, read: Callable[[], Conversation]) -> Conversation | BadRecord:
    """What `read` makes of one record, or why it makes nothing."""
    try:
        conversation = read()
    except KeyError as error:
        return BadRecord(record, f"it has no {error.args[0]!r}")
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        return BadRecord(record, str(error) or type(error).__name__)
    return conversation if conversation.nodes else BadRecord(record, "there is no message in it")


def new_conversation(
    name: str = "", started: datetime | None = None, system: str = ""
) -> Conversation:
    """An empty conversation; whoever imports it says with which model it goes on."""
    return Conversation(Settings("", "", system), name=name, started=started)


def append_message(
    conversation: Conversation, message: Message, written: datetime | None = None
) -> None:
    """Say a message after the head."""
    key = len(conversation.nodes) + 1
    conversation.graft(MessageNode(key, conversation.head, message, written))
    conversation.go_to(key)


def require_text(value: object) -> str:
    """Return a value that must be a text; TypeError if it is none."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where a text belongs")
    return value


def parse_time(value: object) -> datetime | None:
    """A time from seconds or ISO 8601, in UTC unless it says otherwise; None if it is neither."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return time if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
