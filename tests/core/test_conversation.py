from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.core.conversation import Conversation, MessageNode, Settings, first_line
from nemochat.core.messages import Message, Role
from nemochat.errors import UsageError


def conversation(turns: int = 0) -> Conversation:
    made = Conversation(Settings("model", "guide"))
    for turn in range(turns):
        made.append(2 * turn, Message(Role.USER, f"q{turn}"))
        made.append(2 * turn + 1, Message(Role.ASSISTANT, f"a{turn}"))
    return made


def contents(talk: Conversation) -> list[str]:
    return [message.content for message in talk.messages()]


def test_the_path_is_what_was_said_in_order() -> None:
    assert contents(conversation(2)) == ["q0", "a0", "q1", "a1"]


def test_undo_takes_a_turn_from_the_path_and_none_from_the_tree() -> None:
    talk = conversation(3)
    assert talk.undo(2) == 2
    assert contents(talk) == ["q0", "a0"]
    assert len(talk.nodes) == 6


def test_undo_takes_a_question_that_was_never_answered() -> None:
    talk = conversation(1)
    talk.append(2, Message(Role.USER, "q1"))
    talk.undo()
    assert contents(talk) == ["q0", "a0"]


def test_redo_brings_back_what_undo_took() -> None:
    talk = conversation(3)
    talk.undo(3)
    assert contents(talk) == []
    assert talk.redo(2) == 2
    assert contents(talk) == ["q0", "a0", "q1", "a1"]


def test_there_may_be_nothing_to_undo_or_redo() -> None:
    talk = conversation(1)
    with pytest.raises(UsageError, match=r"^there is nothing to redo$"):
        talk.redo()
    talk.undo()
    with pytest.raises(UsageError, match=r"^there is nothing to undo$"):
        talk.undo()


def test_one_turn_is_undone_or_redone_where_no_number_is_given() -> None:
    talk = conversation(3)
    assert talk.undo() == 1
    assert contents(talk) == ["q0", "a0", "q1", "a1"]
    talk.undo(2)
    assert talk.redo() == 1
    assert contents(talk) == ["q0", "a0"]


def forest() -> Conversation:
    """Two first questions; the older goes on, and its second one has two answers."""
    talk = conversation(2)
    talk.go_to(2)
    talk.append(4, Message(Role.ASSISTANT, "a1 anew"))
    talk.go_to(None)
    talk.append(5, Message(Role.USER, "q0 anew"))
    return talk


def test_a_talk_goes_on_where_it_was_left_last_and_else_with_what_is_newest() -> None:
    talk = forest()
    assert talk.tip(None) == 5
    assert talk.tip(0) == 4
    talk.go_to(3)
    talk.undo(2)
    talk.redo(2)
    assert contents(talk) == ["q0", "a0", "q1", "a1"]
    talk.graft(MessageNode(6, 5, Message(Role.ASSISTANT, "older")))
    talk.graft(MessageNode(7, 5, Message(Role.ASSISTANT, "newer")))
    assert talk.tip(5) == 7


def test_branches_are_what_has_siblings_in_the_order_of_the_tree() -> None:
    assert forest().branches() == [0, 3, 4, 5]
    assert conversation(3).branches() == []


def test_a_fork_begins_with_the_path_and_leaves_its_origin_as_it_is() -> None:
    talk = forest()
    talk.settings.parameters["n"] = 1
    talk.settings.filling["a"] = "b"
    talk.go_to(4)
    fork = talk.fork("other")
    assert (fork.name, fork.id, fork.started) == ("other", None, None)
    assert contents(fork) == ["q0", "a0", "q1", "a1 anew"]
    assert [node.message.content for node in fork.questions()] == ["q0", "q1"]
    assert (len(fork.nodes), fork.branches()) == (4, [])
    assert fork.settings == talk.settings
    fork.settings.parameters["n"] = 2
    fork.settings.filling["a"] = "c"
    assert talk.settings == Settings("model", "guide", parameters={"n": 1}, filling={"a": "b"})


def test_another_answer_is_a_sibling_and_redo_goes_along_the_one_last_taken() -> None:
    talk = conversation(1)
    talk.go_to(0)
    talk.append(2, Message(Role.ASSISTANT, "another"))
    assert talk.siblings(2) == [1, 2]
    talk.go_to(1)
    talk.undo()
    talk.redo()
    assert contents(talk) == ["q0", "a0"]


def test_a_title_is_the_name_or_the_first_line_of_the_first_question() -> None:
    talk = conversation()
    assert talk.title() == ""
    talk.append(0, Message(Role.USER, "\n  How do I?\nMore"))
    assert talk.title() == "How do I?"
    talk.name = "named"
    assert talk.title() == "named"
    long = conversation()
    long.append(0, Message(Role.USER, "x" * 100))
    assert long.title() == "x" * 59 + "…"
    assert first_line("x" * 60) == "x" * 60


@given(st.lists(st.sampled_from(["say", "answer", "undo", "redo", "retry"]), max_size=40))
def test_any_sequence_of_moves_leaves_a_tree_and_a_path(moves: list[str]) -> None:
    talk = conversation()
    for key, move in enumerate(moves):
        match move:
            case "say":
                talk.append(key, Message(Role.USER, f"q{key}"))
            case "answer" if talk.head is not None:
                talk.append(key, Message(Role.ASSISTANT, f"a{key}"))
            case "retry" if question := talk.last(Role.USER):
                talk.go_to(question.key)
            case "undo" | "redo":
                with suppress(UsageError):  # there may be nothing to undo or redo
                    talk.undo() if move == "undo" else talk.redo()
    path = talk.path()
    assert [node.parent for node in path] == [None, *(node.key for node in path)][: len(path)]
    for key, node in talk.nodes.items():
        assert key in talk.siblings(key)
        assert node.parent is None or node.parent < key
