"""A request that is shown and not sent."""

from __future__ import annotations

import json
import shlex

import pytest

from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending, Message, Role
from nemochat.core.prompt import Prompt
from nemochat.wire.dialect import Dialect, Fitting
from nemochat.wire.rehearsal import Rehearsal

PROMPT = Prompt("nemo", (Message(Role.USER, "It's Größe"),), {"temperature": 0.3, "top_k": 4})


def shown(variable: str, *, curl: bool) -> str:
    fitting = Fitting(
        Dialect(("top_k",), {"temperature": "heat"}, headers={"X-Team": "ours & theirs"})
    )
    rehearsal = Rehearsal("http://a.b/v1", variable, fitting, curl=curl)
    text, end = rehearsal.stream(rehearsal.fitted(PROMPT))
    assert end == Delta(ending=Ending.COMPLETE)
    return text.text


def test_the_body_is_shown_as_it_would_be_sent() -> None:
    body = shown("TOKEN", curl=False)
    assert "Größe" in body
    assert json.loads(body) == {
        "model": "nemo",
        "messages": [{"role": "user", "content": "It's Größe"}],
        "heat": 0.3,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("variable", ["TOKEN", ""])
def test_a_command_of_the_shell_sends_it_with_the_token_of_the_environment(variable: str) -> None:
    command = shown(variable, curl=True)
    assert command.startswith("curl --no-buffer http://a.b/v1/chat/completions \\\n  -H ")
    words = [word for word in shlex.split(command) if word != "\n"]
    token = ["-H", "Authorization: Bearer $TOKEN"] if variable else []
    assert words == [
        "curl",
        "--no-buffer",
        "http://a.b/v1/chat/completions",
        "-H",
        "Content-Type: application/json",
        *token,
        "-H",
        "X-Team: ours & theirs",
        "-d",
        shown(variable, curl=False),
    ]
    assert ('"Authorization: Bearer $TOKEN"' in command) is bool(variable)
