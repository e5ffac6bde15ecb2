"""Rows "status", "rate" and "redirects" of the table of faults."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.api.fault_server.case import (
    FAILED,
    NO_ANSWER,
    REFUSED,
    REFUSED_TOKEN,
    TOKEN,
    UNREACHED,
    WHOLE,
    Case,
)
from tests.api.fault_server.scripts import (
    FOREVER,
    HELLO,
    answer,
    head,
    in_turn,
    plays,
    refuses,
    streams,
    with_length,
    zipped,
)

PAGE = b"<!DOCTYPE html><html><head><title>Bad   gateway</title></head><body>10.1.2.3</body></html>"
DETAILS = [
    {"type": "missing", "loc": ["body", "messages", 2, "content"], "msg": "Field required"},
    {"type": "missing", "loc": ["body", "messages", 2, "tool_calls"], "msg": "Field required"},
]
LONG = "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens."

# status, body, exit code, part of the error, requests
_TOLD = [
    ("400 Bad Request", {"error": {"message": "bad roles"}}, REFUSED, "400: bad roles", 1),
    ("400 Bad Request", {"error": {"message": LONG}}, REFUSED, "too long for the model", 1),
    ("401 Unauthorized", {"error": {"message": "Not authenticated"}}, REFUSED_TOKEN, "token", 1),
    ("402 Payment Required", "You need positive balance", REFUSED_TOKEN, "requires payment", 1),
    ("403 Forbidden", {"detail": {"error": "No access"}}, REFUSED_TOKEN, "No access", 1),
    ("404 Not Found", {"error": "Nothing here"}, REFUSED, "Nothing here", 1),
    ("405 Method Not Allowed", {"detail": "no tools"}, REFUSED, "no tools", 1),
    ("406 Not Acceptable", {"message": {"text": "x", "detail": "odd"}}, REFUSED, "odd", 1),
    ("408 Request Timeout", {"error": "slow"}, REFUSED, "slow", 3),
    ("409 Conflict", {"error": "conflict"}, REFUSED, "conflict", 3),
    ("410 Gone", {"object": "error", "message": "gone"}, REFUSED, "gone", 1),
    ("413 Payload Too Large", {"error": {"message": LONG}}, REFUSED, "8,928 tokens too long", 1),
    ("415 Unsupported", {"title": "No", "detail": "no such type"}, REFUSED, "no such type", 1),
    ("418 I'm a teapot", {"detail": "short and stout"}, REFUSED, "short and stout", 1),
    ("422 Unprocessable", {"detail": DETAILS}, REFUSED, "messages.2.content: Field required", 1),
    ("425 Too Early", {"error": "early"}, REFUSED, "early", 3),
    ("429 Too Many", {"error": {"message": "Model busy, retry later"}}, FAILED, "Model busy", 3),
    ("429 Too Many", "Rate limited", FAILED, "Rate limited", 3),
    (
        "429 Too Many",
        {"error": {"message": "Quota", "code": "insufficient_quota"}},
        FAILED,
        "Quota",
        1,
    ),
    ("451 Unavailable", {"reason": "the law"}, REFUSED, "the law", 1),
    ("500 Internal", {"error": {"message": "boom"}}, FAILED, "500: boom", 3),
    ("500 Internal", {"error": {"message": LONG}}, REFUSED, "too long for the model", 1),
    ("501 Not Implemented", {"error": "no"}, FAILED, "501: no", 3),
    ("502 Bad Gateway", {"message": "upstream"}, FAILED, "upstream", 3),
    ("503 Unavailable", {"error": {"message": "Loading model"}}, FAILED, "Loading model", 3),
    ("504 Gateway Timeout", {"error": None}, FAILED, "status 504", 3),
    ("529 Overloaded", {"error": {"type": "overloaded"}}, FAILED, "overloaded", 3),
    ("999 Denied", {}, FAILED, "status 999", 1),
    ("204 No Content", None, NO_ANSWER, "204", 1),
    ("407 Proxy", "who are you", UNREACHED, "proxy", 1),
]
_BODIES = [
    ("a string", json.dumps("plainly not").encode(), "plainly not"),
    ("an array", json.dumps([{"message": "one"}, {"message": "two"}]).encode(), "one"),
    ("null", b"null", "status 400"),
    ("a number", b"42", "status 400"),
    ("true", b"true", "status 400"),
    ("empty", b"", "status 400"),
    ("an empty object", b"{}", "status 400"),
    ("text", b"  no  such\r\nthing ", "400: no such thing"),
    ("a page", PAGE, "400: Bad gateway"),
    ("a page without a title", b"<html><body>10.1.2.3</body></html>", "an HTML page"),
    ("a page with a heading", b"<html><h1>Too <b>bad</b></h1></html>", "Too bad"),
    ("escapes", json.dumps({"error": "\x1b]52;c;eA==\x07\x9b31mred\u202eder"}).encode(), "red"),
    ("the token", json.dumps({"error": f"no such key {TOKEN}"}).encode(), "no such key [token]"),
    ("broken UTF-8", b'{"error": "caf\xe9"}', "caf\ufffd"),
    ("half a surrogate", b'{"error": "x \\ud83d y"}', "x y"),
    ("JSON in a string", json.dumps({"error": '{"message": "inner"}'}).encode(), "400: inner"),
    ("too deep", b"[" * 100_000, "status 400"),
    ("2 MB of text", b"no way " * 300_000, "no way no way"),
    ("2 MB of JSON", json.dumps({"error": {"message": "y " * 10**6}}).encode(), "y y y"),
    ("a long number", b'{"error": "why", "code": ' + b"7" * 10_000 + b"}", "why"),
    ("many members", json.dumps({f"m{i}": {} for i in range(5000)}).encode(), "status 400"),
    ("UTF-16", '{"error": "wide"}'.encode("utf-16"), "400"),
]


def _statuses() -> list[Case]:
    told = [
        Case("status", f"{status}, {str(body)[:40]}", refuses(status, body), code, says=says,
             requests=requests)
        for status, body, code, says, requests in _TOLD
    ]  # fmt: skip
    bodies = [
        Case(
            "status",
            f"400 with {name}",
            plays(with_length("400 Bad Request", body)),
            REFUSED,
            says=says,
            requests=1,
        )
        for name, body, says in _BODIES
    ]
    bodies += [
        Case("status", f"500 with {name}", plays(with_length("500 Oh", body)), FAILED, requests=3)
        for name, body, _ in _BODIES[:10]
    ]
    return told + bodies + _odd_bodies()


def _odd_bodies() -> list[Case]:
    why = json.dumps({"error": "why"}).encode()
    status = "422 No"
    coded = with_length(status, zipped(why), Content_Encoding="gzip")
    broken = with_length(status, zipped(why * 50)[:40], Content_Encoding="gzip")
    stalled = head(status, "application/json", Content_Length="500")
    rows = [
        ("gzip", plays(coded), "422: why"),
        ("broken gzip", plays(broken), "422"),
        ("br", plays(with_length(status, b"\x8b\x03", Content_Encoding="br")), "status 422"),
        ("a stalled body", plays(stalled, 0.05, FOREVER), "status 422"),
        ("a body that stalls half way", plays(stalled, why[:-1], FOREVER), "422: why"),
        ("a cut body", plays(stalled, why[:-1]), "422: why"),
        ("a reset", plays(head(status), why), "422: why"),
        ("no type", plays(head(status, ""), why), "422: why"),
        ("an event stream", plays(head(status), b"data: " + why), "why"),
    ]
    return [
        Case("status", f"422 with {name}", behave, REFUSED, says=says, requests=1)
        for name, behave, says in rows
    ]


def _rates() -> list[Case]:
    def dated(seconds: float) -> str:
        return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)

    good = plays(head() + answer())
    short = {wish: wish for wish in ("0", "1", "-5", "0.2", "1e-3", "nonsense", "", "nan", "7, 8")}
    short |= {"a date an hour ago": dated(-3600), "a date 2 s ahead": dated(2)}
    long = {wish: wish for wish in ("86400", "31", "9" * 400, "inf", "1e300")}
    long |= {"a date a day ahead": dated(86400), "a date decades ahead": dated(10**9)}
    cases = [
        Case(
            "rate",
            f"Retry-After {name[:30]!r}, then an answer",
            in_turn(refuses("429 Slow", {"error": "busy"}, Retry_After=wish), good),
            WHOLE,
            HELLO,
            requests=2,
        )
        for name, wish in short.items()
    ]
    cases += [
        Case(
            "rate",
            f"Retry-After {name[:30]!r}",
            refuses("429 Slow", {"error": "busy"}, Retry_After=wish),
            FAILED,
            says="busy",
            requests=1,
        )
        for name, wish in long.items()
    ]
    loading = refuses("503 No", {"error": {"message": "Loading model"}})
    cases.append(
        Case("rate", "loading twice", in_turn(loading, loading, good), WHOLE, HELLO, requests=3)
    )
    return cases


def _redirects() -> list[Case]:
    places = [
        "/v1/chat/completions",
        "http://127.0.0.2:9/v1/chat/completions",
        "http://example.com/",
        "//elsewhere",
        "https://\u00e9.example/x",
        f"http://example.com/?key={TOKEN}",
        "nonsense",
        "",
    ]
    statuses = ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"]
    return [
        Case(
            "redirects",
            f"{status} to {place or 'nowhere'}",
            refuses(status, {}, Location=place),
            NO_ANSWER,
            says="moved",
            requests=1,
        )
        for status in statuses
        for place in places
    ] + [Case("redirects", "304", plays(head("304 Not Modified", "")), NO_ANSWER, requests=1)]


def _elsewhere() -> list[Case]:
    """Return cases with an unusual status and an answer."""
    return [
        Case("status", "201", plays(head("201 Created") + answer()), WHOLE, HELLO, requests=1),
        Case("status", "200 without words", plays(head("200") + answer()), WHOLE, HELLO),
        Case("status", "a model of another name", streams({"model": "other"}), NO_ANSWER),
    ]


CASES = [*_statuses(), *_rates(), *_redirects(), *_elsewhere()]
