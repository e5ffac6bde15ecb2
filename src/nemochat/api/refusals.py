"""Refused requests: from a status and a body to one sentence and a hint.

Servers put the reason into a dozen shapes; `find_reason` knows those seen so far.
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

PAGE = "an HTML page"  # without a title
PROXY_LOGIN = "Its address can include a login: http://NAME:PASSWORD@HOST:PORT"
LONGEST_SENTENCE = 200  # characters
LONGEST_HINT = 90

_DEEPEST = 6
_MOST_ENTRIES = 20
_MEMBERS = (
    *("message", "msg", "detail", "error", "errors", "error_message", "title"),
    *("description", "reason", "error_description"),
)
_LONGEST_TEXT = 64 * 1024  # characters of a text in which to look for a reason
_PAGE_START = 5000  # characters in which an HTML page has its first tag
_TITLE = r"(?i)<title[^>]{0,200}>([^<]{0,1000})</title"
_PAGE = r"(?i)<(!doctype|html|head|body|title|h1|\?xml)\b"
_HEADING = r"(?is)<h1[^>]{0,200}>(.{0,1000}?)</h1"
_MARKUP = r"<[^>]{0,200}>"
_MESSAGE = r'(?s)"(?:message|msg|detail|error)"\s*:\s*("(?:[^"\\]|\\.){1,500}")'
_RETRIABLE = {408, 409, 425}  # a 429 is handled like a 5xx
_QUOTA_CODES = {"insufficient_quota", "billing_hard_limit_reached"}
_MOVED = {300, 301, 302, 303, 305, 307, 308}
_STATES = {429: "is busy", 503: "is unavailable", 529: "is busy"}
_HINTS = dict.fromkeys(_STATES, "Try again later") | {
    511: "The network requires a login: open any page in a browser"
}
_CONTEXT = (
    r"(?is)context.{0,20}(length|window|size|exceed|limit)|exceed.{0,40}context|too many tokens"
    r"|(prompt|input|conversation|message).{0,20} too long|maximum.{0,20}tokens|n_ctx"
)
_LIMIT = r"(?i)(?:maximum|max|limit|size|window|length|n_ctx)\D{0,40}?(\d{3,9})"


def find_reason(value: Json, depth: int = 0) -> str:
    """Return the reason in an error's body of any known shape, or ""."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, str):
        return _reason_in_text(value, depth)
    if isinstance(value, list):
        entries = (find_reason(entry, depth + 1) for entry in value[:_MOST_ENTRIES])
        return next((entry for entry in entries if entry), "")
    if not isinstance(value, dict):
        return ""
    for member in _MEMBERS:
        if reason := find_reason(value.get(member), depth + 1):
            field = _field(value.get("loc") or value.get("param") or value.get("field"))
            return f"{field}: {reason}" if field and field not in reason else reason
    code = value.get("type") or value.get("code")
    return code if isinstance(code, str) else ""


def _field(location: Json) -> str:
    """Return the request field that an error is about: "messages.2.content"."""
    if isinstance(location, str):
        return location
    if isinstance(location, list):
        parts = [part for part in location[:8] if isinstance(part, str | int)]
        return ".".join(str(part) for part in parts if part != "body")
    return ""


def _reason_in_text(text: str, depth: int) -> str:
    """Return a plain text, the title of a page, or the reason in JSON."""
    stripped = text[:_LONGEST_TEXT].strip()
    if stripped.startswith(("{", "[")):
        return _reason_in_json(stripped, depth)
    if re.search(_PAGE, stripped[:_PAGE_START]):
        from html import unescape  # loads a large table

        title = re.search(_TITLE, stripped) or re.search(_HEADING, stripped)
        words = unescape(re.sub(_MARKUP, " ", title[1])).strip() if title else ""
        return words or PAGE
    return stripped


def _reason_in_json(text: str, depth: int) -> str:
    """Return the reason in JSON, even if its end is missing."""
    with suppress(ValueError):
        return find_reason(parse(text), depth + 1)
    if message := re.search(_MESSAGE, text):
        with suppress(ValueError):
            return find_reason(parse(message[1]), depth + 1)
    return text if re.search(r"[^\W\d_]{2}", text[:_PAGE_START]) else ""


def shorten(error: NemochatError, secrets: Iterable[str]) -> None:
    """Limit an error to one line and `LONGEST_SENTENCE` characters, and mask the secrets."""
    error.sentence = to_one_line(error.sentence, secrets, LONGEST_SENTENCE)
    error.hint = to_one_line(error.hint, secrets, LONGEST_HINT)


def to_one_line(text: str, secrets: Iterable[str], longest: int) -> str:
    """Return foreign text as one line of printable characters, without the secrets."""
    masked = mask_secrets(text, secrets)[: longest * 50]
    printable = "".join(c if c.isprintable() else " " for c in masked)
    line = " ".join(printable.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 2]
    return f"{cut}…)" if cut.count("(") > cut.count(")") else f"{line[: longest - 1]}…"


def parse_body(content: bytes) -> Json:
    """Return the body of a refusal: parsed if it is JSON, otherwise as text."""
    text = content.decode("utf-8", "replace")
    with suppress(ValueError):
        return parse(text)
    return text


def refusal_error(
    status: int,
    headers: Mapping[str, str],
    body: Json,
    context: HintContext,
    models: Sequence[str] = (),
) -> EndpointError:
    """Return the error for a response without an answer.

    Args:
        status: The status of the response.
        headers: Its headers, by lower-case names.
        body: Its body, as `parse_body` returns it.
        context: What a hint may mention.
        models: Names of the endpoint's models, if they are known.
    """
    reason = find_reason(body)
    detail = f"{status}: {reason}" if reason else f"status {status}"
    if status in _MOVED:
        return _redirect_error(status, headers)
    if status in {400, 413, 422, 500} and re.search(_CONTEXT, reason):
        return _context_error(detail, reason)
    if 400 <= status < 500 and status != 429:
        return _request_error(status, detail, context, models, parse_retry_after(headers))
    if status >= 400:
        exhausted = _is_quota_exhausted(body)
        return EndpointFailed(
            f"the endpoint {_STATES.get(status, 'failed')} ({detail})",
            "The account's quota is used up" if exhausted else _HINTS.get(status, ""),
            retriable=status < 600 and not exhausted,
            retry_after=parse_retry_after(headers),
        )
    return NotAnAnswer(f"the endpoint sent no answer ({detail})")


def _request_error(
    status: int,
    detail: str,
    context: HintContext,
    models: Sequence[str],
    retry_after: float | None,
) -> EndpointError:
    if status in {401, 403}:
        return _token_error(detail, context.token_variable, context.source)
    if status == 402:
        hint = "Top up the account, or use another one"
        return Unauthorized(f"the endpoint requires payment ({detail})", hint)
    if status == 407:
        return Unreachable(f"the proxy refused the connection ({detail})", PROXY_LOGIN)
    return RequestRefused(
        f"the endpoint refused the request ({detail})",
        _suggest_model(detail, context.model, models) if status == 404 else "",
        retriable=status in _RETRIABLE,
        retry_after=retry_after,
    )


def _token_error(detail: str, variable: str, source: str) -> Unauthorized:
    if not source:
        hint = f"Set {variable}" if variable else ""
        return Unauthorized(f"the endpoint requires a token ({detail})", hint)
    hint = f"Set {variable} to a valid token"
    if source != variable:
        hint += f"; this one came from {source}"
    return Unauthorized(f"the endpoint rejected the token ({detail})", hint)


def _suggest_model(detail: str, model: str, models: Sequence[str]) -> str:
    """Return a hint that names similar models, or the requested one."""
    if "model" not in detail.lower():
        return f"The requested model is {model}; is the address right?"
    by_lower = {name.lower(): name for name in models}
    near = [by_lower[n] for n in nearest(model.lower(), by_lower, 2, cutoff=0.4)]
    if not near:
        return f"The requested model is {model}"
    hint = f"Did you mean {' or '.join(near)}?"
    return hint if len(hint) <= LONGEST_HINT else f"Did you mean {near[0]}?"


def _redirect_error(status: int, headers: Mapping[str, str]) -> EndpointError:
    place = headers.get("location", "").strip() or "an unnamed address"
    advice = "use --base-url to change the address"
    if status in {302, 303, 307}:
        advice = "does the network require a login?"
    return NotAnAnswer(
        f"the endpoint has moved (status {status}) to {place}", f"Nothing was sent there; {advice}"
    )


def _context_error(detail: str, reason: str) -> EndpointError:
    return RequestRefused(
        f"the conversation is too long for the model ({detail})",
        f"{_excess_tokens(reason)}Send less text, or use /undo or /clear in the chat",
    )


def _excess_tokens(reason: str) -> str:
    """Return how many tokens are too many, if the reason names the limit and the length."""
    limit = re.search(_LIMIT, reason)
    longest = max(map(int, re.findall(r"\d{3,9}", reason)), default=0)
    over = longest - int(limit[1]) if limit else 0
    return f"It is {over:,} tokens too long. " if over > 0 else ""


def _is_quota_exhausted(body: Json) -> bool:
    """Return whether the account's quota is used up, so that a retry is useless."""
    error = body.get("error") if isinstance(body, dict) else None
    tables = [each for each in (body, error) if isinstance(each, dict)]
    codes = [table.get(member) for table in tables for member in ("code", "type")]
    return any(isinstance(code, str) and code in _QUOTA_CODES for code in codes)


def stream_error(value: Json) -> EndpointError:
    """Return the error for a failure reported with status 200."""
    reason = find_reason(value)
    if re.search(_CONTEXT, reason):
        return _context_error(reason, reason)
    return EndpointFailed(f"the endpoint failed ({reason})" if reason else "the endpoint failed")
