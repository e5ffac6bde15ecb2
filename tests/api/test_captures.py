"""Responses captured from real servers: complete, truncated and split at random."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest

from nemochat.core.messages import Ending, ToolCall, Usage
from nemochat.errors import EndpointError, NotAnAnswer
from tests.api.asking import Asking, asking, timeouts
from tests.api.captured import CAPTURES, Response, taken_apart
from tests.api.fault_server.scripts import Json, plays
from tests.api.fault_server.server import FaultServer
from tests.api.served import LIMITED, Answer, Serve

SPLITS = 30
GREETING = "Hello! It's nice to meet you — café 👋.\n\n```python\nprint('hi')\n```\n"


def is_list(path: Path) -> bool:
    return path.stem.endswith("-models")


ANSWERS = [path for path in CAPTURES if taken_apart(path).status == 200 and not is_list(path)]
REFUSALS = [path for path in CAPTURES if taken_apart(path).status != 200]
NAMES = [path.stem for path in ANSWERS]


def expected(response: Response) -> tuple[str, list[ToolCall], str, Json]:
    """Return text, tool calls, finish_reason and usage, joined naively."""
    text, finish, usage = "", "", None
    calls: dict[int, ToolCall] = {}
    for document in response.documents:
        usage = document.get("usage") or usage
        for choice in document["choices"]:
            said = choice.get("delta") or choice.get("message") or {}
            text += said.get("content") or ""
            finish = choice["finish_reason"] or finish
            for place, call in enumerate(said.get("tool_calls", [])):
                index, function = call.get("index", place), call["function"]
                old = calls.get(index, ToolCall("", "", ""))
                calls[index] = ToolCall(
                    old.id or call["id"],
                    old.name or function["name"],
                    old.arguments + function.get("arguments", ""),
                )
    return text, list(calls.values()), finish, usage


def compare(answer: Answer, response: Response) -> None:
    text, calls, finish, usage = expected(response)
    message, provenance = answer.message(), answer.provenance
    assert message.content == text
    assert list(message.tool_calls) == calls
    endings = {
        "stop": Ending.COMPLETE,
        "length": Ending.MAX_TOKENS,
        "tool_calls": Ending.TOOL_CALLS,
    }
    empty = Ending.EMPTY if not text and not calls else None
    assert provenance.ending == (empty or endings[finish])
    if usage is None:
        assert provenance.usage is None
    else:
        details = usage.get("prompt_tokens_details", {})
        assert provenance.usage == Usage(
            usage["prompt_tokens"],
            usage["completion_tokens"],
            usage["total_tokens"],
            details.get("cached_tokens"),
        )
    assert provenance.model == response.documents[-1]["model"]


def test_every_capture_is_an_answer_a_refusal_or_a_list() -> None:
    assert len(ANSWERS) + len(REFUSALS) + sum(map(is_list, CAPTURES)) == len(CAPTURES) >= 59


@pytest.mark.parametrize("path", ANSWERS, ids=NAMES)
def test_an_answer_is_the_same_unsplit_and_at_random_splits(serve: Serve, path: Path) -> None:
    response = taken_apart(path)
    whole = serve(response.body, prompt=LIMITED)
    compare(whole, response)
    chance = random.Random(path.stem)
    for _ in range(SPLITS):
        cuts = [chance.randrange(len(response.body)) for _ in range(chance.randrange(1, 20))]
        assert serve(response.body, chunks=cuts, prompt=LIMITED).message() == whole.message()


STREAMS = [path for path in ANSWERS if b"\ndata: [DONE]" in path.read_bytes()]


@pytest.mark.parametrize("path", STREAMS, ids=[path.stem for path in STREAMS])
def test_an_answer_that_ends_anywhere_is_a_beginning_and_says_so(serve: Serve, path: Path) -> None:
    body = taken_apart(path).body
    whole = serve(body, prompt=LIMITED)
    finish = body.index(b"\n\n", body.index(b'"finish_reason":"'))
    for size in range(0, len(body), 71):
        part = serve(body[:size], prompt=LIMITED)
        if part.error is not None:
            assert isinstance(part.error, NotAnAnswer)
            assert size <= finish
            continue
        assert whole.text.startswith(part.text)
        if part.ending is not whole.ending:
            assert part.ending is Ending.UNFINISHED
            assert size <= finish
        else:
            assert part.text == whole.text


@pytest.mark.parametrize(
    ("name", "text", "ending", "total"),
    [
        ("aimock-stream", GREETING, Ending.COMPLETE, None),
        ("aimock-stream_usage", GREETING, Ending.COMPLETE, 19),
        ("aimock-nonstream", GREETING, Ending.COMPLETE, 19),
        ("aimock-tools_stream", GREETING, Ending.COMPLETE, None),
        ("aimock-overlength", "cut by max", Ending.MAX_TOKENS, 6),
        ("aimock-overlength_stream", "cut by max", Ending.MAX_TOKENS, 6),
        ("aimock-slow_stream", "A slow answer that takes its time to arrive.", Ending.COMPLETE, 12),
        ("aimock-toolcall", "", Ending.TOOL_CALLS, 22),
        ("aimock-toolcall_stream", "", Ending.TOOL_CALLS, 22),
        ("llama_server-max_tokens_0", " nice", Ending.MAX_TOKENS, 6),
        ("llama_server-max_tokens_null", " nic", Ending.COMPLETE, 6),
        ("llama_server-messages_empty", "", Ending.EMPTY, 2),
        ("llama_server-json_schema", '{"a" : 64704', Ending.MAX_TOKENS, 17),
        ("llama_server-stream", " nice\ufffd\ufffdر\ufffdr5 brown\ufffd\x05", Ending.MAX_TOKENS,
         None),
        ("llama_server-stream_usage", " nice\ufffd\ufffdر\ufffdr5 brown\ufffd\x05",
         Ending.MAX_TOKENS, 17),
        ("llama_server-slow_prompt_ping_stream", "h\ufffd\ufffd\ufffd overi", Ending.MAX_TOKENS,
         None),
    ],
)  # fmt: skip
def test_captured_answers_are_read_correctly(
    serve: Serve, name: str, text: str, ending: Ending, total: int | None
) -> None:
    answer = serve(capture(name).body, prompt=LIMITED)
    assert (answer.text, answer.ending) == (text, ending)
    usage = answer.provenance.usage
    assert (usage.total_tokens if usage else None) == total


@pytest.mark.parametrize("name", ["aimock-toolcall", "aimock-toolcall_stream"])
def test_captured_tool_calls_are_read_correctly(serve: Serve, name: str) -> None:
    calls = serve(capture(name).body, prompt=LIMITED).message().tool_calls
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        ("get_weather", {"city": "Paris", "unit": "celsius"}),
        ("get_weather", {"city": "Rome"}),
    ]


@pytest.mark.parametrize(
    ("name", "exit_code", "sentence"),
    [
        ("aimock-bad_auth", 4, "the endpoint rejected the token (401: Invalid API key)"),
        ("aimock-missing_auth", 4, "the endpoint rejected the token (401: Invalid API key)"),
        ("aimock-bad_json", 5, "the endpoint refused the request (400: Malformed JSON: Unexpected"),
        ("aimock-messages_missing", 5, "the endpoint refused the request (400: Missing required"),
        (
            "aimock-messages_empty",
            7,
            "the endpoint is unavailable (503: Strict mode: no",
        ),
        ("aimock-boom", 7, "the endpoint is unavailable (503: upstream exploded)"),
        ("aimock-boom_stream", 7, "the endpoint is unavailable (503: upstream exploded)"),
        ("aimock-not_found", 5, "the endpoint refused the request (404: Not found)"),
        ("aimock-ratelimit", 7, "the endpoint is busy (429: Rate limited)"),
        ("aimock-ratelimit_stream", 7, "the endpoint is busy (429: Rate limited)"),
        ("llama_server-bad_auth", 4, "the endpoint rejected the token (401: Invalid API Key)"),
        ("llama_server-bad_json", 7, "the endpoint failed (500: [json.exception.parse_error.101]"),
        ("llama_server-bad_param_type", 5, "the endpoint refused the request (400: Field 'temper"),
        ("llama_server-messages_missing", 5, "the endpoint refused the request (400: 'messages'"),
        ("llama_server-loading503", 7, "the endpoint is unavailable (503: Loading model)"),
        ("llama_server-not_found", 5, "the endpoint refused the request (404: File Not Found)"),
        ("llama_server-system_last", 5, "the endpoint refused the request (400: Unable to gener"),
        ("llama_server-wrong_method", 5, "the endpoint refused the request (404: File Not Found)"),
    ],
)
def test_refusals_become_one_sentence(
    serve: Serve, name: str, exit_code: int, sentence: str
) -> None:
    response = capture(name)
    failure = serve.refuse(response.status, response.body.decode()).failure
    assert failure.exit_code == exit_code
    assert failure.sentence.startswith(sentence)


@pytest.mark.parametrize("path", CAPTURES, ids=[path.stem for path in CAPTURES])
def test_every_capture_comes_as_it_was_sent_in_random_pieces(path: Path) -> None:
    raw, response = path.read_bytes(), taken_apart(path)
    chance = random.Random(path.stem)
    places = sorted({0, len(raw), *(chance.randrange(len(raw)) for _ in range(12))})
    behave = plays(*(raw[a:b] for a, b in pairwise(places)))
    with FaultServer(behave) as server, asking(server.base_url, timeouts=timeouts(9, 9)) as asked:
        if is_list(path):
            names = [row["id"] for row in response.documents[0]["data"]]
            assert [model.name for model in asked.client.list_models()] == names != []
        elif response.status == 200:
            compare(Answer(asked.deltas(LIMITED)), response)
        else:
            _compare_refusal(asked, response)
    retried = response.status in {429, 500, 503}
    assert len(asked.waits) == (2 if retried else 0)


def _compare_refusal(asked: Asking, response: Response) -> None:
    failure = asked.failure(LIMITED)
    assert isinstance(failure, EndpointError)
    assert str(response.status) in failure.sentence


def capture(name: str) -> Response:
    return taken_apart(next(path for path in CAPTURES if path.stem == name))
