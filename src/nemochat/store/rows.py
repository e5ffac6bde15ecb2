"""Rows of the database, converted to conversations and messages and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nemochat.core import records
from nemochat.core.conversation import Conversation, MessageNode, Settings
from nemochat.core.messages import Message, Role
from nemochat.core.text import join_surrogates
from nemochat.errors import ConversationDeleted
from nemochat.store import tables_sql

if TYPE_CHECKING:
    from sqlite3 import Connection

_WITH_TIP, _WITH_PROFILE = 2, 3  # the versions of the database that introduced these columns
_CONVERSATION = (
    "SELECT id, coalesce(name, ''), started, model, endpoint, system, parameters, profile, filling,"
    " examples, head, tip FROM conversations WHERE id = ?"
)
MESSAGES = "SELECT id, parent, written, role, content, details FROM messages"

DELETED = "another nemochat has deleted this conversation", "/fork keeps it anew"

Row = tuple[Any, ...]


def select_conversation(
    db: Connection, number: int, version: int = tables_sql.VERSION
) -> Row | None:
    """Return the row of a conversation in a database of this version, if there is one."""
    query = _CONVERSATION
    if version < _WITH_PROFILE:
        query = query.replace("profile, filling, examples", "'', '{}', '[]'")
    if version < _WITH_TIP:
        query = query.replace("tip", "head")
    row: Row | None = db.execute(query, (number,)).fetchone()
    return row


def select_nodes(db: Connection, number: int) -> Iterator[MessageNode]:
    """Yield the messages of a conversation in the order in which they were written."""
    for row in db.execute(f"{MESSAGES} WHERE conversation = ? ORDER BY id", (number,)):
        yield parse_node(row)


def insert_conversation(db: Connection, conversation: Conversation) -> int:
    """A new row for a conversation; its number."""
    assert conversation.started is not None
    row = db.execute(
        "INSERT INTO conversations (started, name, model, endpoint, system, parameters, profile,"
        " filling, examples) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (conversation.started.isoformat(timespec="seconds"), *_settings(conversation)),
    )
    assert row.lastrowid is not None
    return row.lastrowid


def update_conversation(
    db: Connection,
    number: int,
    conversation: Conversation,
    head: int | None,
    new_rows: Mapping[int | None, int] = MappingProxyType({}),
) -> None:
    """Write a conversation's name, settings and place.

    Args:
        db: The database.
        number: The conversation's number.
        conversation: The conversation.
        head: The last message of its path; it may be one that is not in its tree yet.
        new_rows: The rows of messages that were written in this transaction.
    """
    tip = conversation.tip(head) if head is None or head in conversation.nodes else head
    head, tip = (new_rows.get(key, conversation.row(key)) for key in (head, tip))
    db.execute(
        "UPDATE conversations SET name = ?, model = ?, endpoint = ?, system = ?, parameters = ?,"
        " profile = ?, filling = ?, examples = ?, head = ?, tip = ? WHERE id = ?",
        (*_settings(conversation), head, tip, number),
    )


def insert_message(
    db: Connection,
    conversation: int,
    parent: int | None,
    message: Message,
    written: datetime,
    *,
    settled: bool = True,
) -> int:
    """A new row for a message; its number. An answer that still grows is not settled."""
    row = db.execute(
        "INSERT INTO messages (conversation, parent, role, content, written, details, settled)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            conversation,
            parent,
            message.role.value,
            join_surrogates(message.content),
            written.astimezone(UTC).isoformat(timespec="seconds"),
            _details(message),
            settled,
        ),
    )
    assert row.lastrowid is not None
    return row.lastrowid


def update_message(db: Connection, key: int, message: Message, *, settled: bool) -> bool:
    """A fuller version of a message; return whether it is there."""
    row = db.execute(
        "UPDATE messages SET content = ?, details = ?, settled = ? WHERE id = ?",
        (join_surrogates(message.content), _details(message), settled, key),
    )
    return row.rowcount == 1


def write_unsaved(
    db: Connection, number: int, conversation: Conversation, new_rows: dict[int | None, int]
) -> None:
    """Write what is unsaved of a conversation, parents first, and put the new rows into `new_rows`.

    Raises:
        ConversationDeleted: it is no longer there.
    """
    for key, written in conversation.unsaved.items():
        node = conversation.nodes[key]
        settled = node.message.role is not Role.ASSISTANT or node.message.ending is not None
        row = conversation.row(key)
        if row is None:
            parent = new_rows.get(node.parent, conversation.row(node.parent))
            new_rows[key] = insert_message(
                db, number, parent, node.message, written, settled=settled
            )
        elif not update_message(db, row, node.message, settled=settled):
            raise ConversationDeleted(*DELETED)
    update_conversation(db, number, conversation, conversation.head, new_rows)


def parse_conversation(row: Row) -> tuple[Conversation, int | None, int | None]:
    """A conversation without its messages, its head and its tip."""
    id_, name, started, model, endpoint, system, parameters, profile, *rest, head, tip = row
    filling, examples = map(json.loads, rest)
    settings = Settings(
        model,
        endpoint,
        system,
        records.parameters_from_json(json.loads(parameters)),
        profile,
        filling,
        records.from_plain(examples),
    )
    conversation = Conversation(
        settings, id=id_, name=name, started=datetime.fromisoformat(started)
    )
    return conversation, head, tip


def parse_node(row: Row) -> MessageNode:
    """A message in its place."""
    key, parent, written, role, content, details = row
    message = records.message_from_json(role, content, json.loads(details) if details else {})
    return MessageNode(key, parent, message, datetime.fromisoformat(written) if written else None)


def _settings(conversation: Conversation) -> Row:
    settings = conversation.settings
    return (
        join_surrogates(conversation.name) or None,
        join_surrogates(settings.model),
        join_surrogates(settings.endpoint),
        join_surrogates(settings.system),
        join_surrogates(json.dumps(settings.parameters, ensure_ascii=False)),
        join_surrogates(settings.profile),
        join_surrogates(json.dumps(settings.filling, ensure_ascii=False)),
        join_surrogates(json.dumps(records.to_plain(settings.examples), ensure_ascii=False)),
    )


def _details(message: Message) -> str | None:
    details = records.details_to_json(message)
    return join_surrogates(json.dumps(details, ensure_ascii=False)) if details else None
