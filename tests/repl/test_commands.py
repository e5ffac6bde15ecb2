"""What commands say of a chat, whatever was typed after their names."""

from __future__ import annotations

import pytest

from nemochat.core.messages import Message, Provenance, Role, Usage
from nemochat.errors import UsageError
from nemochat.repl import registry
from tests.repl.sessions import session

TALK = ("One?", "```\na\n```\n```\nb\n```", "Two?", "```\nc\n```\n```\nd\n```")


@pytest.mark.parametrize(
    "line",
    [
        *("/show {}", "/undo {}", "/redo {}", "/copy {}", "/copy code {}", "/edit {}", "/why {}"),
        "/write x code {}",
    ],
)
@pytest.mark.parametrize("number", ["9" * 5000, "-1", "1.5", "²", "٣", "x|y"])
def test_what_is_no_number_there_is_told_in_one_short_line(line: str, number: str) -> None:
    with pytest.raises(UsageError) as refused:
        registry.run(session(*TALK), line.format(number))
    assert len(str(refused.value)) < 200


def test_one_thing_is_told_as_one() -> None:
    here = session()
    counted = Provenance("m", "e", usage=Usage(1200, 1, 1201, estimated_cost=0.1))
    here.chat.conversation.append(1, Message(Role.USER, "One?"))
    here.chat.conversation.append(2, Message(Role.ASSISTANT, "One.", provenance=counted))
    assert registry.run(here, "/usage") == "1 answer, 1,200 tokens in, 1 out, $0.10."


def test_info_shows_what_is_set_as_it_was_typed_in_one_table() -> None:
    here = session(*TALK)
    registry.run(here, "/system a | b\n| c")
    registry.run(here, "/set max_tokens none")
    rows = str(registry.run(here, "/info")).splitlines()
    assert "| system prompt | a \\| b |" in rows
    assert "| parameters | max_tokens none |" in rows
    assert all(row.startswith("| ") and row.endswith(" |") for row in rows[2:])
