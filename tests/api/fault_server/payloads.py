"""Rows "payload", "finish_reason", "damage" and "errors in the stream" of the table of faults."""

from __future__ import annotations

import json

from tests.api.fault_server.case import FAILED, NO_ANSWER, PARTIAL, REFUSED, WHOLE, Case
from tests.api.fault_server.scripts import (
    FOREVER,
    HELLO,
    Json,
    chunk,
    deltas,
    document,
    event,
    head,
    over_and_over,
    plays,
    streams,
    with_length,
)

STOP = chunk(finish="stop")
DONE = "[DONE]"


def _choice(**members: Json) -> dict[str, Json]:
    return {"choices": [members]}


def _said(delta: Json, **members: Json) -> dict[str, Json]:
    return _choice(delta=delta, **members)


def _payloads() -> list[Case]:
    rows: list[tuple[str, list[Json], str]] = [
        ("a bare chunk", [_said({"content": "Hi"}), DONE], "Hi"),
        ("null members", [{"id": None, "created": None, "model": None, "usage": None,
                           "choices": [{"index": None, "delta": {"content": "Hi"},
                                        "finish_reason": None, "logprobs": None}]}, STOP], "Hi"),
        ("a role in every delta", [_said({"role": "assistant", "content": c}) for c in "Hi"]
         + [STOP], "Hi"),
        ("content null at first", [chunk(), _said({"role": "assistant", "content": None}),
                                   chunk("Hi"), STOP], "Hi"),
        ("choices null", [{"choices": None}, chunk("Hi"), STOP], "Hi"),
        ("choices empty", [{"choices": []}, chunk("Hi"), STOP], "Hi"),
        ("a choice of null", [{"choices": [None, []]}, chunk("Hi"), STOP], "Hi"),
        ("delta null", [_said(None), _said([]), _said({}), chunk("Hi"), STOP], "Hi"),
        ("JSON scalars", [b"null", b"1", b'"x"', b"true", b"[]", chunk("Hi"), STOP], "Hi"),
        ("empty events", [b"", b"  ", chunk("Hi"), STOP], "Hi"),
        ("a message for a delta", [_choice(message={"content": "Hi"}), STOP], "Hi"),
        ("text for a delta", [_choice(text="Hi"), STOP], "Hi"),
        ("content as parts", [_said({"content": [{"type": "text", "text": "H"}, "i", {"x": 1}]}),
                              STOP], "Hi"),
        ("content as a number", [_said({"content": 42}), STOP], "42"),
        ("unknown members", [chunk("Hi", x=1, system_fingerprint=[], service_tier={}), STOP], "Hi"),
        ("the end mark alone", [chunk("Hi"), chunk("</s>"), STOP, DONE], "Hi"),
        ("the end mark glued", [chunk("Hi</s>"), STOP, DONE], "Hi"),
        ("the end mark split", [chunk("Hi<"), chunk("/s"), chunk(">"), STOP, DONE], "Hi"),
        ("the end mark on the finish", [chunk("Hi</s>", "stop")], "Hi"),
        ("the end mark twice", [chunk("Hi</s>"), chunk("</s>"), STOP], "Hi"),
        ("the end mark inside", [chunk("<s>a</s>b</"), chunk("s> c"), STOP], "<s>a</s>b</s> c"),
        ("half an end mark", [chunk("Hi</s"), STOP, DONE], "Hi</s"),
        ("control characters", [chunk("a\x00b\x07c\x1b]0;x\x07\x0b\x0c\x85\u2028"), STOP],
         "a\x00b\x07c\x1b]0;x\x07\x0b\x0c\x85\u2028"),
        ("raw control characters", [b'{"choices":[{"delta":{"content":"a\tb\x01"}}]}', STOP],
         "a\tb\x01"),
        ("broken UTF-8", [b'{"choices":[{"delta":{"content":"a\xffb\xc3"}}]}', STOP],
         "a\ufffdb\ufffd"),
        ("a surrogate pair", [b'{"choices":[{"delta":{"content":"\\ud83d\\udc4b"}}]}', STOP], "👋"),
        ("a split surrogate pair", [b'{"choices":[{"delta":{"content":"x\\ud83d"}}]}',
                                    b'{"choices":[{"delta":{"content":"\\udc4by"}}]}', STOP],
         "x👋y"),
        ("half a surrogate pair", [b'{"choices":[{"delta":{"content":"x\\ud83d"}}]}',
                                   chunk("y"), STOP], "x\ufffdy"),
        ("half a pair at the end", [b'{"choices":[{"delta":{"content":"x\\ud83d"}}]}', STOP],
         "x\ufffd"),
        ("reasoning before", [_said({"reasoning_content": "hm"}), chunk("Hi"), STOP], "Hi"),
        ("reasoning elsewhere", [_said({"reasoning": "hm", "content": ""}), chunk("Hi"), STOP],
         "Hi"),
        ("reasoning in the content", [chunk("<think>hm</think>Hi"), STOP], "<think>hm</think>Hi"),
        ("usage null", [chunk("Hi", usage=None), STOP], "Hi"),
        ("usage of strings", [chunk("Hi", usage={"prompt_tokens": "5"}), STOP], "Hi"),
        ("usage of nonsense", [chunk("Hi", usage=[1]), chunk(usage={"prompt_tokens": {}}), STOP],
         "Hi"),
        ("usage on a chunk of its own", [chunk("Hi"), STOP, {"choices": [], "usage": {}}], "Hi"),
        ("an unknown finish_reason", [chunk("Hi"), chunk(finish="end_turn")], "Hi"),
        ("another unknown finish_reason", [chunk("Hi", "eos_token")], "Hi"),
        ("an empty finish_reason", [chunk("Hi", ""), DONE], "Hi"),
        ("a finish_reason of nonsense", [chunk("Hi", 7), chunk(finish={}), DONE], "Hi"),
        ("no finish_reason but [DONE]", [chunk("Hi"), DONE], "Hi"),
        ("finish_reason on the last text", [chunk("H"), chunk("i", "stop"), DONE], "Hi"),
        ("text after the finish_reason", [chunk("H", "stop"), chunk("i"), DONE], "Hi"),
        ("[DONE] between blanks", [chunk("Hi"), b"  [DONE] "], "Hi"),
        ("error: null", [chunk("Hi", error=None), STOP], "Hi"),
        ("error: an empty object", [chunk("Hi", error={}), STOP], "Hi"),
        ("an index that is no number", [_said({"content": "Hi"}, index="0"), STOP], "Hi"),
        ("an index below 0", [_said({"content": "Hi"}, index=-1), STOP], "Hi"),
    ]  # fmt: skip
    cases = [Case("payload", name, streams(*data), WHOLE, text) for name, data, text in rows]
    nothing: list[tuple[str, list[Json]]] = [
        ("only [DONE]", [DONE]),
        ("only a role", [_said({"role": "assistant"}), STOP, DONE]),
        ("only nonsense", [b"null", b"x", b"{}"]),
        ("only an empty text", [chunk(""), STOP, DONE]),
        ("only the end mark", [chunk("</s>"), STOP, DONE]),
        ("only usage", [{"choices": [], "usage": {"total_tokens": 3}}, DONE]),
        ("only reasoning", [_said({"reasoning": "hm"}), STOP, DONE]),
    ]
    cases += [Case("payload", name, streams(*data), NO_ANSWER) for name, data in nothing]
    return cases


def _finish_reasons() -> list[Case]:
    row = "finish_reason"
    cuts = ["length", "LENGTH", "max_tokens", "MAX_TOKENS", "Max_Output_Tokens", "model_length"]
    failures = ["error", "abort", "ABORT", "aborted", "cancelled", "canceled", "Cancelled"]
    unknown = ["weary", "END_TURN", "eos_token", "x" * 1000, "a\x1b]0;b\x07"]
    ollama = [{"message": {"content": "H"}, "done": False}, {"message": {"content": "i"}}]
    ends: list[tuple[str, Json, int, str]] = [
        ("done", {"done": True}, WHOLE, ""),
        ("done with a message", {"message": {"content": ""}, "done": True}, WHOLE, ""),
        ("done because of stop", {"done": True, "done_reason": "stop"}, WHOLE, ""),
        ("done because of length", {"done": True, "done_reason": "length"}, PARTIAL, "limit"),
        ("not done", {"done": False}, PARTIAL, "closed the connection early"),
        ("an error", {"error": "boom"}, PARTIAL, "boom"),
    ]
    kind = "application/x-ndjson"
    return [
        *(Case(row, f"cut by {why}", streams(chunk("Hi"), chunk(finish=why), DONE), PARTIAL, "Hi",
               "cut") for why in [*cuts, "content_filter", "Content_Filter"]),
        *(Case(row, f"failed by {why}", streams(chunk("Hi"), chunk(finish=why), DONE), PARTIAL,
               "Hi", f"the endpoint failed ({why})") for why in failures),
        *(Case(row, f"failed by {why} before text", streams(chunk(finish=why), DONE), FAILED, "",
               f"the endpoint failed ({why})") for why in failures),
        *(Case(row, f"unknown: {why[:20]!r}", streams(chunk("Hi", why), DONE), WHOLE, "Hi",
               f'ended the answer with "{why[:1]}') for why in unknown),
        Case(row, "STOP", streams(chunk("Hi"), chunk(finish="STOP")), WHOLE, "Hi"),
        *(Case(row, f"Ollama, {name}",
               plays(with_length("200 OK", _lines([*ollama, end]), kind)), code, "Hi", says)
          for name, end, code, says in ends),
        Case(row, "Ollama, slow lines", plays(head(kind=kind),
             over_and_over(_lines(ollama), 5, 0.4), _lines([{"done": True}]), FOREVER),
             WHOLE, "Hi" * 5, longest=10),
    ]  # fmt: skip


def _damages() -> list[Case]:
    good = ["H", "e", "y"]
    parts: list[tuple[str, Json]] = [
        ("no JSON", b"hello"),
        ("half a JSON", b'{"choices": [{"delta": {"content": "x'),
        ("JSON and more", b'{"choices": []} x'),
        ("deep JSON", b'{"choices": ' + b"[" * 200_000),
        ("choices of a text", {"choices": "x"}),
        ("choices of an object", {"choices": {"0": {"delta": {"content": "x"}}}}),
        ("choices of a number", {"choices": 7}),
        ("a choice of a text", {"choices": ["x"]}),
        ("a choice of a number", {"choices": [7]}),
        ("a choice of a list", {"choices": [[{"delta": {"content": "x"}}]]}),
        ("a delta of a text", _said("x")),
        ("a delta of a list", _said([{"content": "x"}])),
        ("a delta of a number", _said(7)),
        ("a message of a text", _choice(message="x")),
        ("content of an object", _said({"content": {"x": "y"}})),
        ("content of true", _said({"content": True})),
        ("content of lists", _said({"content": [["x"]]})),
        ("a text of an object", _choice(text={"x": "y"})),
        ("calls of a text", _said({"tool_calls": "x"})),
        ("a call of a text", _said({"tool_calls": ["x"]})),
        ("a function of a text", _said({"tool_calls": [{"index": 0, "function": "x"}]})),
    ]
    says = "part of the answer could not be read"
    cases = []
    for name, part in parts:
        for place in range(len(good) + 2):
            data: list[Json] = [*map(chunk, good), STOP]
            data.insert(place, part)
            behave = streams(*data, DONE)
            cases.append(Case("damage", f"{name} at {place}", behave, PARTIAL, "Hey", says, 1))
        lone = streams(part, STOP, DONE)
        cases.append(Case("damage", f"{name} alone", lone, NO_ANSWER, requests=1))
    lines = _lines([chunk("H"), "", chunk("i", "stop")]).replace(b'""', b"{x}")
    twice = streams(chunk("H"), b"{", chunk("i"), b"{", STOP, DONE)
    return [
        *cases,
        Case("damage", "two events", twice, PARTIAL, "Hi", says),
        Case("damage", "a line of JSON", plays(with_length("200 OK", lines)), PARTIAL, "Hi", says),
        Case("damage", "a lost connection too", plays(head(Content_Length="9999"),
             event(chunk("Hi")), event(b"{")), PARTIAL, "Hi", "closed the connection"),
    ]  # fmt: skip


def _lines(values: list[Json]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def _errors() -> list[Case]:
    nested = {"error_type": "x", "error_message": json.dumps({"detail": "boom"})}
    rows: list[tuple[str, bytes]] = [
        ("an error object", event({"error": {"message": "boom", "code": 500}})),
        ("an error string", event({"error": "boom"})),
        ("an error event", b'event: error\ndata: {"message": "boom"}\n\n'),
        ("an error event of text", b"event: error\ndata: boom\n\n"),
        ("an error event of a string", b'event: error\ndata: "boom"\n\n'),
        ("a detail", event({"detail": "boom"})),
        ("an object called error", event({"object": "error", "message": "boom"})),
        ("a type called error", event({"type": "error", "message": "boom"})),
        ("JSON in a string", event(nested)),
        ("an error beside choices", event({"choices": [], "error": {"message": "boom"}})),
        ("finish_reason error", event(_said({}, finish_reason="error", error={"message": "boom"}))),
        ("an error list", event({"errors": [{"message": "boom"}]})),
        ("a message alone", event({"message": "boom"})),
        ("a bare line of JSON", b': x\n{"error": {"message": "boom"}}\n'),
    ]
    text = b"".join(map(event, deltas("Hi")))
    cases = []
    for name, error in rows:
        done = b"" if error.startswith(b":") else event(DONE)
        before = plays(head(), error, done)
        after = plays(head(), text, error, done)
        cases += [
            Case("errors in the stream", f"{name} before text", before, FAILED, says="boom",
                 requests=1),
            Case("errors in the stream", f"{name} after text", after, PARTIAL, "Hi", "boom",
                 requests=1),
        ]  # fmt: skip
    long = {"error": {"message": "maximum context length is 1000 tokens, not 1500"}}
    within = {"choices": [{"delta": {"content": "Hi"}}], "error": {"message": "boom"}}
    return [
        *cases,
        Case("errors in the stream", "too long a context", streams(long), REFUSED, says="500"),
        Case("errors in the stream", "beside its text", streams(within), PARTIAL, "Hi", "boom"),
        Case("errors in the stream", "after finish_reason", streams(chunk("Hi"), STOP, long),
             PARTIAL, "Hi"),
        Case("errors in the stream", "an error in a JSON answer",
             plays(with_length("200 OK", json.dumps(document(HELLO, "error")).encode())), PARTIAL,
             HELLO),
    ]  # fmt: skip


CASES = [*_payloads(), *_finish_reasons(), *_damages(), *_errors()]
