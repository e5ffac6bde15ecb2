"""Names are kept for the shell's Tab, and private messages have numbers that no row has."""

from __future__ import annotations

from pathlib import Path

from nemochat.config.paths import CHATS, MODELS, write_names
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Message, Role
from nemochat.store.memory import MemoryStore


def test_names_are_lines_for_their_owner_alone(tmp_path: Path) -> None:
    write_names(tmp_path, CHATS, ["b", "ä", "b", "", "two\nlines", "\x1b[2J"])
    write_names(tmp_path, MODELS, ["nemo"])
    kept = tmp_path / "names" / CHATS
    assert kept.read_text("utf-8") == "b\nä\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "names" / MODELS).read_text("utf-8") == "nemo\n"


def test_names_that_are_known_are_not_written_again(tmp_path: Path) -> None:
    write_names(tmp_path, CHATS, ["a", "b"])
    kept = tmp_path / "names" / CHATS
    before = kept.stat().st_ino
    write_names(tmp_path, CHATS, ["b", "a"])
    assert kept.stat().st_ino == before
    write_names(tmp_path, CHATS, ["b"])
    assert kept.read_text("utf-8") == "b\n"


def test_names_that_are_gone_are_offered_no_more_and_none_need_no_file(tmp_path: Path) -> None:
    write_names(tmp_path, CHATS, [])
    assert list(tmp_path.iterdir()) == []
    write_names(tmp_path, CHATS, ["a"])
    write_names(tmp_path, CHATS, [])
    assert (tmp_path / "names" / CHATS).read_text("utf-8") == ""


def test_where_names_cannot_be_kept_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "names").write_text("a file where a folder belongs")
    write_names(tmp_path, CHATS, ["a"])


def test_a_private_message_has_a_number_of_its_own_that_is_no_row_s() -> None:
    talk = Conversation(Settings("m", "guide"))
    for expected in (-1, -2, -3):
        message = Message(Role.USER, "x")
        key = MemoryStore().begin(talk, message)
        talk.append(key, message)
        assert key == expected
