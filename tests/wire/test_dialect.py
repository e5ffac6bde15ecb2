"""What an endpoint does not take, calls otherwise, or wants besides."""

from __future__ import annotations

from nemochat.core.messages import Message, Role
from nemochat.core.prompt import Prompt
from nemochat.wire.dialect import Dialect, Fitting
from nemochat.wire.endpoints import find
from nemochat.wire.protocol import body
from tests.wire.asking import asking
from tests.wire.fault_server.scripts import answer, head, plays
from tests.wire.fault_server.server import FaultServer

PROMPT = Prompt(
    "nemo", (Message(Role.USER, "Hi"),), {"temperature": 0.3, "top_k": 40, "n": 2, "seed": 7}
)


def test_a_parameter_that_is_not_taken_is_told_of_once() -> None:
    told: list[str] = []
    fitting = Fitting(find("ollama").dialect, told.append)
    fitted = fitting.fit(PROMPT)
    assert fitted.parameters == {"temperature": 0.3, "seed": 7}
    fitting.fit(PROMPT)
    assert told.pop() == "this endpoint does not take top_k and n: they are not sent"
    fitting.fit(PROMPT._replace(parameters={"n": 2, "min_p": 0.1}))
    assert told == ["this endpoint does not take min_p: it is not sent"]


def test_a_prompt_that_is_taken_stays_as_it_is() -> None:
    told: list[str] = []
    assert Fitting(find("deepinfra").dialect, told.append).fit(PROMPT) is PROMPT
    assert told == []


def test_mistral_gets_its_own_names_and_nothing_else() -> None:
    made = body(Prompt("nemo", PROMPT.messages, {"top_k": 4, "seed": 7}), find("mistral").dialect)
    assert set(made) == {"model", "messages", "random_seed", "stream"}


def test_further_members_and_headers_are_sent() -> None:
    fitting = Fitting(Dialect(body={"user": "me"}, headers={"X-Team": "search"}))
    with (
        FaultServer(plays(head(), answer())) as server,
        asking(server.base_url, fitting=fitting) as asked,
    ):
        asked.text()
        request = server.requests[0]
    assert b'"user": "me"' in request
    assert b"x-team: search\r\n" in request.lower()
