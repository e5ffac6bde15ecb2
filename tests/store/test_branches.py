"""The tree on disk: two processes on one conversation, and every move that a person can make."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nemochat.chat.chat import Chat
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message, Role
from nemochat.core.prompt import build_messages
from nemochat.errors import Cancelled, NemochatError
from nemochat.store.conversations import ConversationStore
from tests.core.test_prompt import refusal
from tests.store.talking import keep, say, talked
from tests.test_chat import Script, Seen

TURNS = 100
TALKER = """
import sys, time
from pathlib import Path
from nemochat.core.messages import Ending, Message, Provenance, Role
from nemochat.store.conversations import ConversationStore
store = ConversationStore(Path(sys.argv[1]))
talk = store.load("both")
print("loaded", flush=True)
sys.stdin.read(1)
for turn in range(int(sys.argv[3])):
    question = Message(Role.USER, f"{sys.argv[2]} {turn}")
    talk.append(store.begin(talk, question), question)
    answer = Message(Role.ASSISTANT, "Yes.", provenance=Provenance(ending=Ending.COMPLETE))
    talk.append(store.begin(talk, answer), answer)
    store.settle(talk, talk.head, answer)
    time.sleep(0.003)  # as a person would, only quicker
print(len(store.take_notices()))
"""


def test_two_processes_on_one_conversation_lose_no_turn_and_hear_of_the_branch(
    tmp_path: Path,
) -> None:
    path = tmp_path / "nemochat.db"
    store = ConversationStore(path)
    talked(store, "first", name="both")
    talkers = [
        subprocess.Popen(
            [sys.executable, "-c", TALKER, str(path), name, str(TURNS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in ("a", "b")
    ]
    for talker in talkers:
        assert talker.stdout is not None
        assert talker.stdout.readline() == b"loaded\n"
    for talker in talkers:
        assert talker.stdin is not None
        talker.stdin.write(b"go")
        talker.stdin.flush()
    told = [talker.communicate(timeout=60) for talker in talkers]
    assert [error for _, error in told] == [b"", b""]
    assert {int(out) for out, _ in told} == {1}  # told once, to both
    talk = store.load("both")
    asked = [n.message.content for n in talk.nodes.values() if n.message.role is Role.USER]
    expected = {"first"} | {f"{name} {turn}" for name in "ab" for turn in range(TURNS)}
    assert set(asked) == expected
    assert len(asked) == len(expected)
    for name in "ab":  # each in a branch of its own, nothing of the other between
        last = next(k for k, n in talk.nodes.items() if n.message.content == f"{name} {TURNS - 1}")
        talk.go_to(last)
        assert len(talk.questions()) == TURNS + 1
    store.database.close()


def test_what_another_process_said_is_in_the_tree_beside_the_path(saved: ConversationStore) -> None:
    talk = talked(saved, "one")
    other = ConversationStore(saved.database.path)
    say(other, other.load("1"), "theirs", "Theirs.")
    assert saved.take_notices() == []
    keep(saved, talk, Message(Role.USER, "ours"))
    assert [n.message.content for n in talk.path()] == ["one", "About one.", "ours"]
    beside = [talk.nodes[key].message.content for key in talk.siblings(talk.head or 0)]
    assert beside == ["theirs", "ours"]
    assert len(saved.take_notices()) == 1
    say(other, other.load("1"), "more", "More.")
    saved.refresh(talk)
    assert "More." in {n.message.content for n in talk.nodes.values()}
    keep(saved, talk, Message(Role.USER, "ours again"))
    other.database.close()


def test_a_fork_is_a_conversation_of_its_own(saved: ConversationStore) -> None:
    talk = talked(saved, "one", "two")
    talk.undo()
    fork = saved.add_imported(talk.fork("other"))
    assert fork.messages() == talk.messages()
    assert fork.settings == talk.settings
    assert fork.id != talk.id
    say(saved, fork, "three", "Three.")
    assert len(saved.load("1").nodes) == 4
    assert len(saved.load("other").nodes) == 4


def test_redo_finds_its_way_after_the_conversation_was_opened_again(
    saved: ConversationStore,
) -> None:
    talk = talked(saved, "one")
    talk.go_to(1)
    saved.save_header(talk)
    say(saved, talk, "two", "Two.")  # beside the first answer
    talk.go_to(2)
    talk.undo()
    saved.save_header(talk)
    again = saved.load("1")
    assert again.messages() == []
    again.redo()
    assert again.messages()[-1].content == "About one."


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["say", "stop", "undo", "redo", "retry", "edit", "branch", "fork", "load"]),
        st.integers(0, 5),
    ),
    max_size=14,
)


@settings(max_examples=25)
@given(MOVES)
def test_any_moves_leave_a_tree_a_path_that_can_be_sent_and_the_same_on_disk(
    moves: list[tuple[str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ConversationStore(Path(folder) / "nemochat.db")
        chat = Chat(Conversation(Settings("m", "guide")), Script(), store, Seen())
        for number, (move, n) in enumerate(moves):
            with suppress(NemochatError):
                play(chat, move, n, f"{number}")
        talk = chat.conversation
        path = talk.path()
        assert [node.parent for node in path] == [None, *(n.key for n in path)][: len(path)]
        sent = build_messages("", [*talk.messages(), Message(Role.USER, "and now?")])
        assert refusal(sent) == ""
        if talk.id is not None:
            again = store.load(str(talk.id))
            assert list(again.nodes) == list(talk.nodes)
            assert [n.message for n in again.path()] == talk.messages()
            assert again.branches() == talk.branches()
        store.database.close()


def play(chat: Chat, move: str, n: int, text: str) -> None:
    """One move of a person; NemochatError where it is not possible."""
    whole: list[Delta | BaseException] = [Delta(f"answer {text}"), Delta(ending=Ending.COMPLETE)]
    broken: list[Delta | BaseException] = [Delta("half"), Cancelled()]
    chat.endpoint = Script(broken[n % 2 :] if move == "stop" else whole)
    talk = chat.conversation
    store = chat.store
    assert isinstance(store, ConversationStore)
    match move:
        case "say" | "stop":
            chat.say(text)
        case "retry":
            chat.retry({})
        case "edit" if talk.questions():
            chat.edit(talk.questions()[n % len(talk.questions())], text)
        case "undo":
            talk.undo(n + 1)
        case "redo":
            talk.redo(n + 1)
        case "branch" if talk.branches():
            talk.go_to(talk.tip(talk.branches()[n % len(talk.branches())]))
        case "fork" if talk.head:
            chat.conversation = store.add_imported(talk.fork())
        case "load" if talk.id is not None:
            chat.conversation = store.load(str(talk.id))
    chat.save_header()
