"""What cannot be saved for a while is saved later: real locks, a real database that is full."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.chat.chat import Chat, Options
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message, Role, Usage
from nemochat.core.prompt import Prompt
from nemochat.errors import Cancelled, NameTaken, NemochatError
from nemochat.store.conversations import ConversationStore
from nemochat.store.memory import MemoryStore
from tests.test_chat import Script, Seen

USAGE = Usage(3, 2, 5, estimated_cost=1e-6)
WHOLE = Delta(ending=Ending.COMPLETE, usage=USAGE, model="nemo-2")
Step = Delta | Callable[[], object]


class Steps(Script):
    """An endpoint that does something between the deltas of its answers."""

    def __init__(self, *answers: list[Step]) -> None:
        super().__init__()
        self.steps = list(answers)

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        for step in self.steps.pop(0):
            if isinstance(step, Delta):
                yield step
            else:
                step()


class Lock:
    """A lock on the database that another connection holds, and lets go of."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self.held = False

    def take(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self.held = True

    def release(self) -> None:
        self._db.execute("ROLLBACK")
        self.held = False

    def turn(self, lock: str) -> None:
        """Take it, or let it go, as a word says, if that is possible."""
        if lock.startswith("take") and not self.held:
            self.take()
        if lock.startswith("release") and self.held:
            self.release()

    def close(self) -> None:
        self._db.close()


class Desk:
    """A chat that saves, with what it tells, and a lock that somebody else may take."""

    def __init__(self, folder: Path, options: Options | None = None) -> None:
        path = folder / "nemochat.db"
        self.store = ConversationStore(path, seconds=0.005)
        self.lock = Lock(path)
        self.seen = Seen()
        new = Conversation(Settings("nemo", "guide"))
        self.chat = Chat(new, Steps(), self.store, self.seen, options=options)

    def say(self, text: str, *steps: Step) -> list[Message]:
        """Ask; without steps the answer is one delta and an ending."""
        self.chat.endpoint = Steps(list(steps) or [Delta(f"On {text}"), WHOLE])
        return self.chat.say(text)

    def close(self) -> None:
        self.lock.close()
        self.store.database.close()


def pause() -> None:
    """Let the time pass that is between two attempts to save an answer that streams."""
    time.sleep(0.5)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.store.catalogue.entries()
    yield made
    made.close()


def draw(talk: Conversation) -> list[tuple[str, Message]]:
    """Every message of a tree, in order, with the texts that lead to it."""
    ways: dict[int | None, str] = {None: ""}
    for key, node in talk.nodes.items():
        ways[key] = f"{ways[node.parent]} / {node.message.content}"
    return [(ways[key], node.message) for key, node in talk.nodes.items()]


def assert_saved(store: ConversationStore, talk: Conversation) -> None:
    """On disk there is what is in memory: every message once, in its place, as it is."""
    again = store.load(str(talk.id))
    assert draw(again) == draw(talk)
    assert again.messages() == talk.messages()
    assert [draw(talk)[list(talk.nodes).index(k)][0] for k in talk.branches()] == [
        draw(again)[list(again.nodes).index(k)][0] for k in again.branches()
    ]


def test_turns_said_during_a_lock_are_saved_when_it_is_over(desk: Desk) -> None:
    desk.lock.take()
    began = datetime.now(UTC)
    desk.say("one")
    desk.say("two")
    ended = datetime.now(UTC)
    assert desk.chat.failure is not None
    desk.lock.release()
    desk.say("three")
    assert desk.chat.failure is None
    assert_saved(desk.store, desk.chat.conversation)
    nodes = list(desk.store.load("1").nodes.values())
    assert [n.message.content for n in nodes] == [
        "one",
        "On one",
        "two",
        "On two",
        "three",
        "On three",
    ]
    assert [n.message.ending for n in nodes[1::2]] == [Ending.COMPLETE] * 3
    assert [n.message.provenance and n.message.provenance.usage for n in nodes[1::2]] == [USAGE] * 3
    second = timedelta(seconds=1)  # the grain of a timestamp
    assert all(n.written and began - second <= n.written <= ended for n in nodes[:4])
    failing, working = desk.seen.notices
    assert failing.startswith("Not saved: the database ")
    assert "locked" in failing
    assert working == "Saving works again; everything is saved."
    desk.chat.leave()
    assert len(desk.seen.notices) == 2


def test_a_lock_within_an_answer_is_not_even_told(desk: Desk) -> None:
    desk.say("one", desk.lock.take, Delta("a"), Delta("b"), desk.lock.release, Delta("c"), WHOLE)
    assert desk.seen.notices == []
    assert_saved(desk.store, desk.chat.conversation)
    assert desk.chat.conversation.messages()[1].content == "abc"


def test_a_part_of_an_answer_is_saved_as_soon_as_a_lock_is_over(desk: Desk) -> None:
    on_disk: list[str] = []

    def look() -> None:
        on_disk.append(desk.store.load("1").messages()[1].content)

    desk.say(
        "one",
        *(Delta("a"), pause, desk.lock.take, Delta("b"), look),
        *(pause, desk.lock.release, Delta("c"), look, WHOLE),
    )
    assert on_disk == ["a", "abc"]
    assert_saved(desk.store, desk.chat.conversation)


def test_a_lock_that_begins_within_an_answer_leaves_the_whole_of_it_for_later(desk: Desk) -> None:
    desk.say("one", Delta("a"), desk.lock.take, Delta("b"), WHOLE)
    assert desk.store.load("1").messages()[1].content == "a"
    assert len(desk.seen.notices) == 1
    desk.lock.release()
    desk.chat.leave()
    assert_saved(desk.store, desk.chat.conversation)
    assert desk.store.load("1").messages()[1].ending is Ending.COMPLETE
    assert desk.seen.notices[1:] == ["Saving works again; everything is saved."]


def test_two_answers_at_once_are_siblings_also_if_they_are_saved_later(desk: Desk) -> None:
    desk.chat.conversation.settings.parameters["n"] = 2
    desk.lock.take()
    desk.say("one", Delta("a"), Delta("b", candidate=1), WHOLE, WHOLE._replace(candidate=1))
    desk.lock.release()
    desk.chat.leave()
    assert [way for way, _ in draw(desk.store.load("1"))] == [" / one", " / one / a", " / one / b"]
    assert_saved(desk.store, desk.chat.conversation)


def test_a_full_disk_ends_saving_only_while_it_is_full(desk: Desk) -> None:
    desk.say("one")
    with desk.store.database.connection() as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")
    desk.say("two", Delta("x" * 100_000), WHOLE)
    assert [m.content for m in desk.store.load("1").messages()][:2] == ["one", "On one"]
    assert "the disk is full" in desk.seen.notices[0]
    with desk.store.database.connection() as db:
        db.execute("PRAGMA max_page_count = 1000000")
    desk.say("three")
    assert_saved(desk.store, desk.chat.conversation)
    assert len(desk.seen.notices) == 2


def test_a_database_that_was_read_only_is_opened_anew(desk: Desk) -> None:
    desk.say("one")
    with desk.store.database.connection() as db:
        db.execute("PRAGMA query_only = ON")
    desk.say("two")
    assert "readonly" in desk.seen.notices[0]
    desk.chat.leave()
    assert_saved(desk.store, desk.chat.conversation)


def test_a_database_that_is_locked_before_it_is_opened_is_opened_later(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "nemochat.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    desk = Desk(tmp_path)
    desk.say("one")
    other.close()
    desk.say("two")
    assert_saved(desk.store, desk.chat.conversation)
    assert len(desk.seen.notices) == 2
    desk.close()


def test_a_conversation_that_was_left_is_saved_too(desk: Desk) -> None:
    desk.lock.take()
    desk.say("one")
    first = desk.chat.conversation
    desk.chat.switch(Conversation(Settings("nemo", "guide")), MemoryStore())  # private
    desk.say("secret")
    desk.lock.release()
    desk.say("secret too")
    assert_saved(desk.store, first)
    assert desk.store.catalogue.count() == 1


def test_a_conversation_that_is_loaded_again_has_its_unsaved_turns(desk: Desk) -> None:
    desk.say("one")
    first = desk.chat.conversation
    desk.lock.take()
    desk.say("two")
    desk.chat.switch(Conversation(Settings("nemo", "guide")), desk.store)
    desk.chat.switch(desk.store.load("1"), desk.store)
    assert desk.chat.conversation is first
    desk.lock.release()
    desk.say("three")
    assert [m.content for m in desk.store.load("1").messages()][::2] == ["one", "two", "three"]


def test_what_another_process_says_meanwhile_stands_beside_it(desk: Desk) -> None:
    desk.say("one")
    other = ConversationStore(desk.store.database.path)
    theirs = other.load("1")
    desk.lock.take()
    desk.say("two")
    desk.lock.release()
    theirs.append(other.begin(theirs, Message(Role.USER, "theirs")), Message(Role.USER, "theirs"))
    desk.say("three")
    theirs = other.load("1")
    below = other.begin(theirs, Message(Role.USER, "more"))  # after what was saved late
    theirs = other.load("1")
    theirs.go_to(theirs.path()[3].key)
    assert theirs.messages()[-1].content == "On two"
    beside = other.begin(theirs, Message(Role.USER, "aside"))
    other.database.close()
    desk.say("four")
    talk = desk.chat.conversation
    assert [m.content for m in talk.messages()][::2] == ["one", "two", "three", "four"]
    assert below in talk.nodes
    assert beside in talk.nodes
    assert sorted(way for way, _ in draw(desk.store.load("1"))) == sorted(w for w, _ in draw(talk))
    assert any("`/tree` shows both" in notice for notice in desk.seen.notices)


def test_a_conversation_deleted_elsewhere_is_told_once_and_lives_on_in_a_fork(desk: Desk) -> None:
    desk.say("one")
    other = ConversationStore(desk.store.database.path)
    other.catalogue.delete([1])
    other.database.close()
    desk.say("two")
    desk.say("three")
    (told,) = desk.seen.notices
    assert "another nemochat has deleted this conversation. /fork saves it as a new one" in told
    desk.chat.switch(desk.store.add_imported(desk.chat.conversation.fork()), desk.store)
    desk.say("four")
    desk.chat.leave()
    assert desk.chat.failure is None
    assert "were not saved" not in "".join(desk.seen.notices)
    saved = desk.store.load(str(desk.chat.conversation.id)).messages()
    assert [m.content for m in saved][::2] == ["one", "two", "three", "four"]


def test_a_name_that_was_taken_meanwhile_costs_no_message(desk: Desk) -> None:
    desk.lock.take()
    desk.say("one")
    desk.chat.rename("lamb")
    desk.lock.release()
    other = ConversationStore(desk.store.database.path)
    other.begin(Conversation(Settings("m", "guide"), name="lamb"), Message(Role.USER, "x"))
    other.database.close()
    desk.say("two")
    assert_saved(desk.store, desk.chat.conversation)
    assert desk.chat.conversation.name == ""
    assert any('"lamb"' in notice and "/rename" in notice for notice in desk.seen.notices)
    with pytest.raises(NameTaken):
        desk.chat.rename("lamb")
    assert desk.chat.conversation.name == ""
    desk.say("three")
    assert_saved(desk.store, desk.chat.conversation)


def test_a_name_given_during_a_lock_is_saved_later(desk: Desk) -> None:
    desk.say("one")
    desk.lock.take()
    desk.chat.rename("lamb")
    desk.chat.leave()
    assert "The last changes to the settings were not saved" in desk.seen.notices[-1]
    desk.lock.release()
    desk.chat.leave()
    assert desk.store.load("lamb").id == 1


def test_what_is_lost_in_the_end_is_told_with_its_number(desk: Desk) -> None:
    desk.say("one")
    desk.lock.take()
    desk.say("two")
    desk.say("three")
    desk.chat.leave()
    first, last = desk.seen.notices
    assert first.startswith("Not saved: ")
    assert last.startswith("2 turns were not saved; copy what you need. Run nemochat doctor")
    assert "locked" in last
    desk.lock.release()


def test_a_single_question_tells_of_faults_in_the_end_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Options(announce_faults=False))
    desk.store.catalogue.entries()
    desk.lock.take()
    desk.say("one")
    assert desk.seen.notices == []
    desk.chat.leave(retry=False)
    (told,) = desk.seen.notices
    assert told.startswith("1 turn was not saved; ")
    desk.lock.release()
    desk.chat.leave()
    assert_saved(desk.store, desk.chat.conversation)
    assert len(desk.seen.notices) == 1
    desk.close()


@contextmanager
def table() -> Iterator[Desk]:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        desk = Desk(Path(folder))
        desk.store.catalogue.entries()
        stack.callback(desk.close)
        yield desk


MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["say", "stop", "both", "retry", "edit", "undo", "redo", "branch", "clear", "load"]
        ),
        st.integers(0, 3),
        st.sampled_from(["", "", "take", "release", "take within", "release within"]),
    ),
    max_size=9,
)


@given(MOVES)
def test_whatever_is_said_while_a_lock_comes_and_goes_is_saved_once(
    moves: list[tuple[str, int, str]],
) -> None:
    with table() as desk:
        talks = [desk.chat.conversation]
        for number, (move, n, lock) in enumerate(moves):
            with suppress(NemochatError):
                play(desk, move, n, str(number), lock)
            here = desk.chat.conversation
            talks = [t for t in talks if t is not here and (t.id is None or t.id != here.id)]
            talks.append(here)
        if desk.lock.held:
            desk.lock.release()
        desk.chat.leave()
        assert desk.chat.failure is None
        begun = [talk for talk in talks if talk.nodes]
        for talk in begun:
            assert talk.id is not None
            assert draw(desk.store.load(str(talk.id))) == draw(talk)
        assert desk.store.catalogue.count() == len({talk.id for talk in begun})


def play(desk: Desk, move: str, n: int, text: str, lock: str) -> None:
    """One move of a user while another process takes the lock, or lets it go."""
    other: list[Step] = [Delta("other", candidate=1)] if move == "both" else []
    within: list[Step] = [lambda: desk.lock.turn(lock)] if "within" in lock else []
    end: Step = stop if move == "stop" else WHOLE
    desk.chat.endpoint = Steps([Delta(f"answer {text}"), *within, *other, Delta("."), end])
    if not within:
        desk.lock.turn(lock)
    if move in {"say", "stop", "both"}:
        desk.chat.say(text)
    elif move == "retry":
        desk.chat.retry({})
    else:
        go(desk, move, n, text)
    desk.chat.save_header()


def stop() -> None:
    raise Cancelled


def go(desk: Desk, move: str, n: int, text: str) -> None:
    """One move through the tree, or to another conversation."""
    talk = desk.chat.conversation
    match move:
        case "edit" if talk.questions():
            desk.chat.edit(talk.questions()[n % len(talk.questions())], text)
        case "undo":
            talk.undo(n + 1)
        case "redo":
            talk.redo(n + 1)
        case "branch" if talk.branches():
            talk.go_to(talk.tip(talk.branches()[n % len(talk.branches())]))
        case "clear":
            desk.chat.switch(Conversation(Settings("nemo", "guide")), desk.store)
        case "load":
            desk.chat.switch(desk.store.load(str(n + 1)), desk.store)
