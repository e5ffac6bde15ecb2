"""Conversations as files: written and read again, and those of other programs."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nemochat.core.conversation import Conversation, MessageNode, Settings
from nemochat.core.messages import (
    Continuation,
    Ending,
    Message,
    Provenance,
    Role,
    ToolCall,
    Usage,
)
from nemochat.errors import StoreError, UsageError
from nemochat.store.conversations import ConversationStore
from nemochat.store.formats import exports, imports
from nemochat.store.formats import json as our_json
from nemochat.store.formats.reading import BadRecord, Source
from tests.store.talking import answer, of_version_1, talked

FILES = Path(__file__).parent / "files"


def read(path: Path) -> tuple[str, list[Conversation], list[BadRecord]]:
    reader, found = imports.parse(path, lambda p: imports.read_content(p, 10_000_000))
    everything = list(found)
    kept = [each for each in everything if isinstance(each, Conversation)]
    return reader.name, kept, [each for each in everything if isinstance(each, BadRecord)]


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(m.role.value, m.content) for m in conversation.messages()]


texts = st.text(max_size=12)
finite = st.floats(0, 1e6)
counts = st.none() | st.integers(0, 2**53)
provenances = st.builds(
    Provenance,
    model=texts,
    asked_model=texts,
    endpoint=texts,
    parameters=st.dictionaries(
        st.sampled_from(["temperature", "stop", "seed"]),
        st.one_of(st.none(), st.integers(), finite, st.tuples(texts), texts),
    ),
    ending=st.sampled_from([None, *Ending]),
    reason=texts,
    usage=st.none() | st.builds(Usage, counts, counts, counts, counts, finite),
    first_token=st.none() | finite,
    seconds=st.none() | finite,
    continued=st.lists(
        st.builds(Continuation, st.integers(0, 2**53), texts, texts, st.integers(0, 2**53)),
        max_size=2,
    ).map(tuple),
)
messages = st.builds(
    Message,
    st.sampled_from(Role),
    texts,
    reasoning=texts,
    tool_calls=st.lists(st.builds(ToolCall, texts, texts, texts), max_size=2).map(tuple),
    tool_call_id=texts,
    provenance=st.none() | provenances,
)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    made = Conversation(
        Settings(draw(texts), draw(texts), draw(texts), {"temperature": 0.3}),
        name=draw(texts),
        started=draw(st.none() | st.just(datetime(2026, 1, 1, tzinfo=UTC))),
    )
    for key, message in enumerate(draw(st.lists(messages, max_size=8)), 1):
        parent = draw(st.sampled_from([None, *made.nodes]))
        made.graft(MessageNode(key, parent, message, datetime(2026, 1, key, tzinfo=UTC)))
    made.go_to(draw(st.sampled_from([None, *made.nodes])))
    return made


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(conversations(), min_size=1, max_size=2), st.sampled_from(["json", "jsonl"]))
def test_what_is_exported_as_json_comes_back_with_tree_and_provenance(
    talks: list[Conversation], format_: str
) -> None:
    text = exports.find_format(format_, None).write(talks)
    source = Source(Path("x"), text.encode("utf-8", "surrogatepass"))
    assert our_json.recognises(source)
    for talk, again in zip(talks, our_json.read(source), strict=True):
        if not talk.nodes:
            assert isinstance(again, BadRecord)
            continue
        assert isinstance(again, Conversation)
        assert dict(again.nodes) == dict(talk.nodes)
        assert (again.head, again.name, again.started) == (talk.head, talk.name, talk.started)
        assert again.settings == talk.settings


def test_exported_messages_can_be_sent_as_they_stand(saved: ConversationStore) -> None:
    told = our_json.to_object(talked(saved, "one", "two"))
    assert [m["role"] for m in told["messages"]] == [
        "system", "user", "assistant", "user", "assistant",
    ]  # fmt: skip
    assert all(set(m) == {"role", "content"} for m in told["messages"])


@pytest.mark.parametrize(
    "change",
    [
        {"tree": None},
        {"tree": [{"key": "1", "parent": None, "role": "user", "content": "x"}]},
        {"tree": [{"key": 1, "parent": 7, "role": "user", "content": "x"}]},
        {"tree": [{"key": 1, "parent": None, "role": "wizard", "content": "x"}]},
        {"tree": [{"key": 1, "parent": None, "role": "user", "content": 5}]},
        {"head": 99},
        {"nemochat": 2},
        {"parameters": [1]},
        {"model": None},
        {"provenance": {"seconds": "long"}},
        {"provenance": {"ending": "never"}},
        {"provenance": {"usage": {"prompt_tokens": "many"}}},
        {"provenance": 5},
    ],
)
def test_a_bad_record_is_named_and_the_rest_is_kept(
    saved: ConversationStore, change: dict[str, object], tmp_path: Path
) -> None:
    good = our_json.to_object(talked(saved, "one"))
    bad = json.loads(json.dumps(good))
    if "provenance" in change:
        bad["tree"][1]["provenance"] = change["provenance"]
    else:
        bad |= change
    path = tmp_path / "both.json"
    path.write_text(json.dumps([bad, good]))
    name, kept, passed = read(path)
    assert (name, len(kept)) == ("nemochat", 1)
    assert [each.record for each in passed] == ["conversation 1"]
    assert passed[0].why


def test_what_is_taken_in_has_a_name_of_its_own_and_goes_on_here(saved: ConversationStore) -> None:
    talked(saved, "one", name="Lamb")
    _, found = imports.parse(FILES / "conversations.json", Path.read_bytes)
    done = imports.import_all(saved, found, "guide", "nemo")
    assert [c.name for c in done.conversations] == ["Lamb (2)", "Lamb (3)"]
    assert [c.settings for c in done.conversations] == [Settings("nemo", "guide")] * 2
    assert [(b.record, b.why) for b in done.bad] == [
        ("conversation 2 (Broken)", "it has no 'mapping'"),
        ("conversation 3 (Circle)", "it has no messages"),
    ]
    assert [e.title for e in saved.catalogue.entries()] == ["Lamb (3)", "Lamb (2)", "Lamb"]


def test_a_chatgpt_export_is_a_tree() -> None:
    name, (talk, again), _ = read(FILES / "conversations.json")
    assert name == "chatgpt"
    assert said(talk) == [("user", "[image_asset_pointer]\nHow long?"), ("assistant", "An hour.")]
    first, last = talk.siblings(talk.head or 0)
    assert talk.nodes[first].message.ending is Ending.UNFINISHED
    assert talk.nodes[last].message.ending is Ending.COMPLETE
    talk.go_to(talk.tip(last))
    assert said(talk)[2:] == [("assistant", "```python\nprint(60)\n```"), ("tool", "60\n")]
    assert talk.started == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert said(again) == [("user", "Again")]


def test_a_database_that_llm_made_is_read(tmp_path: Path) -> None:
    path = tmp_path / "logs.db"
    db = sqlite3.connect(path)
    db.executescript((FILES / "llm.sql").read_text("utf-8"))
    db.close()
    before = path.read_bytes()
    name, (first, second), _ = read(path)
    assert name == "llm"
    assert [role for role, _ in said(first)] == ["user", "assistant"] * 2
    assert said(first)[2][1] == "How do I leave the chat?"
    assert first.settings.system == "Be brief."
    provenance = first.messages()[1].provenance
    assert provenance is not None
    assert (provenance.model, provenance.parameters) == ("nemo", {"temperature": 0.3})
    assert provenance.usage == Usage(14, 129)
    assert said(second)[0][1].startswith("東京はどこですか")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_of_an_older_llm_is_read(tmp_path: Path) -> None:
    path = tmp_path / "logs.db"
    db = sqlite3.connect(path)
    db.executescript(
        "CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);"
        "CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT,"
        " prompt_json TEXT, options_json TEXT, response TEXT, response_json TEXT,"
        " conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT);"
        "INSERT INTO conversations VALUES ('c', 'Lamb', 'm');"
        "INSERT INTO responses VALUES ('1', 'm', 'one', 'Brief.', NULL, 'not JSON', 'One.', NULL,"
        " NULL, 5, '2026-01-01T00:00:00');"
        "INSERT INTO responses VALUES ('2', 'm', 'two', NULL, NULL, '{}', 'Two.', NULL, 'c', 5,"
        " '2026-01-01T00:00:00');"
    )
    db.close()
    _, (talk,), (bad,) = read(path)
    assert said(talk) == [("user", "two"), ("assistant", "Two.")]
    assert talk.name == "Lamb"
    assert bad.record == "conversation 1"


@pytest.mark.parametrize("name", ["lamb", "listing"])
def test_a_chat_that_shell_gpt_cached_is_read(name: str) -> None:
    format_, (talk,), _ = read(FILES / name)
    assert (format_, talk.name) == ("shell_gpt", name)
    assert talk.settings.system
    assert [role for role, _ in said(talk)][:2] == ["user", "assistant"]


def test_a_session_that_aichat_saved_is_read() -> None:
    pytest.importorskip("yaml", reason="PyYAML, the extra `import`, is not installed")
    name, (talk,), _ = read(FILES / "session.yaml")
    assert (name, talk.name) == ("aichat", "session")
    assert said(talk)[:2] == [("user", "before"), ("assistant", "It was summarised.")]
    assert ("user", "How long does lamb take?\n\n  At 180 °C: covered") in said(talk)
    assert said(talk)[-2:] == [
        ("user", "And this?\n[image_url]"),
        ("assistant", "Tab\there, and 東京\n"),
    ]
    assert talk.settings.parameters == {"temperature": 0.5}


@pytest.mark.parametrize("text", ["a: [", "- 1", "messages: 5", "&a [*a]", "!!python/name:x {}"])
def test_yaml_that_is_no_session_is_named(tmp_path: Path, text: str) -> None:
    pytest.importorskip("yaml", reason="PyYAML, the extra `import`, is not installed")
    (tmp_path / "x.yaml").write_text(text)
    _, kept, bad = read(tmp_path / "x.yaml")
    assert (kept, [each.record for each in bad]) == ([], ["x"])
    assert bad[0].why not in {"", "None"}


def test_the_model_that_a_session_of_aichat_names_said_its_answers(tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="PyYAML, the extra `import`, is not installed")
    said_there = "messages: [{role: user, content: a}, {role: assistant, content: b}]"
    (tmp_path / "x.yaml").write_text(f"model: openai:nemo\n{said_there}")
    (talk,) = read(tmp_path / "x.yaml")[1]
    provenance = talk.messages()[-1].provenance
    assert provenance is not None
    assert provenance.model == "openai:nemo"


@pytest.mark.parametrize(
    ("content", "roles"),
    [
        ([{"role": "developer", "content": "b"}, {"role": "user", "content": "x"}], ["user"]),
        ({"model": "m", "messages": [{"role": "user", "content": "x"}]}, ["user"]),
        (
            [
                {"role": "user", "content": [{"type": "text", "text": "x"}]},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{}"}}],
                },
                {"role": "tool", "tool_call_id": "1", "content": "y"},
            ],
            ["user", "assistant", "tool"],
        ),
    ],
)
def test_openai_messages_are_read(content: object, roles: list[str], tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content))
    name, (talk,), _ = read(path)
    assert name == "openai"
    assert [role for role, _ in said(talk)] == roles


def test_lines_of_messages_are_read_and_bad_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    good = {"messages": [{"role": "user", "content": "x"}]}
    path.write_text(f"{json.dumps(good)}\n{json.dumps({'messages': [{'role': 'x'}]})}\n5\n")
    _, kept, bad = read(path)
    assert len(kept) == 1
    assert [each.record for each in bad] == ["conversation 2", "conversation 3"]


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe", b"{}", b"[]", b"[[" * 5000, b"5"])
def test_what_nobody_reads_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(UsageError, match=r"the format of .* is unknown"):
        read(tmp_path / "x")


def test_a_backup_is_read_and_one_of_an_older_version(
    saved: ConversationStore, tmp_path: Path
) -> None:
    talked(saved, "one", name="name")
    backup, old = tmp_path / "backup.db", tmp_path / "old.db"
    saved.database.backup(backup)
    of_version_1(old)
    assert [(len(kept), bad) for _, kept, bad in (read(backup), read(old))] == [(1, []), (1, [])]
    assert said(read(old)[1][0])[1] == ("assistant", "An hour.")


@pytest.mark.parametrize("holds", [b"Be brief.", b"About question", b""])
def test_what_is_left_of_a_damaged_database_is_read(
    saved: ConversationStore, tmp_path: Path, holds: bytes
) -> None:
    """Damaged are pages of the table of conversations, of that of messages, and of the index."""
    for number in range(40):
        talked(saved, f"question {number} " * 40, name=f"name {number}")
    damaged = tmp_path / "nemochat.db.corrupt-20260101"
    saved.database.backup(damaged)
    with sqlite3.connect(damaged) as db:
        (index,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'words_data'")
    db.close()
    content = bytearray(damaged.read_bytes())
    pages = [content[place : place + 4096] for place in range(0, len(content), 4096)]
    leaves = [at for at, page in enumerate(pages) if page[0] == 13 and holds in page]
    for page in (leaves[0], leaves[len(leaves) // 2]) if holds else (index[0] - 1,):
        content[4096 * page : 4096 * (page + 1)] = b"\xff" * 4096
    damaged.write_bytes(content)
    _, kept, bad = read(damaged)
    assert len(kept) + len(bad) == 40
    assert len(kept) > 20
    assert (holds == b"") == (bad == [])


def test_a_conversation_whose_row_is_lost_or_of_another_kind_is_read_without_it(
    saved: ConversationStore, tmp_path: Path
) -> None:
    talked(saved, "one", name="first")
    talked(saved, "two", name="second")
    backup = tmp_path / "backup.db"
    saved.database.backup(backup)
    with sqlite3.connect(backup) as db:
        db.execute("DELETE FROM conversations WHERE id = 1")
        db.execute("DROP TABLE words")  # whose triggers would be in the way
        db.execute("CREATE TABLE old AS SELECT * FROM messages")
        db.execute("DROP TABLE messages")
        db.execute("CREATE TABLE messages AS SELECT * FROM old")
        db.execute("INSERT INTO messages (id, conversation) VALUES (99, 'x'), (100, NULL)")
    db.close()
    _, kept, bad = read(backup)
    assert (len(kept), bad) == (2, [])
    assert [said(each) for each in kept] == [
        [("user", "one"), ("assistant", "About one.")],
        [("user", "two"), ("assistant", "About two.")],
    ]
    assert [each.name for each in kept] == ["", "second"]


def test_a_text_and_a_markdown_export_hold_what_was_said(saved: ConversationStore) -> None:
    talk = talked(saved, "one\n```\ntwo")
    talk.append(99, Message(Role.USER, "three"))
    cut = Provenance(ending=Ending.INTERRUPTED)
    talk.append(100, Message(Role.ASSISTANT, "Thr", provenance=cut))
    markdown = exports.find_format("md", None).write([talk])
    assert markdown.startswith(
        "# one\n\n**System prompt**\n\n> Be brief.\n\n> one\n> ```\n> two\n\n"
    )
    assert markdown.endswith("> three\n\nThr\n\n*[stopped by you]*\n")
    text = exports.find_format("", Path("x.txt")).write([talk])
    assert "You:\none\n```\ntwo\n\nNemo:\nAbout one" in text
    assert text.endswith("Thr\n[stopped by you]\n")
    assert answer("x").content == "x"


@pytest.mark.parametrize(
    ("content", "ending", "shown"),
    [
        ("    code\n", Ending.COMPLETE, "    code"),
        ("Half of", None, "Half of\n\n*[nemochat ended too early]*"),
        ("", None, ""),
        ("Thr", Ending.INTERRUPTED, "Thr\n\n*[stopped by you]*"),
    ],
)
def test_a_markdown_export_tells_how_an_answer_ended(
    content: str, ending: Ending | None, shown: str
) -> None:
    talk = Conversation(Settings("m", "guide", ""), name="two\n lines")
    talk.append(1, Message(Role.USER, "\nXX?\n"))
    talk.append(2, Message(Role.ASSISTANT, content, provenance=Provenance(ending=ending)))
    written = exports.find_format("markdown", None).write([talk])
    assert written.rstrip("\n") == f"# two lines\n\n> XX?\n\n{shown}".rstrip("\n")


@pytest.mark.parametrize(
    ("name", "path", "format_"),
    [
        ("", None, "markdown"),
        ("", "x", "markdown"),
        ("", "X.HTM", "html"),
        ("JSON", "x.md", "json"),
        ("txt", None, "text"),
    ],
)
def test_the_format_is_the_one_that_is_named_or_the_file_s(
    name: str, path: str | None, format_: str
) -> None:
    assert exports.find_format(name, Path(path) if path else None).name == format_


def test_a_file_is_never_written_over_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    exports.save(path, "one")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="already exists"):
        exports.save(path, "two")
    assert path.read_text() == "one"
    with pytest.raises(StoreError, match="cannot be written"):
        exports.save(tmp_path / "nowhere" / "x.md", "x")
    with pytest.raises(UsageError, match='no format "pdf"'):
        exports.find_format("pdf", None)
    with pytest.raises(UsageError, match=r'the suffix "\.pdf" is unknown'):
        exports.find_format("", Path("lamb.pdf"))
    assert exports.find_format("", Path("lamb")).name == "markdown"
