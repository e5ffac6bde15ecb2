"""Tables of the database: migrations, and rows converted to conversations and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nemochat.core import records
from nemochat.core.conversation import Conversation, MessageNode, Settings
from nemochat.core.messages import Message, Role
from nemochat.core.text import join_surrogates
from nemochat.errors import ConversationDeleted

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 4  # of the tables
_CONVERSATION = (
    "SELECT id, name, started, model, endpoint, system, parameters, profile, filling, examples,"
    " head, tip FROM conversations WHERE id = ?"
)
_INDEXED = (  # spaces complete the last trigrams, see 2.sql
    "SELECT id, content || '  ' FROM messages WHERE settled",
    "SELECT -id, name || '  ' FROM conversations WHERE name NOT NULL",
)
_WITH_TIP, _WITH_PROFILE = 2, 3  # the versions that introduced these columns
MESSAGES = "SELECT id, parent, written, role, content, details FROM messages"

DELETED = "another nemochat has deleted this conversation", "/fork saves it as a new one"

Row = tuple[Any, ...]


def read_version(db: Connection) -> int:
    """Return the version of an open database's tables, or 0 if it has none."""
    (number,) = db.execute("PRAGMA user_version").fetchone()
    assert isinstance(number, int)
    return number


def migrate(db: Connection) -> None:
    """Migrate the tables to our version, within the caller's transaction."""
    for step in range(read_version(db) + 1, VERSION + 1):
        for statement in _statements(step):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {step}")


def _statements(step: int) -> Iterator[str]:
    """Yield the statements of one migration; a trigger is one statement."""
    source = Path(__file__).with_name("migrations") / f"{step}.sql"
    statement = ""
    for line in source.read_text("utf-8").splitlines():
        statement += line.partition("--")[0].rstrip() + "\n"
        if statement.endswith("END;\n" if "CREATE TRIGGER" in statement else ";\n"):
            yield statement
            statement = ""


@contextmanager
def pause_index(db: Connection) -> Iterator[None]:
    """Index nothing in a transaction that deletes most messages, and rebuild the index after it."""
    triggers = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_deleted'"
    ).fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    yield
    db.execute("INSERT INTO words (words) VALUES ('delete-all')")
    for texts in _INDEXED:
        db.execute(f"INSERT INTO words (rowid, text) {texts}")
    for _, sql in triggers:
        db.execute(sql)


def select_conversation(db: Connection, number: int, version: int = VERSION) -> Row | None:
    """Return the row of a conversation in a database of this version, if it exists."""
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
    """Insert a conversation and return its number."""
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
    """Update a conversation's name, settings and head.

    Args:
        db: The database.
        number: The conversation's number.
        conversation: The conversation.
        head: The last message of its path, which may not be in its tree yet.
        new_rows: The rows of messages that were inserted in this transaction, by their keys.
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
    """Insert a message and return its number; an answer that still grows is not settled."""
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
    """Update a message that has grown, and return whether it exists."""
    row = db.execute(
        "UPDATE messages SET content = ?, details = ?, settled = ? WHERE id = ?",
        (join_surrogates(message.content), _details(message), settled, key),
    )
    return row.rowcount == 1


def write_unsaved(
    db: Connection, number: int, conversation: Conversation, new_rows: dict[int | None, int]
) -> None:
    """Write what is unsaved of a conversation, parents first, and add the new rows to `new_rows`.

    Raises:
        ConversationDeleted: it no longer exists.
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
    """Return a conversation without its messages, its head and its tip."""
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
        settings, id=id_, name=name or "", started=datetime.fromisoformat(started)
    )
    return conversation, head, tip


def parse_node(row: Row) -> MessageNode:
    """Return a message with its key and its parent."""
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
