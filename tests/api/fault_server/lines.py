"""Rows "connecting", "cut" and "pace" of the table of faults."""

from __future__ import annotations

from tests.api.fault_server.case import NO_ANSWER, PARTIAL, UNREACHED, WHOLE, Case
from tests.api.fault_server.scripts import (
    FOREVER,
    HELLO,
    Step,
    answer,
    at_once,
    chunk,
    chunked,
    document,
    drip,
    event,
    events,
    head,
    in_turn,
    over_and_over,
    plays,
    reset,
    with_length,
    zipped,
)

PING = b": ping\n\n"
ROLE = event({"choices": [{"delta": {"role": "assistant"}}]})
HI = event(chunk("Hi"))
SHORT = b'data:{"choices":[{"delta":{"content":"Hi"}}]}\n\n'
STOP = event(chunk(finish="stop"))
CODED = head(Transfer_Encoding="chunked")


def _connecting() -> list[Case]:
    rows = [
        ("reset at once", at_once(reset), 3),
        ("closed at once", at_once(), 3),
        ("reset after the request", plays(reset), 3),
        ("closed after the request", plays(), 3),
        ("half a status line", plays(b"HTTP/1.1 20"), 0),
        ("half a header", plays(b"HTTP/1.1 200 OK\r\nContent-Ty"), 0),
        ("not HTTP", plays(b"220 mail.example ESMTP\r\n"), 0),
        ("not HTTP at once", at_once(b"SSH-2.0-OpenSSH_9.6\r\n", 0.2), 0),
        ("nonsense", plays(bytes(range(256))), 1),
        ("HTTP/0.9", plays(b"<html>hello</html>\r\n\r\n"), 1),
        ("a status of letters", plays(b"HTTP/1.1 abc OK\r\n\r\n"), 1),
        ("a header without a colon", plays(b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"), 1),
        ("a header with NUL", plays(b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n"), 1),
        ("two lengths", plays(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n"),
         1),
        ("a TLS alert", plays(b"\x15\x03\x01\x00\x02\x02\x46"), 0),
    ]  # fmt: skip
    cases = [
        Case("connecting", name, behave, UNREACHED, requests=count) for name, behave, count in rows
    ]
    good = plays(head() + answer())
    return [
        *cases,
        Case("connecting", "reset once, then an answer", in_turn(at_once(reset), good), WHOLE,
             HELLO),
        Case("connecting", "closed twice, then an answer", in_turn(plays(), plays(), good), WHOLE,
             HELLO, requests=3),
    ]  # fmt: skip


def _cuts() -> list[Case]:
    half = head(Content_Length="100000")
    places: list[tuple[str, list[Step], str]] = [
        ("between events", [HI, HI], "HiHi"),
        ("in an event", [HI, HI[:20]], "Hi"),
        ("in a character", [HI, event(chunk("é")).replace(b"\\u00e9", b"\xc3\xa9")[:-12]], "Hi"),
        ("after only the role", [ROLE], ""),
        ("before any event", [], ""),
        ("within the first event", [HI[:25]], ""),
        ("after a comment", [PING], ""),
        ("in a held end mark", [HI, event(chunk("</s"))], "Hi</s"),
    ]
    ways: list[tuple[str, Step, list[Step], int]] = [
        ("a clean end", head(), [], NO_ANSWER),
        ("a reset", head(), [reset], UNREACHED),
        ("an end before the length", half, [], UNREACHED),
    ]
    cases = [
        Case("cut", f"{place}, {way}", plays(start, *steps, *after), PARTIAL if text else nothing,
             text)
        for place, steps, text in places
        for way, start, after, nothing in ways
    ]  # fmt: skip
    squeezed = zipped(HI * 40 + STOP)
    body = chunked(HI + HI)
    return [
        *cases,
        Case("cut", "in a chunk", plays(CODED, body[:-20]), PARTIAL, "Hi"),
        Case("cut", "before the last chunk", plays(CODED, body[:-5]), PARTIAL, "HiHi"),
        Case("cut", "in a chunk's size", plays(CODED, body[:-5] + b"ff"), PARTIAL, "HiHi"),
        Case("cut", "nonsense for a chunk's size", plays(CODED, body[:-5] + b"zz\r\n"), PARTIAL,
             "HiHi"),
        Case("cut", "reset in a chunk", plays(CODED, body[:-20], reset), PARTIAL, "Hi"),
        Case("cut", "after finish_reason", plays(half, HI, STOP, reset), WHOLE, "Hi"),
        Case("cut", "after [DONE]", plays(half, HI, event("[DONE]"), reset), WHOLE, "Hi"),
        Case("cut", "gzip before its end",
             plays(head(Content_Encoding="gzip"), zipped(HI, whole=False)), PARTIAL, "Hi"),
        Case("cut", "gzip after its end mark",
             plays(head(Content_Encoding="gzip"), squeezed[:-4]), WHOLE, "Hi" * 40),
        Case("cut", "a JSON answer", plays(half, _json()[:-30]), UNREACHED),
        Case("cut", "a whole JSON answer with too great a length", plays(half, _json()), WHOLE,
             HELLO),
        Case("cut", "a JSON answer at its own length",
             plays(with_length("200 OK", _json()[:-30])), NO_ANSWER),
    ]  # fmt: skip


def _json() -> bytes:
    import json

    return json.dumps(document()).encode()


def _paces() -> list[Case]:
    slow = answer()
    alive: list[tuple[str, list[Step], str]] = [
        ("bytes that drip", [head(), drip(slow, 0.002)], HELLO),
        ("a head that drips", [drip(head(), 0.005), slow], HELLO),
        ("slow deltas", [head(), over_and_over(HI, 6, 0.4), STOP], "Hi" * 6),
        ("slow deltas for longer than any timeout", [head(), over_and_over(HI, 10, 0.4), STOP],
         "Hi" * 10),
        ("an event that drips", [head(), drip(SHORT, 0.005), STOP], "Hi"),
        ("pings before the first text", [head(), over_and_over(PING, 9, 0.03), slow], HELLO),
        ("pings in the middle", [head(), HI, over_and_over(PING, 6, 0.03), HI, STOP], "HiHi"),
        ("pings with data", [head(), over_and_over(b"data: {}\n\n", 7, 0.03), slow], HELLO),
        ("a first text just in time", [0.5, head(), 0.5, slow], HELLO),
        ("a stall after finish_reason", [head(), HI, STOP, FOREVER], "Hi"),
        ("pings after finish_reason", [head(), HI, STOP, over_and_over(PING, 90, 0.1)], "Hi"),
        ("a stall after [DONE]", [head(), HI, event("[DONE]"), FOREVER], "Hi"),
        ("usage late after finish_reason", [head(), HI, STOP, 0.3, events({"choices": [],
         "usage": {"total_tokens": 3}}, "[DONE]")], "Hi"),
    ]  # fmt: skip
    ends: list[tuple[str, list[Step], int, str]] = [
        ("a stall before the head", [FOREVER], UNREACHED, ""),
        ("a stall within the head", [head()[:30], FOREVER], UNREACHED, ""),
        ("a stall before text", [head(), FOREVER], UNREACHED, ""),
        ("a stall after the role", [head(), ROLE, FOREVER], UNREACHED, ""),
        ("a stall in the middle", [head(), HI, FOREVER], PARTIAL, "Hi"),
        ("a stall in an event", [head(), HI, HI[:20], FOREVER], PARTIAL, "Hi"),
        ("a stall in a chunk", [CODED, chunked(HI)[:-9], FOREVER], UNREACHED, ""),
        ("a stall of a JSON answer", [head(), _json()[:-30], FOREVER], UNREACHED, ""),
        ("a head that drips for too long", [drip(head(), 0.05), slow], UNREACHED, ""),
        ("an event that drips for too long", [head(), drip(SHORT, 0.06), STOP], UNREACHED, ""),
        ("a document that drips for too long", [head(), drip(_json(), 0.05)], UNREACHED, ""),
        ("pings for too long", [head(), over_and_over(PING, 9, 0.3), slow], UNREACHED, ""),
        (
            "pings in the middle for too long",
            [head(), HI, over_and_over(PING, 9, 0.3), HI, STOP],
            PARTIAL,
            "Hi",
        ),
        (
            "pings with data for too long",
            [head(), over_and_over(b"data: {}\n\n", 9, 0.3), slow],
            UNREACHED,
            "",
        ),
        ("pings for ever", [head(), over_and_over(PING, 200, 0.1)], UNREACHED, ""),
        ("pings for ever after text", [head(), HI, over_and_over(PING, 200, 0.1)], PARTIAL, "Hi"),
        ("a head for ever", [drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300, 0.1)], UNREACHED, ""),
    ]
    return [
        *(Case("pace", name, plays(*steps), WHOLE, text, requests=1, longest=10)
          for name, steps, text in alive),
        *(Case("pace", name, plays(*steps), code, text, requests=1, longest=8)
          for name, steps, code, text in ends),
    ]  # fmt: skip


CASES = [*_connecting(), *_cuts(), *_paces()]
