"""Import of a file: its format detected, its conversations added to the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nemochat.core.conversation import LONGEST_TITLE, Conversation
from nemochat.core.text import format_value
from nemochat.errors import UsageError
from nemochat.store.conversations import ConversationStore
from nemochat.store.formats import aichat, chatgpt, json, llm, nemochat, openai, shellgpt
from nemochat.store.formats.reading import SQLITE, BadRecord, ParsedRecords, Source


@dataclass(frozen=True, slots=True)
class Reader:
    """A format: its name, what tells a file of it, and what reads it."""

    name: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], ParsedRecords]


READERS = tuple(
    Reader(name, each.recognises, each.read)
    for name, each in {
        "llm": llm,
        "nemochat-db": nemochat,
        "aichat": aichat,
        "nemochat": json,
        "chatgpt": chatgpt,
        "shell_gpt": shellgpt,
        "openai": openai,
    }.items()
)
NAMES = ", ".join(each.name for each in READERS)


@dataclass(slots=True)
class ImportResult:
    """What came of a file: the conversations as they are kept now, and the bad records."""

    format: str
    conversations: list[Conversation] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)


def parse(
    path: Path, content: Callable[[Path], bytes], name: str = ""
) -> tuple[Reader, ParsedRecords]:
    """A file's reader and what it reads.

    Args:
        path: The file.
        content: Gives its bytes.
        name: The reader's name; "" finds it out.

    Raises:
        UsageError: nobody reads such a file.
    """
    source = Source(path, content(path))
    if name:
        readers = [each for each in READERS if each.name == name.lower()]
        if not readers:
            raise UsageError(f"there is no format {format_value(name)}", f"There are {NAMES}")
    else:
        readers = [each for each in READERS if each.recognises(source)]
    if not readers:
        raise UsageError(f"{path} is of no format that is known here", f"There are {NAMES}")
    return readers[0], readers[0].read(source)


def read_content(path: Path, largest: int) -> bytes:
    """A file's content; of a database the first bytes alone.

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
) -> ImportResult:
    """Keep what a reader reads, conversation by conversation; bad ones are passed over.

    Args:
        saved: Where they are kept.
        records: What was read.
        endpoint: With whom those go on that do not say it.
        model: With which model.
        so_far: Is told how many are kept, each time that it is one more.

    Raises:
        StoreError: they cannot be kept; those before are.
    """
    result = ImportResult("")
    names = set(saved.catalogue.names())
    for each in records:
        if isinstance(each, BadRecord):
            result.bad.append(each)
            continue
        settings = each.settings
        settings.endpoint, settings.model = settings.endpoint or endpoint, settings.model or model
        name, each.name = each.name, ""
        if name != each.title():  # others name a conversation by its first question: we need not
            each.name = find_unused_name(name, names)
        names.add(each.name)
        result.conversations.append(saved.add_imported(each))
        so_far(len(result.conversations))
    return result


def find_unused_name(name: str, names: set[str]) -> str:
    """The name as one printable line that no conversation has yet; "" stays so."""
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    line = line[:LONGEST_TITLE].strip()
    free, number = line, 1
    while free and free in names:
        number += 1
        ending = f" ({number})"
        free = line[: LONGEST_TITLE - len(ending)] + ending
    return free
