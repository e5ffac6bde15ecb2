"""Hostile files to import."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from nemochat.errors import ExitCode
from tests.api.fault_server.scripts import Json
from tests.hostile.case import Case, Command
from tests.hostile.inputs import MEGABYTE, Write, fill, nest, text
from tests.store.talking import of_version_1

LLM = Path(__file__).parents[1] / "store" / "files" / "llm.sql"
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
_COLUMNS = {
    "messages": ("id", "conversation", "parent", "role", "written", "content", "details"),
    "conversations": ("id", "name", "started", "model", "endpoint", "system", "parameters", "head"),
}
_BLOB = "zeroblob(500000000)"


def _ours(script: str) -> Write:
    """Return a function that writes our database of version 1, changed by a script."""

    def write(path: Path) -> None:
        of_version_1(path)
        with closing(sqlite3.connect(path)) as db:
            db.executescript(script)

    return write


def _llm(script: str) -> Write:
    """Return a function that writes a database of llm, changed by a script."""

    def write(path: Path) -> None:
        with closing(sqlite3.connect(path)) as db:
            db.executescript(f"{LLM.read_text('utf-8')}; {script}")

    return write


def _cut_off(path: Path) -> None:
    of_version_1(path)
    path.write_bytes(path.read_bytes()[:5000])


def _view(table: str, columns: str) -> str:
    return f"DROP TABLE {table}; CREATE VIEW {table} AS {_ENDLESS} SELECT {columns} FROM n"


def _replace(table: str, column: str, value: str = "") -> str:
    """Return statements that copy a table without types, one column with another value, or none."""
    kept = ", ".join(name for name in _COLUMNS[table] if name != column)
    last = f", {value} AS {column}" if value else ""
    return f"""
        PRAGMA foreign_keys = OFF; CREATE TABLE copy AS SELECT {kept}{last} FROM {table};
        DROP TABLE {table}; ALTER TABLE copy RENAME TO {table};
    """


_NODES = (
    "i AS id, 1 AS conversation, NULL AS parent, 'user' AS role, 'x' AS content, '' AS written,"
    " NULL AS details"
)
_DATABASES: dict[str, Write] = {
    "an endless view of messages": _ours(_view("messages", _NODES)),
    "an endless view of conversations": _ours(
        _view(
            "conversations",
            "i AS id, '' AS name, '' AS started, 'm' AS model, 'guide' AS endpoint,"
            " '' AS system, '{}' AS parameters, NULL AS head",
        )
    ),
    "a generated column": _ours(
        _replace("messages", "content")
        + "ALTER TABLE messages ADD COLUMN content TEXT AS (hex(zeroblob(400000000)))"
    ),
    "a generated role": _ours(
        _replace("messages", "role")
        + "ALTER TABLE messages ADD COLUMN role TEXT AS (hex(zeroblob(400000000)))"
    ),
    "a blob of 500 MB": _ours(_replace("messages", "content", _BLOB)),
    "a role of 500 MB": _ours(_replace("messages", "role", _BLOB)),
    "details of 500 MB": _ours(_replace("messages", "details", _BLOB)),
    "a name of 500 MB": _ours(_replace("conversations", "name", _BLOB)),
    "parameters of 500 MB": _ours(_replace("conversations", "parameters", _BLOB)),
    "a number of 500 MB": _ours(_replace("conversations", "head", _BLOB)),
    "messages that are their own parents": _ours("UPDATE messages SET parent = id"),
    "a circle of parents": _ours("UPDATE messages SET parent = 3 - id"),
    "parents that do not exist": _ours("UPDATE messages SET parent = 77"),
    "100,000 nested messages": _ours(
        f"DELETE FROM messages; INSERT INTO messages (conversation, parent, role, content, written)"
        f" {_ENDLESS} SELECT 1, nullif(i - 1, 0), 'user', 'x', '' FROM n LIMIT 100000"
    ),
    "20,000 conversations in messages alone": _ours(
        "PRAGMA foreign_keys = OFF; INSERT INTO messages (conversation, role, content, written)"
        f" {_ENDLESS} SELECT i + 1, 'user', 'x', '' FROM n LIMIT 20000"
    ),
    "text where numbers belong": _ours(_replace("conversations", "head", "'x'")),
    "a blob where text belongs": _ours(_replace("messages", "content", "x'ff00'")),
    "lists where an object belongs": _ours("UPDATE conversations SET parameters = '[[[1]]]'"),
    "NaN in parameters": _ours("UPDATE conversations SET parameters = '{\"temperature\": NaN}'"),
    "deep JSON in details": _ours(f"UPDATE messages SET details = '{nest('[', ']', 100_000)}'"),
    "a schema that runs code": _ours(
        "CREATE TABLE t (a);"
        "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT load_extension('x'); END;"
        "CREATE VIEW v AS SELECT load_extension('x')"
    ),
    "a future version": _ours("PRAGMA user_version = 999"),
    "llm: an endless view": _llm(
        _view("turn_search", "i AS turn_id, 'x' AS prompt, 'y' AS response")
    ),
    "llm: an endless view of names": _llm(_view("threads", "i AS id, 'x' AS name")),
    "llm: an endless view of ancestors": _llm(
        _view("messages", "'h' || i AS hash, 'h' || (i + 1) AS parent_hash, 'user' AS role")
    ),
    "llm: messages that are their own ancestors": _llm("UPDATE messages SET parent_hash = hash"),
    "llm: 100,000 ancestors": _llm(
        f"INSERT INTO messages SELECT 'h' || i, 'h' || (i + 1), 'user', NULL FROM ({_ENDLESS}"
        " SELECT i FROM n LIMIT 100000); UPDATE messages SET parent_hash = 'h1'"
        " WHERE parent_hash IS NULL AND hash NOT LIKE 'h%'"
    ),
    "llm: a blob of 500 MB": _llm(f"UPDATE parts SET text = {_BLOB}"),
    "not a database": lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 100_000),
    "a page cut off": _cut_off,
}


def _tree(*nodes: dict[str, Json], **members: Json) -> dict[str, Json]:
    return {"nemochat": 1, "model": "m", "endpoint": "guide", "tree": list(nodes), **members}


def _node(key: Json = 1, parent: Json = None, **members: Json) -> dict[str, Json]:
    return {"key": key, "parent": parent, "role": "user", "content": "x", **members}


_ODD: tuple[Json, ...] = (
    None,
    True,
    -1,
    1.5,
    10**400,
    float("nan"),
    float("inf"),
    [],
    {},
    "",
    "x",
    ["x"],
    {"x": 1},
    "\ud800",
    "\0",
)
_GOOD = _tree(_node())


def _odd_members() -> list[Json]:
    """Return records in which each member has each odd value in turn."""
    records: list[Json] = [_GOOD | {name: odd} for name in _GOOD for odd in _ODD]
    records += [
        _GOOD | {name: odd}
        for odd in _ODD
        for name in (
            "name",
            "system",
            "parameters",
            "profile",
            "filling",
            "examples",
            "started",
            "head",
        )
    ]
    records += [
        _tree(_node() | {name: odd})
        for odd in _ODD
        for name in (*_node(), "written", "reasoning", "tool_calls", "tool_call_id", "provenance")
    ]
    provenance = (
        "model",
        "asked_model",
        "endpoint",
        "parameters",
        "ending",
        "usage",
        "first_token",
        "seconds",
        "continued",
        "reason",
    )
    records += [
        _tree(_node(role="assistant", provenance={name: odd}))
        for odd in _ODD
        for name in provenance
    ]
    return records


def _odd_openai() -> list[Json]:
    members = ("role", "content", "name", "tool_calls", "tool_call_id", "reasoning_content")
    return [
        {"messages": [{"role": "user", "content": "x"} | {name: odd}]}
        for odd in _ODD
        for name in members
    ] + [{"messages": odd} for odd in _ODD]


def _odd_chatgpt() -> list[Json]:
    node: Json = {
        "id": "a",
        "parent": None,
        "children": [],
        "message": {"author": {"role": "user"}, "content": {"parts": ["x"]}},
    }
    return [
        {"title": "x", "mapping": {"a": node | {name: odd}}} for odd in _ODD for name in node
    ] + [
        {"title": "x", "mapping": {"a": node}} | {name: odd}
        for odd in _ODD
        for name in ("title", "create_time", "current_node", "mapping")
    ]


def _lines(records: list[Json]) -> str:
    return "\n".join(json.dumps(each) for each in records)


def _circle(number: int) -> Json:
    """Return a ChatGPT conversation whose nodes are each other's ancestors."""
    return [
        {
            "title": "x",
            "mapping": {
                str(n): {
                    "id": str(n),
                    "parent": str((n + 1) % number),
                    "children": [str((n - 1) % number)],
                    "message": {"author": {"role": "user"}, "content": {"parts": ["x"]}},
                }
                for n in range(number)
            },
        }
    ]


def _chain() -> Json:
    return _tree(*(_node(n, n - 1 or None) for n in range(1, 50_001)))


def _star() -> Json:
    return _tree(_node(1), *(_node(n, 1) for n in range(2, 50_001)))


_BOMB = (
    "a0: &a0 [x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    + "messages: *a29\n"
)
_JSON: dict[str, Callable[[], str]] = {
    "arrays nested 100,000 deep": lambda: nest("[", "]", 100_000, ""),
    "objects nested 100,000 deep": lambda: nest('{"nemochat":', "}", 100_000, "1"),
    "deep JSON in a member": lambda: json.dumps(_GOOD).replace('"x"', nest("[", "]", 50_000, "")),
    "a number of 1,000,000 digits": lambda: json.dumps(_GOOD).replace(
        '"key": 1', f'"key": {"9" * MEGABYTE}'
    ),
    "odd members": lambda: _lines(_odd_members()),
    "odd messages of OpenAI": lambda: _lines(_odd_openai()),
    "odd nodes of ChatGPT": lambda: json.dumps(_odd_chatgpt()),
    "a circle of parents": lambda: json.dumps(_tree(_node(1, 2), _node(2, 1))),
    "a message that is its own parent": lambda: json.dumps(_tree(_node(1, 1))),
    "a circle of 10,000 nodes of ChatGPT": lambda: json.dumps(_circle(10_000)),
    "50,000 nested messages": lambda: json.dumps(_chain()),
    "50,000 branches": lambda: json.dumps(_star()),
    "20,000 conversations": lambda: _lines([_tree(_node(content=f"x{n}")) for n in range(20_000)]),
    "20,000 conversations of the same name": lambda: _lines([_tree(_node(), name="n")] * 5_000),
    "a message of 15 MB": lambda: json.dumps(_tree(_node(content=fill("word ", 15 * MEGABYTE)))),
    "a name of 15 MB": lambda: json.dumps(_tree(_node(), name=fill("word ", 15 * MEGABYTE))),
    "a name of combining characters": lambda: json.dumps(
        _tree(_node(), name="a" + fill("\u0301", MEGABYTE))
    ),
    "30 MB of empty arrays": lambda: f"[{fill('[],', 30 * MEGABYTE)}[]]",
    "30 MB of empty lines": lambda: fill("\n", 30 * MEGABYTE) + json.dumps(_GOOD),
    "30 MB of braces": lambda: fill("{", 30 * MEGABYTE),
    "3 MB of broken lines": lambda: fill("{\n", 3 * MEGABYTE) + json.dumps(_GOOD),
    "text": lambda: "Hello",
    "nothing": lambda: "",
}
_YAML: dict[str, Callable[[], str]] = {
    "aliases that expand to 10^28 items": lambda: _BOMB,
    "an alias of itself": lambda: "messages: &a [*a]\n",
    "lists nested 20,000 deep": lambda: f"messages: {nest('[', ']', 20_000, '')}\n",
    "lists nested by indentation": lambda: "messages:\n" + "- " * 20_000 + "x\n",
    "15 MB of a text": lambda: (
        f"messages: [{{role: user, content: {fill('word ', 15 * MEGABYTE)}}}]\n"
    ),
    "15 MB of messages": lambda: (
        "messages:\n" + fill("- {role: user, content: x}\n", 15 * MEGABYTE)
    ),
    "1 MB of messages": lambda: "messages:\n" + fill("- {role: user, content: x}\n", MEGABYTE),
    "tags that build objects": lambda: "messages: !!python/object/apply:os.system [echo owned]\n",
    "merge keys": lambda: "a: &a {b: c}\nmessages: [{<<: *a, role: user, content: x}]\n",
    "15 MB of brackets": lambda: f"messages: {fill('[', 15 * MEGABYTE)}",
    "1 MB of quotes": lambda: f"messages: {fill(chr(39), MEGABYTE)}",
    "documents": lambda: fill("---\nmessages: []\n", MEGABYTE),
}
_IMPORT: Command = ("chats", "import", "{}")
_USE: tuple[Command, ...] = (
    ("chats", "list"),
    ("chats", "search", "x"),
    ("chats", "export", "--all"),
)
_CODES = (ExitCode.OK, ExitCode.FAULT, ExitCode.USAGE)


def _cases(contents: dict[str, Write], suffix: str) -> list[Case]:
    return [
        Case("import", f"{name} ({suffix})", write, (_IMPORT,), _CODES, suffix=suffix)
        for name, write in contents.items()
    ]


def _texts(contents: dict[str, Callable[[], str]], suffix: str) -> list[Case]:
    return _cases({name: text(content) for name, content in contents.items()}, suffix)


CASES = [*_cases(_DATABASES, ".db"), *_texts(_JSON, ".json"), *_texts(_YAML, ".yaml")]
