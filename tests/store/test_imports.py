"""What is kept of the files of other programs: who said it, with what, and when."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nemochat.core.messages import Ending, Message, Provenance, Role, ToolCall
from nemochat.errors import StoreError, UsageError
from nemochat.store.conversations import ConversationStore
from nemochat.store.formats import exports, imports
from nemochat.store.formats.reading import parse_time
from tests.store.talking import of_version_1, talked
from tests.store.test_formats import FILES, read, said


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05+02:00", datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("soon", None),
        (1e40, None),
        (None, None),
    ],
)
def test_a_moment_is_in_utc_unless_it_says_otherwise(
    value: object, expected: datetime | None
) -> None:
    assert parse_time(value) == expected


def test_a_tool_call_and_what_came_of_it_are_kept(tmp_path: Path) -> None:
    call = {"id": "1", "function": {"name": "f", "arguments": "{}"}}
    path = tmp_path / "x.json"
    messages = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "y"},
    ]
    path.write_text(json.dumps({"model": "m", "messages": messages}))
    (talk,) = read(path)[1]
    origin = Provenance(model="m", ending=Ending.COMPLETE)
    assert talk.messages()[1:] == [
        Message(Role.ASSISTANT, "", tool_calls=(ToolCall("1", "f", "{}"),), provenance=origin),
        Message(Role.TOOL, "y", tool_call_id="1"),
    ]


def test_what_chatgpt_said_is_told_with_its_model() -> None:
    talk = read(FILES / "conversations.json")[1][0]
    answer = talk.messages()[1]
    assert answer.provenance is not None
    assert answer.provenance.model == "gpt-4o"


def test_what_is_odd_in_an_export_of_chatgpt_is_left_out_or_told_in_words(tmp_path: Path) -> None:
    def node(parent: str | None, children: list[str], *parts: object) -> dict[str, object]:
        message = {"author": {"role": "user"}, "content": {"parts": parts}} if parts else None
        return {"parent": parent, "children": children, "message": message}

    mapping = {
        "root": node(None, ["a", "lost", "a"]),
        "a": node("root", [], "one", {"text": "two"}, {"content_type": "audio"}, {}),
    }
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"title": None, "mapping": mapping}, {"title": 5}]))
    _, (talk,), (bad,) = read(path)
    assert said(talk) == [("user", "one\ntwo\n[audio]\n[something]")]
    assert bad.record == "conversation 2"


def test_what_llm_kept_has_its_time(tmp_path: Path) -> None:
    path = tmp_path / "logs.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((FILES / "llm.sql").read_text("utf-8"))
    talk = read(path)[1][0]
    times = [node.written for node in talk.path()]
    first = datetime(2026, 11, 23, 4, 28, 35, 711917, tzinfo=UTC)
    assert times[:2] == [first, first]
    assert times[2] == times[3] != first
    provenance = talk.messages()[1].provenance
    assert provenance is not None
    assert provenance.asked_model == "nemo"


def test_a_value_of_another_type_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    bodies = [[{"role": "user", "content": content}] for content in ("x", 5)]
    path.write_text("\n".join(json.dumps({"messages": body}) for body in bodies))
    _, kept, (bad,) = read(path)
    assert len(kept) == 1
    assert bad.why == "int instead of text"


def test_a_format_that_is_named_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"role": "user", "content": "x"}]))
    for name in ("openai", "OpenAI", ""):
        reader, found = imports.parse(path, Path.read_bytes, name)
        assert (reader.name, len(list(found))) == ("openai", 1)
    with pytest.raises(UsageError, match='no format "word"') as caught:
        imports.parse(path, Path.read_bytes, "word")
    assert caught.value.hint == f"Formats are {imports.NAMES}"


def test_a_file_is_read_up_to_a_bound_and_of_a_database_the_beginning(tmp_path: Path) -> None:
    small, database = tmp_path / "small", tmp_path / "x.db"
    small.write_bytes(b"x" * 2 * 1024 * 1024)
    of_version_1(database)
    most = 2 * 1024 * 1024
    assert len(imports.read_content(small, most)) == most
    assert len(imports.read_content(database, 20)) == 16
    small.write_bytes(b"x" * (most + 1))
    with pytest.raises(UsageError) as caught:
        imports.read_content(small, most)
    assert caught.value.sentence == f"{small} is larger than 2 MB"


def test_a_database_of_another_program_is_none_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE other (name)")
    with pytest.raises(StoreError) as caught:
        list(imports.parse(path, Path.read_bytes, "nemochat-db")[1])
    assert caught.value.sentence == f"{path} is not a database of this version of nemochat"


def test_a_backup_goes_on_where_its_conversations_were(
    saved: ConversationStore, tmp_path: Path
) -> None:
    talk = talked(saved, "one", "two")
    talk.undo()
    saved.save_header(talk)
    backup = tmp_path / "backup.db"
    saved.database.backup(backup)
    (again,) = read(backup)[1]
    assert again.messages() == talk.messages()
    assert len(again.nodes) == 4
    assert again.redo()


def test_a_text_export_begins_with_the_system_prompt(saved: ConversationStore) -> None:
    talk = talked(saved, "one", name="A name")
    written = exports.find_format("text", None).write
    assert written([talk]) == ("A name\n\nSystem:\nBe brief.\n\nYou:\none\n\nNemo:\nAbout one.\n")
    talk.settings.system = ""
    assert written([talk]) == "A name\n\nYou:\none\n\nNemo:\nAbout one.\n"
