"""Conversations for tests of the store: said, kept, and stored by an older version."""

from __future__ import annotations

import json
import sqlite3
from importlib.resources import files
from pathlib import Path

from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Ending, Message, Provenance, Role, Usage
from nemochat.store.conversations import ConversationStore

WHOLE = Provenance(
    model="m",
    asked_model="n",
    endpoint="guide",
    parameters={"temperature": 0.3, "stop": ("a", "b"), "max_tokens": None},
    ending=Ending.COMPLETE,
    usage=Usage(1, 2, 3, estimated_cost=1.5e-6),
    first_token=0.1,
    seconds=0.2,
)


def keep(store: ConversationStore, talk: Conversation, message: Message) -> int:
    key = store.begin(talk, message)
    talk.append(key, message)
    return key


def answer(text: str) -> Message:
    return Message(Role.ASSISTANT, text, provenance=WHOLE)


def say(store: ConversationStore, talk: Conversation, question: str, reply: str) -> None:
    keep(store, talk, Message(Role.USER, question))
    message = answer(reply)
    store.settle(talk, keep(store, talk, message), message)


def talked(store: ConversationStore, *texts: str, name: str = "") -> Conversation:
    talk = Conversation(Settings("m", "guide", "Be brief.", {"temperature": 0.3}), name=name)
    for text in texts:
        say(store, talk, text, f"About {text}.")
    return talk


def of_version_1(path: Path) -> None:
    """A database as version 1 wrote it."""
    db = sqlite3.connect(path)
    db.executescript(
        files("nemochat.store").joinpath("migrations", "1.sql").read_text(encoding="utf-8")
    )
    db.execute("PRAGMA user_version = 1")
    db.execute(
        "INSERT INTO conversations (name, started, model, endpoint, system, parameters, head)"
        " VALUES ('lamb', '2026-01-01T00:00:00+00:00', 'm', 'guide', '', '{}', 2)"
    )
    cost = json.dumps({"provenance": {"ending": "complete", "usage": {"estimated_cost": 2e-6}}})
    db.executemany(
        "INSERT INTO messages (conversation, parent, role, content, written, details)"
        " VALUES (1, ?, ?, ?, '2026-01-02T00:00:00+00:00', ?)",
        [(None, "user", "How long does lamb take?", None), (1, "assistant", "An hour.", cost)],
    )
    db.commit()
    db.close()
