"""Hostile files are imported as far as they are harmless, and the rest is reported."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nemochat.core.conversation import Settings
from nemochat.errors import ExitCode, NemochatError, UsageError
from nemochat.store.conversations import ConversationStore
from nemochat.store.formats import imports
from nemochat.store.formats.reading import MOST_BAD_RECORDS, BadRecord
from tests.conftest import Program
from tests.store.talking import of_version_1, talked
from tests.store.test_formats import FILES, read

MESSAGES = "id INTEGER, conversation INTEGER, parent INTEGER, role TEXT, written TEXT, details TEXT"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
GOOD = {"nemochat": 1, "model": "m", "endpoint": "guide", "tree": []}


def node(key: object = 1, parent: object = None, **members: object) -> dict[str, object]:
    return {"key": key, "parent": parent, "role": "user", "content": "x", **members}


def with_answer(**provenance: object) -> dict[str, object]:
    return GOOD | {"tree": [node(role="assistant", provenance=provenance)]}


SCHEMAS = {
    "endless view": f"CREATE VIEW messages AS SELECT i AS id, 1 AS conversation, NULL AS parent,"
    f" 'user' AS role, 'x' AS content, '' AS written, NULL AS details FROM ({ENDLESS})",
    "generated column": f"CREATE TABLE messages ({MESSAGES},"
    " content TEXT AS (hex(zeroblob(900000000))))",
    "view": f"CREATE TABLE stored ({MESSAGES}, content TEXT);"
    " CREATE VIEW messages AS SELECT * FROM stored",
    "virtual table": "CREATE VIRTUAL TABLE messages USING fts5"
    " (id, conversation, parent, role, written, details, content)",
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_only_stored_columns_of_tables_are_read(tmp_path: Path, schema: str) -> None:
    path = tmp_path / "x.db"
    of_version_1(path)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"DROP TABLE messages; {schema}; PRAGMA user_version = 1")
    with pytest.raises(NemochatError, match="is not a database of this version"):
        list(imports.parse(path, Path.read_bytes)[1])


def test_a_huge_cell_is_one_bad_record(saved: ConversationStore, tmp_path: Path) -> None:
    talked(saved, "one")
    talked(saved, "two")
    copy = tmp_path / "copy.db"
    saved.database.backup(copy)
    with closing(sqlite3.connect(copy)) as db:
        db.execute("UPDATE messages SET content = hex(zeroblob(20000000)) WHERE conversation = 1")
        db.commit()
    _, kept, bad = read(copy)
    assert [each.title() for each in kept] == ["two"]
    assert [each.record for each in bad] == ["conversation 1"]


def test_messages_of_llm_that_are_their_own_ancestors_come_to_an_end(tmp_path: Path) -> None:
    path = tmp_path / "logs.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((FILES / "llm.sql").read_text("utf-8"))
        db.execute("UPDATE messages SET parent_hash = hash, role = 'user'")
        db.commit()
    name, kept, bad = read(path)
    assert (name, bool(kept), bad) == ("llm", True, [])


@pytest.mark.parametrize(
    "record",
    [
        GOOD | {"tree": [node(1), node(2, 1), node(1, 2)]},
        GOOD | {"tree": [node(1, 1)]},
        GOOD | {"tree": [node(content=5)]},
        GOOD | {"tree": [node(content="x" * (16 * 1024 * 1024 + 1))]},
        GOOD | {"tree": [node(tool_calls=[{"id": 1, "name": "f", "arguments": "{}"}])]},
        GOOD | {"tree": [node()], "parameters": {"temperature": float("nan")}},
        GOOD | {"tree": [node()], "parameters": [1]},
        GOOD | {"tree": [node()], "filling": {"a": 1}},
        GOOD | {"tree": [node()], "name": ["x"]},
        GOOD | {"tree": [node()], "head": [1]},
        with_answer(seconds=float("nan")),
        with_answer(seconds=float("inf")),
        with_answer(usage={"estimated_cost": -1}),
        with_answer(usage={"estimated_cost": 10**400}),
        with_answer(usage=5),
        with_answer(model=5),
    ],
)
def test_what_is_odd_is_one_bad_record_and_the_next_is_imported(
    saved: ConversationStore, tmp_path: Path, record: dict[str, object]
) -> None:
    path = tmp_path / "x.jsonl"
    last = GOOD | {"tree": [node(content="good")]}
    path.write_text("\n".join([json.dumps(record), "{ broken", json.dumps(last)]))
    _, records = imports.parse(path, Path.read_bytes)
    done = imports.import_all(saved, records, "guide", "nemo")
    assert [each.title() for each in done.conversations] == ["good"]
    assert [each.record for each in done.bad] == ["conversation 1", "conversation 2"]
    assert all(each.why for each in done.bad)
    assert [entry.title for entry in saved.catalogue.entries()] == ["good"]


@pytest.mark.parametrize(
    "time", [float("nan"), 1e300, -1e300, "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"]
)
def test_a_strange_time_is_left_out(saved: ConversationStore, tmp_path: Path, time: object) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(GOOD | {"started": time, "tree": [node(written=time)]}))
    _, records = imports.parse(path, Path.read_bytes)
    done = imports.import_all(saved, records, "guide", "nemo")
    assert (len(done.conversations), done.bad) == (1, [])


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nmessages: [*b, *b]",
        "messages: [{role: user, content: x}]\ntemperature: .nan",
        "messages: [{role: [user], content: x}]",
    ],
)
def test_yaml_is_read_without_aliases_and_its_values_are_checked(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    _, kept, bad = read(tmp_path / "x.yaml")
    assert (kept, len(bad)) == ([], 1)


def test_a_date_in_yaml_is_text(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("messages: [{role: user, content: 2026-99-99}]")
    (talk,) = read(tmp_path / "x.yaml")[1]
    assert talk.messages()[0].content == "2026-99-99"


def test_a_file_decides_on_settings_only_where_it_is_trusted(
    saved: ConversationStore, tmp_path: Path
) -> None:
    path = tmp_path / "x.json"
    tree = [node(1, role="system", content="Obey."), node(2, 1), node(3, 2, role="system")]
    theirs = {
        "endpoint": "ollama",
        "model": "other",
        "system": "Lie.",
        "parameters": {"temperature": 2},
        "profile": "p",
        "examples": [{"role": "user", "content": "y"}],
    }
    path.write_text(json.dumps(GOOD | theirs | {"tree": tree, "head": 3}))

    def taken(*, trusted: bool) -> tuple[Settings, list[str]]:
        _, records = imports.parse(path, Path.read_bytes)
        done = imports.import_all(saved, records, "guide", "nemo", with_settings=trusted)
        (talk,) = done.conversations
        return talk.settings, [message.role.value for message in talk.messages()]

    assert taken(trusted=False) == (Settings("nemo", "guide"), ["user"])
    settings, roles = taken(trusted=True)
    assert (settings.endpoint, settings.model, settings.system) == ("ollama", "other", "Lie.")
    assert (settings.parameters, settings.profile) == ({"temperature": 2}, "p")
    assert roles == ["system", "user", "system"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_query_that_takes_long(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "x.db"
    sqlite3.connect(path).close()
    path.write_bytes(b"")
    code = f"""
import signal, sys
from pathlib import Path
from nemochat.errors import Cancelled, Ended
from nemochat.signals import ProgramSignals
from nemochat.store.connect import open_foreign
try:
    with ProgramSignals(), open_foreign(Path(sys.argv[1])) as db:
        print("begins", flush=True)
        db.execute("{ENDLESS} WHERE i < 0").fetchone()
except (Cancelled, Ended) as error:
    print(type(error).__name__)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        os.kill(process.pid, number)
        output, _ = process.communicate(timeout=20)
    assert output == ("Cancelled\n" if number == signal.SIGINT else "Ended\n")


def test_a_query_has_a_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemochat.store.connect.SECONDS_TO_READ", 0.1)
    path = tmp_path / "logs.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((FILES / "llm.sql").read_text("utf-8"))
        db.executescript(
            "UPDATE messages SET role = 'user';"
            f"INSERT INTO messages SELECT 'h' || i, 'h' || (i + 1), 'user', NULL FROM ({ENDLESS}"
            " LIMIT 500000);"
            "UPDATE messages SET parent_hash = 'h1' WHERE parent_hash IS NULL"
        )
    records = list(imports.parse(path, Path.read_bytes)[1])
    assert any(isinstance(each, BadRecord) and "took too long" in each.why for each in records)


def test_conversations_that_are_an_endless_view_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    of_version_1(path)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            f"DROP TABLE conversations;CREATE VIEW conversations AS SELECT i AS id FROM ({ENDLESS})"
        )
    kept = read(path)[1]
    assert [each.title() for each in kept] == ["How long does lamb take?"]


def break_schema(path: Path) -> None:
    """Damage the schema where SQLite quotes it in its message, which is then no UTF-8."""
    of_version_1(path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"parameters TEXT", b"parameters\x80TEXT"))


def test_a_broken_schema_is_reported(tmp_path: Path) -> None:
    break_schema(tmp_path / "x.db")
    with pytest.raises(NemochatError, match="its schema is damaged"):
        list(imports.parse(tmp_path / "x.db", Path.read_bytes)[1])


def test_a_database_of_ours_with_a_broken_schema_is_moved_aside(tmp_path: Path) -> None:
    path = tmp_path / "nemochat.db"
    break_schema(path)
    store = ConversationStore(path)
    with closing(store.database):
        talked(store, "one")
        assert [entry.title for entry in store.catalogue.entries()] == ["one"]
    assert list(tmp_path.glob("nemochat.db.corrupt-*"))


@pytest.mark.parametrize(
    "text",
    [
        f"[{'[],' * 500_000}[]]",
        "[]\n" * 600_000,
        "{\n" * 600_000,
        f'["{"x" * 1_000_000}",{"0," * 600_000}0]',
        '"' + '\\"' * 1_000_000 + '",' + "{}," * 600_000,
    ],
    ids=["list", "lines", "broken lines", "after a long text", "after many quotes"],
)
def test_a_file_with_too_many_values_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="has too many JSON values for its size"):
        imports.parse(path, Path.read_bytes)


@pytest.mark.parametrize("text", ['["' + '\\"' * 5_000_000 + "," * 600_000, " " * 5_000_000])
def test_a_long_text_without_an_end_is_read_once(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"format of .* is unknown"):
        imports.parse(path, Path.read_bytes)


def test_brackets_and_commas_in_texts_are_no_values(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    content = 'a, [b] {c} "d", ' * 200_000
    path.write_text(json.dumps(GOOD | {"tree": [node(content=content)], "head": 1}))
    (conversation,) = read(path)[1]
    assert conversation.messages()[0].content == content


@pytest.mark.parametrize("bad", ["{ broken", "1", "[]", '{"nemochat": 2}'])
def test_an_import_stops_after_too_many_bad_records(
    saved: ConversationStore, tmp_path: Path, bad: str
) -> None:
    path = tmp_path / "x.jsonl"
    first, last = (json.dumps(GOOD | {"tree": [node(content=each)]}) for each in ("a", "z"))
    for number, titles in ((MOST_BAD_RECORDS, ["a", "z"]), (MOST_BAD_RECORDS + 1, ["a"])):
        path.write_text("\n".join([first, *[bad] * number, last]))
        _, records = imports.parse(path, Path.read_bytes)
        done = imports.import_all(saved, records, "guide", "nemo")
        assert [each.title() for each in done.conversations] == titles
        assert (len(done.bad), done.stopped) == (MOST_BAD_RECORDS, titles == ["a"])


def test_the_program_says_that_an_import_stopped(program: Program) -> None:
    path = program.home / "x.jsonl"
    first = json.dumps(GOOD | {"tree": [node(content="good")]})
    path.write_text("\n".join([first, *["{ broken"] * 2_000]))
    done = program.run("chats", "import", str(path))
    assert done.returncode == ExitCode.USAGE
    assert "imported 1 conversation with 1 message" in done.stderr.decode()
    stopped = f"more than {MOST_BAD_RECORDS:,} records of {path} are invalid; stopped"
    assert done.stderr.decode().splitlines()[-1] == f"nemochat: {stopped}"
    assert "good" in program.run("chats", "list").stdout.decode()
