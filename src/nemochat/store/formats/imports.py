"""Import of a file: its format detected, its conversations added to the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nemochat.core.conversation import LONGEST_TITLE, Conversation, Settings
from nemochat.core.messages import Role
from nemochat.core.text import format_value
from nemochat.errors import UsageError
from nemochat.store.conversations import ConversationStore
from nemochat.store.formats import aichat, chatgpt, json, llm, nemochat, openai
from nemochat.store.formats.reading import (
    MOST_BAD_RECORDS,
    SQLITE,
    BadRecord,
    ParsedRecords,
    Source,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """A format: its name, and functions that recognise and read a file."""

    name: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], ParsedRecords]


READERS = (
    Reader("llm", llm.recognises, llm.read),
    Reader("nemochat-db", nemochat.recognises, nemochat.read),
    Reader("aichat", aichat.recognises, aichat.read),
    Reader("nemochat", json.recognises, json.read),
    Reader("chatgpt", chatgpt.recognises, chatgpt.read),
    Reader("shell_gpt", openai.recognises_shell_gpt, openai.read_shell_gpt),
    Reader("openai", openai.recognises, openai.read),
)
NAMES = ", ".join(each.name for each in READERS)


@dataclass(slots=True)
class ImportResult:
    """The result of an import.

    Attributes:
        conversations: The conversations as they are saved.
        bad: The bad records, at most `MOST_BAD_RECORDS`.
        stopped: Whether the import stopped because there are more of them.
    """

    conversations: list[Conversation] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)
    stopped: bool = False


def parse(
    path: Path, content: Callable[[Path], bytes], name: str = ""
) -> tuple[Reader, ParsedRecords]:
    """Return the reader of a file, and the records that it reads.

    Args:
        path: The file.
        content: Returns its bytes.
        name: The reader's name; "" detects it.

    Raises:
        UsageError: no reader recognises the file, none has this name, or it has too many values.
    """
    source = Source(path, content(path))
    if name:
        readers = [each for each in READERS if each.name == name.lower()]
        if not readers:
            raise UsageError(f"there is no format {format_value(name)}", f"Formats are {NAMES}")
    else:
        readers = [each for each in READERS if each.recognises(source)]
    if not readers:
        raise UsageError(f"the format of {path} is unknown", f"Set --from to one of {NAMES}")
    return readers[0], readers[0].read(source)


def read_content(path: Path, largest: int) -> bytes:
    """Return a file's content, or only the first bytes of a database.

    Raises:
        UsageError: it cannot be read, or is larger than `largest` bytes.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(SQLITE))
            content = start if start == SQLITE else start + file.read(largest)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})") from error
    if len(content) > largest:
        raise UsageError(f"{path} is larger than {largest // 1024 // 1024} MB")
    return content


def import_all(
    saved: ConversationStore,
    records: ParsedRecords,
    endpoint: str,
    model: str,
    so_far: Callable[[int], None] = lambda _: None,
    *,
    with_settings: bool = False,
) -> ImportResult:
    """Save the conversations of a file one by one, and collect its bad records.

    Stop if there are more than `MOST_BAD_RECORDS`.

    Args:
        saved: The store.
        records: The records of the file.
        endpoint: The endpoint to continue with.
        model: The model to continue with.
        so_far: Called with the number of saved conversations after each.
        with_settings: Whether the file decides endpoint, model, parameters and system prompt. A
            hostile file would choose where the next question goes, and what the model obeys.

    Raises:
        StoreError: they cannot be saved; those before are.
    """
    result = ImportResult()
    names = set(saved.catalogue.names())
    for each in records:
        if isinstance(each, BadRecord):
            if len(result.bad) == MOST_BAD_RECORDS:
                result.stopped = True
                break
            result.bad.append(each)
            continue
        conversation = each if with_settings else remove_settings(each)
        settings = conversation.settings
        settings.endpoint, settings.model = settings.endpoint or endpoint, settings.model or model
        name, conversation.name = conversation.name, ""
        if name != conversation.title():  # many programs name it by its first question anyway
            conversation.name = find_unused_name(name, names)
        names.add(conversation.name)
        result.conversations.append(saved.add_imported(conversation))
        so_far(len(result.conversations))
    return result


def remove_settings(conversation: Conversation) -> Conversation:
    """Return a conversation without settings and system messages, which a model would obey."""
    result = Conversation(Settings("", ""), name=conversation.name, started=conversation.started)
    keys: dict[int | None, int | None] = {None: None}  # of a system message: that of its parent
    for node in conversation.nodes.values():
        parent = keys[node.parent]
        if node.message.role is Role.SYSTEM:
            keys[node.key] = parent
        else:
            keys[node.key] = node.key
            result.graft(node._replace(parent=parent))
    for key in (conversation.tip(conversation.head), conversation.head):
        result.go_to(keys[key])
    return result


def find_unused_name(name: str, names: set[str]) -> str:
    """Return the name as one printable line that no conversation has; "" remains ""."""
    beginning = name[: 10 * LONGEST_TITLE]
    line = " ".join("".join(c if c.isprintable() else " " for c in beginning).split())
    line = line[:LONGEST_TITLE].strip()
    free, number = line, 1
    while free and free in names:
        number += 1
        ending = f" ({number})"
        free = line[: LONGEST_TITLE - len(ending)] + ending
    return free
