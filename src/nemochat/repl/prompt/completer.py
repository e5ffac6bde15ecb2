"""Completion at the prompt: commands, their arguments, and paths."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from nemochat.errors import NemochatError
from nemochat.repl import registry
from nemochat.repl.entry import is_command
from nemochat.repl.session import Session
from nemochat.screen.text.sanitize import sanitize_line

_MENTION = r'(?:^|(?<=\s))@("[^"\n]*|[^\s"]*)$'  # @path, or @"a path with spaces"
_LAST_WORD = r'"[^"\n]*$|[^\s"]*$'
_TAKES_PATH = r"(?<!@)\b(FILE|PATH)\b"
MAX_DESCRIPTION_COLUMNS = 60
MAX_SCANNED = 2000  # entries of a folder
MAX_PATHS = 200
_KILO = 1000
_UNITS = ("bytes", "kB", "MB", "GB")


def is_completable(text: str) -> bool:
    """Return whether completions may be shown while the user types after this text."""
    end = text[-1000:]
    return is_command(text) or ("@" in end and re.search(_MENTION, end) is not None)


class MessageCompleter(Completer):
    """Completes slash commands, their arguments, and paths after an @."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterable[Completion]:
        """Yield the completions at the cursor."""
        line = document.text_before_cursor
        if mention := re.search(_MENTION, line):
            yield from _complete_paths(mention[1], quoting=True)
        elif is_command(line):
            name, blank, rest = line[1:].partition(" ")
            yield from self._complete_arguments(name, rest) if blank else _complete_names(name)

    def _complete_arguments(self, name: str, rest: str) -> Iterator[Completion]:
        try:
            command = registry.find(name.lower())
            arguments = command.arguments
            if re.search(_TAKES_PATH, arguments):
                is_only = arguments.strip("[]") == "FILE"  # then the path is the rest of the line
                prefix = rest if is_only else _last_word(rest)
                yield from _complete_paths(prefix, quoting=not is_only)
            first, blank, value = rest.partition(" ")
            if blank and command.next_choices is not None:
                yield from _complete_words(command.next_choices(self._session, first), value)
            elif command.choices is not None:
                prefix = _last_word(rest) if "…" in arguments else rest
                yield from _complete_words(command.choices(self._session), prefix)
        except NemochatError:
            return  # no such command, or a database that cannot be read


def _last_word(text: str) -> str:
    match = re.search(_LAST_WORD, text)
    return match[0] if match else ""


def _complete_names(prefix: str) -> Iterator[Completion]:
    """Yield completions of names, followed by those of aliases."""
    commands = registry.all_commands()
    pairs = [(command.name, command.summary) for command in commands]
    pairs += [(each, f"/{row.name}: {row.summary}") for row in commands for each in row.aliases]
    return _complete_words(pairs, prefix, mark="/")


def _complete_words(
    words: Iterable[tuple[str, str]], prefix: str, mark: str = ""
) -> Iterator[Completion]:
    for word, description in words:
        if word.casefold().startswith(prefix.casefold()):
            yield Completion(
                word,
                -len(prefix),
                display=mark + sanitize_line(word, MAX_DESCRIPTION_COLUMNS),
                display_meta=sanitize_line(description, MAX_DESCRIPTION_COLUMNS),
            )


def _complete_paths(prefix: str, *, quoting: bool) -> Iterator[Completion]:
    """Yield completions of a path; one with spaces is put in double quotes."""
    quoted = quoting and prefix.startswith('"')
    for path, description in complete_path(prefix[1:] if quoted else prefix):
        text = path
        if quoted or (quoting and any(map(str.isspace, path))):
            text = f'"{path}' + '"' * (not path.endswith("/"))
        yield Completion(text, -len(prefix), display=display_name(path), display_meta=description)


def complete_path(prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the paths that begin with `prefix`, each with a description; folders end in a slash.

    Hidden files need a dot in the prefix. `~` is the home directory, and stays as typed.
    """
    if prefix == "~":
        yield "~/", "your home directory"
        return
    at = prefix.rfind("/") + 1
    folder, start = prefix[:at], prefix[at:]
    try:
        with os.scandir(Path(folder).expanduser() if folder else ".") as found:
            entries = [each for each in islice(found, MAX_SCANNED) if _is_match(each.name, start)]
    except (OSError, RuntimeError, ValueError):  # no folder, no home, a null character
        return
    for entry in sorted(entries, key=lambda each: each.name.casefold())[:MAX_PATHS]:
        is_folder, description = _describe_entry(entry)
        yield f"{folder}{entry.name}{'/' * is_folder}", description


def display_name(path: str) -> str:
    """Return the last part of a path."""
    last = path.removesuffix("/").rpartition("/")[2]
    return sanitize_line(last, 60) + "/" * path.endswith("/")


def _is_match(name: str, prefix: str) -> bool:
    is_hidden = name.startswith(".") and not prefix.startswith(".")
    return name.startswith(prefix) and not is_hidden and name.isprintable() and '"' not in name


def _describe_entry(entry: os.DirEntry[str]) -> tuple[bool, str]:
    """Return whether a path is a folder, and its description."""
    try:
        if entry.is_dir():
            return True, "folder"
        size = float(entry.stat().st_size)
    except OSError:
        return False, "unreadable"
    unit = 0
    while size >= _KILO and unit < len(_UNITS) - 1:
        size, unit = size / _KILO, unit + 1
    return False, f"{size:.0f} {_UNITS[unit]}"
