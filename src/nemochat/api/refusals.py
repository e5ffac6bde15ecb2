"""Refused requests: from a status and a body to one sentence and a hint.

Servers put the reason into a dozen shapes; `find_reason` knows those that were seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from nemochat.api.json_values import parse
from nemochat.api.timeouts import parse_retry_after
from nemochat.config.endpoints import HintContext
from nemochat.core.masking import mask_secrets
from nemochat.core.records import Json
from nemochat.core.text import nearest
from nemochat.errors import (
    EndpointError,
    EndpointFailed,
    NemochatError,
    NotAnAnswer,
    RequestRefused,
    Unauthorized,
    Unreachable,
)

PAGE = "a page of HTML"  # that has no title
_DEEPEST = 6
_MOST_ENTRIES = 20
_MEMBERS = (
    *("message", "msg", "detail", "error", "errors", "error_message", "title"),
    *("description", "reason", "error_description"),
)
_TITLE = r"(?is)<title[^>]{0,200}>(.{0,1000}?)</title"
_PAGE = r"(?i)<(!doctype|html|head|body|title|h1|\?xml)\b"
_HEADING = r"(?is)<h1[^>]{0,200}>(.{0,1000}?)</h1"
_MARKUP = r"<[^>]{0,200}>"
_SAID = r'(?s)"(?:message|msg|detail|error)"\s*:\s*("(?:[^"\\]|\\.){1,500}")'
_WORD = r"[^\W\d_]{2}"
_START = 5000  # characters in which a page shows that it is one
LONGEST_SENTENCE = 200  # characters; more is somebody's page
LONGEST_HINT = 90
_RETRIABLE = {408, 409, 425, 429}
_SPENT = {"insufficient_quota", "billing_hard_limit_reached"}
PROXY_LOGIN = "Its address can hold a name and a password: http://NAME:PASSWORD@HOST:PORT"
_LOGIN = "does the network want a login first?"
_MOVED = {300, 301, 302, 303, 305, 307, 308}
_STATES = {429: "is busy", 503: "is not available", 529: "is busy"}
_LATER = dict.fromkeys(_STATES, "Try again a little later") | {
    511: "The network wants a login first: open any page in a browser"
}
_CONTEXT = (
    r"(?is)context.{0,20}(length|window|size|exceed|limit)|exceed.{0,40}context|too many tokens"
    r"|(prompt|input|conversation|message).{0,20} too long|maximum.{0,20}tokens|n_ctx"
)
_LIMIT = r"(?i)(?:maximum|max|limit|size|window|length|n_ctx)\D{0,40}?(\d{3,9})"
_NUMBER = r"\d{3,9}"


def find_reason(value: Json, depth: int = 0) -> str:
    """The reason in a body of any shape seen, or ""."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, str):
        return _from_text(value, depth)
    if isinstance(value, list):
        entries = (find_reason(entry, depth + 1) for entry in value[:_MOST_ENTRIES])
        return next((entry for entry in entries if entry), "")
    if not isinstance(value, dict):
        return ""
    for member in _MEMBERS:
        if said := find_reason(value.get(member), depth + 1):
            field = _field(value.get("loc") or value.get("param") or value.get("field"))
            return f"{field}: {said}" if field and field not in said else said
    code = value.get("type") or value.get("code")
    return code if isinstance(code, str) else ""


def _field(where: Json) -> str:
    if isinstance(where, str):
        return where
    if isinstance(where, list):
        parts = [part for part in where[:8] if isinstance(part, str | int)]
        return ".".join(str(part) for part in parts if part != "body")
    return ""


def _from_text(text: str, depth: int) -> str:
    """Return a text's own words, a page's title, or the reason inside JSON in a string."""
    stripped = text.strip()
    if stripped.startswith(("{", "[")):
        return _from_json(stripped, depth)
    if re.search(_PAGE, stripped[:_START]):
        from html import unescape  # its table of entities is long

        title = re.search(_TITLE, stripped) or re.search(_HEADING, stripped)
        words = unescape(re.sub(_MARKUP, " ", title[1])).strip() if title else ""
        return words or PAGE
    return stripped


def _from_json(text: str, depth: int) -> str:
    """The reason within JSON, also if it was cut off."""
    with suppress(ValueError):
        return find_reason(parse(text), depth + 1)
    if said := re.search(_SAID, text):
        with suppress(ValueError):
            return find_reason(parse(said[1]), depth + 1)
    return text if re.search(_WORD, text[:_START]) else ""


def shorten(error: NemochatError, secrets: Iterable[str]) -> None:
    """Make an error fit to be seen: one line, at most 200 characters, without the secrets."""
    error.sentence = to_one_line(error.sentence, secrets, LONGEST_SENTENCE)
    error.hint = to_one_line(error.hint, secrets, LONGEST_HINT)


def to_one_line(text: str, secrets: Iterable[str], longest: int) -> str:
    """Return foreign text as one line of printable characters without the secrets."""
    text = mask_secrets(text, secrets)
    printable = "".join(c if c.isprintable() else " " for c in text[: longest * 50])
    line = " ".join(printable.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 2]
    return f"{cut}…)" if cut.count("(") > cut.count(")") else f"{line[: longest - 1]}…"


def parse_body(said: bytes) -> Json:
    """A refusal's body as JSON where it is JSON, else as text."""
    text = said.decode("utf-8", "replace")
    try:
        return parse(text)
    except ValueError:
        return text


def refusal_error(
    status: int,
    headers: Mapping[str, str],
    body: Json,
    asked: HintContext,
    models: Sequence[str] = (),
) -> EndpointError:
    """The error for a response that brings no answer.

    Args:
        status: The response's status.
        headers: Its headers, by names in lower case.
        body: Its body, as JSON where it is JSON, else as text.
        asked: What a hint may name.
        models: The names of the endpoint's models, where they are known.
    """
    why = find_reason(body)
    told_as = f"{status}: {why}" if why else f"status {status}"
    if status in _MOVED:
        return _redirect_error(status, headers)
    if status in {400, 413, 422, 500} and re.search(_CONTEXT, why):
        return _context_error(told_as, why)
    if 400 <= status < 500 and status != 429:
        return _server_error(status, told_as, asked, models, parse_retry_after(headers))
    if status >= 400:
        spent = _is_quota_exhausted(body)
        return EndpointFailed(
            f"the endpoint {_STATES.get(status, 'failed')} ({told_as})",
            "The account's quota is used up" if spent else _LATER.get(status, ""),
            retriable=status < 600 and not spent,
            retry_after=parse_retry_after(headers),
        )
    return NotAnAnswer(f"the endpoint sent no answer ({told_as})")


def _server_error(
    status: int, told_as: str, asked: HintContext, models: Sequence[str], retry_after: float | None
) -> EndpointError:
    if status in {401, 403}:
        return _unauthorized_error(told_as, asked.token_variable, asked.source)
    if status == 402:
        return Unauthorized(
            f"the account cannot pay ({told_as})", "Top up its balance, or use another account"
        )
    if status == 407:
        return Unreachable(f"the proxy refused the connection ({told_as})", PROXY_LOGIN)
    return RequestRefused(
        f"the endpoint refused the request ({told_as})",
        _not_found(told_as, asked.model, models) if status == 404 else "",
        retriable=status in _RETRIABLE,
        retry_after=retry_after,
    )


def _unauthorized_error(told_as: str, variable: str, source: str) -> Unauthorized:
    if not source:
        hint = f"Put it into {variable}" if variable else ""
        return Unauthorized(f"the endpoint wants a token ({told_as})", hint)
    hint = f"Put a valid token into {variable}"
    if source != variable:
        hint += f"; this one came from {source}"
    return Unauthorized(f"the endpoint refused the token ({told_as})", hint)


def _not_found(told_as: str, model: str, models: Sequence[str]) -> str:
    if "model" in told_as.lower():
        return _nearest(model, models)
    return f"It was asked for the model {model}; is its address right?"


def _nearest(model: str, models: Sequence[str]) -> str:
    by_lower = {name.lower(): name for name in models}
    near = [by_lower[n] for n in nearest(model.lower(), by_lower, 2, cutoff=0.4)]
    if not near:
        return f"It was asked for the model {model}"
    both = f"It has {' and '.join(near)}"
    return both if len(both) <= LONGEST_HINT else f"It has {near[0]}"


def _redirect_error(status: int, headers: Mapping[str, str]) -> EndpointError:
    place = headers.get("location", "").strip() or "an address that it does not name"
    return NotAnAnswer(
        f"the endpoint has moved (status {status}) to {place}",
        "Nothing was sent there; "
        + (_LOGIN if status in {302, 303, 307} else "--base-url takes a new address"),
    )


def _context_error(told_as: str, why: str) -> EndpointError:
    return RequestRefused(
        f"the conversation is longer than the model takes ({told_as})",
        _excess_tokens(why) + "/undo or /clear makes it shorter",
    )


def _excess_tokens(why: str) -> str:
    """How many tokens too many, where the reason names the limit and the length."""
    limit = re.search(_LIMIT, why)
    longest = max(map(int, re.findall(_NUMBER, why)), default=0)
    over = longest - int(limit[1]) if limit else 0
    return f"It is {over} tokens over. " if over > 0 else ""


def _is_quota_exhausted(body: Json) -> bool:
    """Whether the account's quota is used up: no waiting helps."""
    error = body.get("error") if isinstance(body, dict) else None
    for told in (body, error):
        if isinstance(told, dict):
            for member in ("code", "type"):
                if isinstance(told.get(member), str) and told[member] in _SPENT:
                    return True
    return False


def stream_error(value: Json) -> EndpointError:
    """The error for a failure that came with status 200."""
    why = find_reason(value)
    if re.search(_CONTEXT, why):
        return _context_error(why, why)
    return EndpointFailed(f"the endpoint failed ({why})" if why else "the endpoint failed")
