"""The text of a record: sections of marked lines, readable and easy to compare."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.golden.home import Home, read_database, read_files
from tests.golden.server import Request
from tests.golden.volatile import normalise

CONTROL = re.compile(r"[^\n\t\x20-\x7e\xa0-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\U0010ffff]")
BINARY = (b"SQLite", b"\x1f\x8b")
CONNECTION = {"host", "connection", "content-length", "transfer-encoding"}
ALWAYS = {"authorization"}


def show_section(title: str, content: bytes | str) -> list[str]:
    """Return the lines of a section; each is marked, so that blanks at its end are seen."""
    text = content.decode("utf-8", "backslashreplace") if isinstance(content, bytes) else content
    if not text:
        return []
    text = CONTROL.sub(lambda found: ascii(found[0])[1:-1], normalise(text))
    lines = [f"| {line}".replace("| \n", "|\n") for line in text.split("\n")]
    if lines[-1] == "| ":
        lines.pop()
    else:
        lines.append("\\ no newline at the end")
    return [f"--- {title}", *(line.rstrip() if line == "| " else line for line in lines)]


def show_requests(requests: Iterable[Request], *, all_headers: bool = False) -> list[str]:
    """Return the lines of what the server received."""
    lines: list[str] = []
    for number, request in enumerate(requests, 1):
        lines.append(f"--- request {number}: {request.method} {normalise(request.path)}")
        lines += [
            f"| {name}: {normalise(value)}"
            for name, value in sorted(request.headers)
            if (name not in CONNECTION if all_headers else name in ALWAYS)
        ]
        if request.body is not None:
            lines += [f"| {line}" for line in _show_body(request.body)]
    return lines


def _show_body(body: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each key of a body, in its order, and for each message."""
    for key, value in body.items():
        if key == "messages":
            yield f"{key}:"
            yield from (f"  {json.dumps(message)}" for message in value)
        else:
            yield f"{key}: {json.dumps(value)}"


def show_home(home: Home) -> list[str]:
    """Return the lines of the database and of new files."""
    lines = show_section("database", read_database(home))
    for name, content in read_files(home).items():
        binary = content.startswith(BINARY)
        lines += show_section(f"file {normalise(name)}", "(binary)\n" if binary else content)
    return lines
