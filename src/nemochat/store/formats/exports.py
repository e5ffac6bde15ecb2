"""Table of export formats, and the file that they are written to."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nemochat.atomic import create_private_file
from nemochat.core.conversation import Conversation
from nemochat.core.text import format_value
from nemochat.errors import StoreError, UsageError
from nemochat.store.formats import html, json, markdown


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, its suffixes, and the function that writes it."""

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[list[Conversation]], str]


FORMATS = (
    Format("markdown", (".md", ".markdown"), markdown.write),
    Format("json", (".json",), json.write),
    Format("jsonl", (".jsonl", ".ndjson"), json.write_lines),
    Format("text", (".txt", ".text"), markdown.write_text),
    Format("html", (".html", ".htm"), html.write),
)
NAMES = ", ".join(each.name for each in FORMATS)


def find_format(name: str, path: Path | None) -> Format:
    """Return the format of this name, that of a file's suffix, or Markdown.

    Raises:
        UsageError: there is no such format.
    """
    if name:
        formats = [f for f in FORMATS if f.name == name.lower() or f".{name.lower()}" in f.suffixes]
        if not formats:
            raise UsageError(f"there is no format {format_value(name)}", f"Formats are {NAMES}")
        return formats[0]
    suffix = path.suffix.lower() if path else ""
    if not suffix:
        return FORMATS[0]
    formats = [each for each in FORMATS if suffix in each.suffixes]
    if not formats:
        suffixes = ", ".join(each.suffixes[0] for each in FORMATS)
        raise UsageError(
            f"the suffix {format_value(suffix)} is unknown", f"Suffixes are {suffixes}"
        )
    return formats[0]


def save(path: Path, content: str) -> None:
    """Write a new file for its owner alone.

    Raises:
        UsageError: the file exists.
        StoreError: it cannot be written.
    """
    try:
        descriptor = create_private_file(path)
    except FileExistsError:
        raise UsageError(f"{path} already exists", "Choose another name") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror})") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode("utf-8", "replace"))
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written ({error.strerror})") from error
