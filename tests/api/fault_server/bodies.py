"""Rows "not a stream", "framing" and "hostile sizes" of the table of faults."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.api.fault_server.case import FAILED, NO_ANSWER, PARTIAL, WHOLE, Case, whole
from tests.api.fault_server.scripts import (
    HELLO,
    Json,
    Step,
    answer,
    chunk,
    chunked,
    deflated,
    deltas,
    document,
    drip,
    event,
    events,
    head,
    late,
    over_and_over,
    plays,
    streams,
    with_length,
    zipped,
)

MARK = b"\xef\xbb\xbf"
PING = b": ping\n\n"
LINE = b'data: {"choices": [{"delta": {"content": "x"}}]}\n\n'


def _json(value: Json, kind: str = "application/json") -> Step:
    return with_length("200 OK", json.dumps(value).encode(), kind)


def _no_streams() -> list[Case]:
    lines = b"\n".join(json.dumps(each).encode() for each in [*deltas(), chunk(finish="stop")])
    told = {"error": {"message": "overloaded"}}
    answers: list[tuple[str, Step]] = [
        ("a JSON answer", _json(document())),
        ("a JSON answer called a stream", _json(document(), "text/event-stream")),
        ("a JSON answer called text", _json(document(), "text/plain")),
        ("a JSON answer after blanks", with_length("200 OK", b"\r\n \t" + _body(document()))),
        ("a JSON answer after a byte order mark", with_length("200 OK", MARK + _body(document()))),
        ("a JSON answer on many lines", with_length("200 OK", _body(document(), indent=2))),
        ("a JSON answer without choices", _json({"message": {"content": HELLO}, "done": True})),
        ("a JSON answer of an older kind", _json({"choices": [{"text": HELLO}]})),
        ("a list of one answer", _json([document()])),
        ("one JSON a line", with_length("200 OK", lines, "application/x-ndjson")),
        ("a stream called JSON", with_length("200 OK", answer())),
        ("a stream called HTML", with_length("200 OK", answer(), "text/html")),
        ("a stream of no type", head("200 OK", "") + answer()),
    ]
    nothings: list[tuple[str, Step, int, str]] = [
        ("a JSON error", _json(told), FAILED, "overloaded"),
        ("a JSON error of text", _json({"error": "no"}), FAILED, "no"),
        ("a JSON detail", _json({"detail": "no"}), FAILED, "no"),
        ("a list of errors", _json([told]), FAILED, "overloaded"),
        ("a JSON message", _json({"message": "Limit reached"}), FAILED, "Limit reached"),
        ("a page", with_length("200 OK", b"<html><title>Log in</title>", "text/html"), NO_ANSWER,
         "Log in"),
        ("text", with_length("200 OK", b"Welcome to nginx", "text/plain"), NO_ANSWER, "Welcome"),
        ("text byte by byte", head(Transfer_Encoding="chunked") + chunked(b"Welcome to nginx", 1),
         NO_ANSWER, "Welcome"),
        ("other JSON", _json({"status": "ok"}), NO_ANSWER, "JSON"),
        ("a JSON list", _json([]), NO_ANSWER, "JSON"),
        ("an empty choice list", _json({"choices": []}), NO_ANSWER, "JSON"),
        ("broken JSON", with_length("200 OK", b'{"choices": [{]}'), NO_ANSWER, ""),
        ("an empty body", with_length("200 OK", b""), NO_ANSWER, "empty"),
        ("blanks", with_length("200 OK", b"\n\n  \n"), NO_ANSWER, "empty"),
        ("a picture", with_length("200 OK", b"\x89PNG\r\n\x1a\n" + bytes(range(256))), NO_ANSWER,
         ""),
        ("an answer of null", _json(document(None)), NO_ANSWER, ""),
    ]  # fmt: skip
    return whole("not a stream", [(name, plays(step)) for name, step in answers]) + [
        Case("not a stream", name, plays(step), code, says=says)
        for name, step, code, says in nothings
    ]


def _body(value: Json, indent: int | None = None) -> bytes:
    return json.dumps(value, indent=indent).encode()


def _framings() -> list[Case]:
    body = answer()
    mixed = b"".join(
        event(each, end) for each, end in zip(
            [*deltas(), chunk(finish="stop"), "[DONE]"], ["\n", "\r", "\r\n"] * 20, strict=False
        )
    )  # fmt: skip
    split = json.dumps(chunk(HELLO, "stop"), indent=1).replace("\n", "\ndata: ").encode()
    coded = {"Transfer_Encoding": "chunked"}
    steps: list[tuple[str, list[Step]]] = [
        ("LF", [head(), body]),
        ("CR", [head(), answer(end="\r")]),
        ("CRLF", [head(), answer(end="\r\n")]),
        ("mixed line ends", [head(), mixed]),
        ("a byte order mark", [head(), MARK + body]),
        ("comments", [head(), b": OPENROUTER PROCESSING\n\n" + body.replace(b"\n\n", b"\n:x\n\n")]),
        ("pings without data", [head(), b"event: ping\n\n" + body]),
        ("pings with data", [head(), b'event: ping\ndata: {"type": "ping"}\n\n' + body]),
        ("only retry", [head(), b"retry: 3000\n\n" + body]),
        ("ids and unknown fields", [head(), body.replace(b"data:", b"id: 7\nfoo: bar\ndata:")]),
        ("no space", [head(), body.replace(b"data: ", b"data:")]),
        ("several data lines", [head(), b"data: " + split + b"\n\ndata: [DONE]\n\n"]),
        ("no last blank line", [head(), body.removesuffix(b"\n\n")]),
        ("event names", [head(), body.replace(b"data:", b"event: completion.chunk\ndata:")]),
        ("one chunk", [head(**coded), chunked(body)]),
        ("chunks of one byte", [head(**coded), chunked(body, 1)]),
        ("chunks of seven bytes", [head(**coded), chunked(body, 7)]),
        ("chunk extensions", [head(**coded), chunked(body, 50, b';a=b;c="d"')]),
        ("trailers", [head(**coded), chunked(body)[:-2] + b"X-Cost: 1\r\n\r\n"]),
        ("a length", [with_length("200 OK", body, "text/event-stream")]),
        ("HTTP/1.0", [head(version="1.0"), body]),
        ("HTTP/1.1 that closes", [head(Connection="close"), body]),
        ("100 before", [b"HTTP/1.1 100 Continue\r\n\r\n", head(), body]),
        ("103 before", [b"HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n", head(), body]),
        ("gzip", [head(Content_Encoding="gzip"), zipped(body)]),
        ("x-gzip in bytes", [head(Content_Encoding="X-GZIP", **coded), chunked(zipped(body), 1)]),
        ("gzip of two members", [head(Content_Encoding="gzip"), zipped(body[:99]),
         zipped(body[99:])]),
        ("deflate", [head(Content_Encoding="deflate"), deflated(body)]),
        ("bare deflate", [head(Content_Encoding="deflate"), deflated(body, bare=True)]),
        ("deflate in bytes", [head(Content_Encoding="deflate"), drip(deflated(body), 0.0)]),
        ("gzip by name only", [head(Content_Encoding="gzip"), body]),
        ("identity", [head(Content_Encoding="identity"), body]),
        ("latin-1 by name only", [head(kind="text/event-stream; charset=latin-1"), body]),
        ("a charset of nonsense", [head(kind='text/event-stream;charset="x;y'), body]),
        ("bytes after [DONE]", [head(), body + event({"error": "late"}), 0.2]),
        ("an open connection after [DONE]", [head(), body, 30.0]),
        ("a slow head and body", [drip(head(), 0.005), drip(body, 0.0005)]),
    ]  # fmt: skip
    cases = whole("framing", [(name, plays(*each)) for name, each in steps])
    return [
        *cases,
        *_wrong_checksums(),
        Case("framing", "br that nobody asked for", plays(head(Content_Encoding="br"), b"\x8b\x03"),
             NO_ANSWER, says="br", requests=1),
        Case("framing", "damaged gzip",
             plays(head(Content_Encoding="gzip"), zipped(body)[:20] + b"\xff" * 40), NO_ANSWER),
        Case("framing", "a 10 MB delta", streams(chunk("x" * 10_000_000), chunk(finish="stop")),
             WHOLE, "x" * 10_000_000, longest=30, heavy=True),
        Case("framing", "a 10 MB delta of é in escapes",
             streams(chunk("é" * 4_000_000), chunk(finish="stop")),
             WHOLE, "é" * 4_000_000, longest=30, heavy=True),
        Case("framing", "100,000 deltas",
             plays(head(), late(lambda: LINE * 100_000), events(chunk(finish="stop"), "[DONE]")),
             WHOLE, "x" * 100_000, longest=30, heavy=True),
    ]  # fmt: skip


def _wrong_checksums() -> list[Case]:
    body, json_body = answer(), _body(document())
    packed: dict[str, Callable[[bytes], bytes]] = {"gzip": zipped, "deflate": deflated}
    lasts = {"checksum": -8, "length": -1}  # of gzip
    cases = []
    for name, pack in packed.items():
        for what, place in lasts.items() if name == "gzip" else [("checksum", -1)]:
            for kind, content in [("stream", body), ("JSON answer", json_body)]:
                damaged = bytearray(pack(content))
                damaged[place] ^= 1
                for step in (bytes(damaged), drip(bytes(damaged), 0.0)):
                    way = " byte by byte" if callable(step) else ""
                    cases.append(
                        Case("compression", f"{name} of a {kind} with a wrong {what}{way}",
                             plays(head(Content_Encoding=name), step), PARTIAL, HELLO, "damaged", 1)
                    )  # fmt: skip
    start, rest = zipped(body[:200], whole=False), b"\x07" + bytes(60)
    text = "".join(json.loads(each[5:])["choices"][0]["delta"].get("content") or ""
                   for each in body[:200].split(b"\n\n")[:-1])  # fmt: skip
    return [
        *cases,
        Case("compression", "damage in the middle", plays(head(Content_Encoding="gzip"),
             start + rest), PARTIAL, text, "damaged", 1),
    ]  # fmt: skip


def _sizes() -> list[Case]:
    deep = b'{"choices": ' + b"[" * 200_000
    number = b'{"created": ' + b"1" * 10_000 + b', "choices": [{"delta": {"content": "Hi"}}]}'
    many = "".join(f"X-{i}: {'y' * 80}\r\n" for i in range(50))
    rows: list[tuple[str, list[Step], int, str]] = [
        ("a giant header", [b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500_000], NO_ANSWER, ""),
        ("headers without end", [b"HTTP/1.1 200 OK\r\n", over_and_over(b"X: y\r\n", 100_000)],
         NO_ANSWER, ""),
        ("many headers", [head()[:-2] + many.encode() + b"\r\n", answer()], WHOLE, HELLO),
        ("deep JSON alone", [head(), b"data: " + deep + b"\n\n"], NO_ANSWER, ""),
        ("deep JSON among others", [head(), b"data: " + deep + b"\n\n" + answer()], PARTIAL, HELLO),
        ("a deep JSON body", [with_length("200 OK", deep)], NO_ANSWER, ""),
        ("a number of 10,000 digits", [head(), event(number), b"data: [DONE]\n\n"], WHOLE, "Hi"),
    ]  # fmt: skip
    cases = [
        Case("hostile sizes", name, plays(*steps), code, text, requests=1 if text else 0)
        for name, steps, code, text in rows
    ]
    million = b"x" * 1_000_000
    floods: list[tuple[str, list[Step]]] = [
        ("a line without end", [head(), over_and_over(million, 60)]),
        ("a data line without end", [head(), b"data: ", over_and_over(million, 60)]),
        ("data lines without end", [head(), over_and_over(b"data: x\n" * 100_000, 80)]),
        ("comments without end", [head(), over_and_over(PING * 100_000, 100)]),
        ("pings with data without end", [head(), over_and_over(b"data: {}\n\n" * 50_000, 180)]),
        ("blanks without end", [head(), over_and_over(b"\n" * 1_000_000, 80)]),
        ("JSON without end", [head(), b"[", over_and_over(b'"x",' * 250_000, 60)]),
        (
            "JSON of too many values",
            [late(lambda: with_length("200 OK", b"[" + b"{}," * 2_000_000 + b"0]"))],
        ),
        ("a gzip bomb", [head(Content_Encoding="gzip"), late(lambda: zipped(bytes(40_000_000)))]),
        (
            "a deflate bomb",
            [head(Content_Encoding="deflate"), late(lambda: deflated(bytes(40_000_000)))],
        ),
    ]
    mib = "x" * 1024 * 1024
    thought = event({"choices": [{"delta": {"reasoning_content": mib}}]})
    call = {"index": 0, "function": {"name": "f", "arguments": mib}}
    lines = json.dumps({"message": {"content": mib}}).encode() + b"\n"
    endless: list[tuple[str, list[Step], str]] = [
        ("an answer", [over_and_over(event(chunk(mib)), 60)], mib * 32),
        ("reasoning", [over_and_over(thought, 60)], ""),
        ("reasoning after text", [event(chunk("Hi")), over_and_over(thought, 60)], "Hi"),
        ("tool calls", [over_and_over(event({"choices": [{"delta": {"tool_calls": [call]}}]}), 60)],
         ""),
        ("text after the finish_reason", [event(chunk("", "stop")),
         over_and_over(event(chunk(mib)), 60)], mib * 32),
        ("lines of JSON", [over_and_over(lines, 60)], mib * 32),
    ]  # fmt: skip
    cases += [
        Case("endless answers", name, plays(head(), *steps), PARTIAL, text, "endless answer", 1,
             longest=30, heavy=True)
        for name, steps, text in endless
    ]  # fmt: skip
    return cases + [
        Case("hostile sizes", name, plays(*steps), NO_ANSWER, longest=30, requests=1, heavy=True)
        for name, steps in floods
    ]


CASES = [*_no_streams(), *_framings(), *_sizes()]
