"""History of the prompt: a private file that several chats share.

Its format is prompt_toolkit's: an entry is a run of lines that begin with a plus.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.history import History

from nemochat.atomic import create_private_file, make_private_folder
from nemochat.repl.session import Session

MAX_BYTES = 512 * 1024  # read from the end of the file
MAX_ENTRIES = 5000
_LOCK_ATTEMPTS, _LOCK_RETRY_SECONDS = 20, 0.01  # a stopped process may hold the lock


class ChatHistory(History):
    """Entries of this and other chats; an entry that begins with a space is not saved."""

    def __init__(self, session: Session, path: Path | None) -> None:
        """Create the file if it is missing; without a path or a home, keep entries in memory."""
        super().__init__()
        self._session = session
        self._path = path if path is not None and _create_file(path) else None

    def newest_first(self) -> Iterable[str]:
        """Return the entries as the prompt shows them, newest first."""
        return self._loaded_strings

    def load_history_strings(self) -> Iterable[str]:
        """Yield the last entries of the file, newest first, with long ones folded."""
        if self._path is None:
            return
        with suppress(OSError), self._path.open("rb") as file:
            for _, entry in zip(range(MAX_ENTRIES), read_entries(file), strict=False):
                yield self._session.pastes.fold_history_entry(entry)

    def append_string(self, string: str) -> None:
        """Add an entry."""
        if not string.startswith(" "):
            super().append_string(string)

    def store_string(self, string: str) -> None:
        """Write an entry in full to the file, unless the chat is private or the disk is full."""
        if self._path is not None and not self._session.private:
            with suppress(OSError), self._path.open("ab") as file:
                _lock(file)
                file.write(_format_entry(self._session.pastes.to_entry(string)))


class HistorySuggester(AutoSuggest):
    """Suggests the rest of the newest entry that begins like the message."""

    def __init__(self, history: ChatHistory) -> None:
        self._history = history

    def get_suggestion(self, _buffer: Buffer, document: Document) -> Suggestion | None:
        """Return the rest of the entry, or None."""
        start = document.text
        if not start.strip() or "\n" in start:
            return None
        for entry in self._history.newest_first():
            if entry.startswith(start) and len(entry) > len(start) and "\n" not in entry:
                return Suggestion(entry[len(start) :])
        return None


def read_entries(file: BinaryIO) -> Iterator[str]:
    """Yield the entries at the end of the file, newest first."""
    size = file.seek(0, os.SEEK_END)
    start = file.seek(max(0, size - MAX_BYTES))
    lines = file.read().decode("utf-8", "replace").split("\n")
    if start:  # perhaps within an entry
        complete = next((at for at, line in enumerate(lines) if at and line[:1] != "+"), 0)
        lines = lines[complete:]
    entry: list[str] = []
    for line in (*reversed(lines), ""):
        if line.startswith("+"):
            entry.append(line[1:])
        elif entry:
            yield "\n".join(reversed(entry))
            entry = []


def _create_file(path: Path) -> bool:
    try:
        make_private_folder(path.parent)
        with suppress(FileExistsError):
            os.close(create_private_file(path))
        with path.open("ab"):
            return True
    except OSError:
        return False  # the chat works without a home directory


def _format_entry(entry: str) -> bytes:
    lines = "".join(f"+{line}\n" for line in entry.split("\n"))
    return f"\n# {datetime.now().astimezone()}\n{lines}".encode("utf-8", "replace")


def _lock(file: BinaryIO) -> None:
    """Wait a little for other chats; an entry is one write, so it stays intact without the lock."""
    for _ in range(_LOCK_ATTEMPTS):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_LOCK_RETRY_SECONDS)
