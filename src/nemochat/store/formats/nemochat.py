"""Import of our own databases: a backup, another machine's, or a damaged one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from sqlite3 import Connection

from nemochat.core.conversation import Conversation, Settings
from nemochat.errors import StoreError
from nemochat.store import rows
from nemochat.store.connect import list_columns, open_foreign
from nemochat.store.formats.reading import ParsedRecords, Source, parse_record

_CONVERSATION_COLUMNS = {  # by the version that introduced them
    1: {"id", "name", "started", "model", "endpoint", "system", "parameters", "head"},
    2: {"tip"},
    3: {"profile", "filling", "examples"},
}
_MESSAGE_COLUMNS = {"id", "conversation", "parent", "written", "role", "content", "details"}

_NUMBERS = (
    ("conversations", "id", "SELECT id FROM conversations"),
    ("messages", "conversation", "SELECT DISTINCT conversation FROM messages"),
)


def recognises(source: Source) -> bool:
    """Return whether a file is such a database."""
    return source.is_database and ".db" in source.path.name


def read(source: Source) -> ParsedRecords:
    """Yield the conversations of a database, as far as each can be read.

    Raises:
        StoreError: it is not a database of this or an earlier version.
    """
    path = source.path
    with open_foreign(path) as db:
        version = rows.read_version(db)
        is_ours = 0 < version <= rows.VERSION and list_columns(db, "messages") >= _MESSAGE_COLUMNS
    if not is_ours:
        raise StoreError(f"{path} is not a database of this version of nemochat")
    for number in _numbers(path):
        yield parse_record(f"conversation {number}", partial(_conversation, path, number, version))


def _numbers(path: Path) -> list[int]:
    """Return the numbers of all conversations, from two tables, one of which may be damaged."""
    numbers: set[int] = set()
    failure: StoreError | None = None
    for table, column, query in _NUMBERS:
        try:
            with open_foreign(path) as db:
                if column not in list_columns(db, table):  # a view may be endless
                    continue
                for (number,) in db.execute(query):
                    if isinstance(number, int):  # anything else is damage
                        numbers.add(number)  # also those before a damaged page
        except StoreError as error:
            failure = error
    if failure and not numbers:
        raise failure
    return sorted(numbers)


def _conversation(path: Path, number: int, version: int) -> Conversation:
    with open_foreign(path) as db:
        row = _select_conversation(db, number, version)
        if row is None:  # the row is lost, but its messages are not
            newest = "SELECT max(id) FROM messages WHERE conversation = ?"
            (head,) = db.execute(newest, (number,)).fetchone()
            conversation, tip = Conversation(Settings("", "")), head
        else:
            conversation, head, tip = rows.parse_conversation(row)
        for node in rows.select_nodes(db, number):
            conversation.graft(node)
    for key in (tip, head):
        if key is None or key in conversation.nodes:
            conversation.go_to(key)
    conversation.id = None
    return conversation


def _select_conversation(db: Connection, number: int, version: int) -> rows.Row | None:
    """Return the row of a conversation, if its table holds it and has our columns."""
    stored = list_columns(db, "conversations")
    if all(stored >= new for since, new in _CONVERSATION_COLUMNS.items() if since <= version):
        return rows.select_conversation(db, number, version)
    return None
