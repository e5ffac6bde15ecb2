"""A new home for each session, and what is left in it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

DERIVED = ("words", "vocabulary", "sqlite_")  # indexes, which follow from the other tables
KEPT = {"PATH", "PYTHONPATH", "SYSTEMROOT"}


@dataclass(frozen=True, slots=True)
class Home:
    """Home and working directory of the program, and its environment.

    Attributes:
        home: The directory.
        environment: All variables.
        given: Content of the files that were there before.
    """

    home: Path
    environment: dict[str, str]
    given: dict[str, bytes]


@contextmanager
def make_home(base_url: str, files: Mapping[str, str | bytes]) -> Iterator[Home]:
    """Make a home of a name of fixed length, with these files, and remove it at the end."""
    home = Path(tempfile.mkdtemp(prefix="golden-", dir="/tmp"))
    given = {name: _encode(text, base_url) for name, text in files.items()}
    for name, content in given.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if name.endswith(".sh") else 0o600)
    environment = {name: value for name, value in os.environ.items() if name in KEPT}
    environment |= {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "xterm-256color",
        "SHELL": "/bin/sh",
        "DEEPINFRA_TOKEN": "test-token",
    }
    if base_url:
        environment["NEMOCHAT_BASE_URL"] = base_url
    try:
        yield Home(home, environment, given)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _encode(text: str | bytes, base_url: str) -> bytes:
    """Return the content of a file, with the address of the server where it is named."""
    return text.replace("{base_url}", base_url).encode() if isinstance(text, str) else text


def read_database(home: Home) -> str:
    """Return the rows of every table that holds what the user said, in the order of their ids."""
    path = home.home / "data" / "nemochat" / "nemochat.db"
    if not path.exists():
        return "no database\n"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        (version,) = db.execute("PRAGMA user_version").fetchone()
        lines = [f"version {version}"]
        for table in _tables(db):
            lines.append(f"[{table}]")
            lines += [_show_row(row) for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
    return "\n".join(lines) + "\n"


def _tables(db: sqlite3.Connection) -> list[str]:
    names = [
        name
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
    ]
    return [name for name in names if not name.startswith(DERIVED)]


def _show_row(row: sqlite3.Row) -> str:
    values = zip(row.keys(), tuple(row), strict=True)
    return json.dumps(
        {name: _parse(value) for name, value in values if value is not None}, ensure_ascii=False
    )


def _parse(value: object) -> object:
    """Return the object that a JSON text holds, else the value."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        with suppress(ValueError):
            return json.loads(value)
    return value


def read_files(home: Home) -> dict[str, bytes]:
    """Return the files that are new or changed, but for the database and what is beside it."""
    found = {}
    for path in sorted(home.home.rglob("*")):
        name = path.relative_to(home.home).as_posix()
        if path.is_file() and not name.startswith(("data/nemochat/nemochat.db", "state/")):
            content = path.read_bytes()
            if home.given.get(name) != content:
                found[name] = content
    return found
