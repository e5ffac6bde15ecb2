"""Import of our own databases: a backup, another machine's, or a damaged one."""

from __future__ import annotations

from pathlib import Path

from nemochat.core.conversation import Conversation, Settings
from nemochat.errors import StoreError
from nemochat.store import rows, tables_sql
from nemochat.store.database import open_foreign
from nemochat.store.formats.reading import BadRecord, ParsedRecords, Source


def recognises(source: Source) -> bool:
    """Whether a file is such a database."""
    return source.is_database and ".db" in source.path.name


def read(source: Source) -> ParsedRecords:
    """The conversations of a database, as far as each can be read."""
    path = source.path
    with open_foreign(path) as db:
        if not 0 < (version := tables_sql.version(db)) <= tables_sql.VERSION:
            raise StoreError(f"{path} is no database of this nemochat's")
    for number in _numbers(path):
        try:
            yield _conversation(source, number, version)
        except (StoreError, ValueError, KeyError, TypeError) as error:
            yield BadRecord(f"conversation {number}", str(error))


def _numbers(path: Path) -> list[int]:
    """The numbers of all conversations, out of two places, one of which may be damaged."""
    numbers: set[int] = set()
    failure: StoreError | None = None
    for query in ("SELECT id FROM conversations", "SELECT DISTINCT conversation FROM messages"):
        try:
            with open_foreign(path) as db:
                for (number,) in db.execute(query):
                    if isinstance(number, int):  # damage may have made another thing of it
                        numbers.add(number)  # those before a damaged page, too
        except StoreError as error:
            failure = error
    if failure and not numbers:
        raise failure
    return sorted(numbers)


def _conversation(source: Source, number: int, version: int) -> Conversation:
    with open_foreign(source.path) as db:
        row = rows.select_conversation(db, number, version)
        if row is None:  # it is lost, and its messages are not
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
