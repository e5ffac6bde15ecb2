"""A refused request into one sentence and a hint of what to do.

Nothing here is safe for a person yet: `concise` takes the token and control characters out and
cuts, once, at the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nemochat.core.nearest import nearest
from nemochat.errors import (
    EndpointError,
    EndpointFailed,
    NemochatError,
    NotAnAnswer,
    RequestRefused,
    Unauthorized,
    Unreachable,
)
from nemochat.wire.endpoints import Asked
from nemochat.wire.lenient import Json, parse
from nemochat.wire.reasons import reason
from nemochat.wire.retries import seconds_asked

LONGEST_SENTENCE = 200  # characters; more is somebody's page
LONGEST_HINT = 90
_SHORTEST_SECRET = 4  # characters; a shorter token is a word like "x"
_RETRIABLE = {408, 409, 425, 429}
_SPENT = {"insufficient_quota", "billing_hard_limit_reached"}
PROXY_LOGIN = "Its address can hold a name and a password: http://NAME:PASSWORD@HOST:PORT"
_LOGIN = "does the network want a login first?"
_MOVED = {300, 301, 302, 303, 305, 307, 308}
_STATES = {429: "is busy", 503: "is not available", 529: "is busy"}
_LATER = dict.fromkeys(_STATES, "Try again a little later") | {
    511: "The network wants a login first: open any page in a browser"
}
_CONTEXT = re.compile(
    r"context.{0,20}(length|window|size|exceed|limit)|exceed.{0,40}context|too many tokens"
    r"|(prompt|input|conversation|message).{0,20} too long|maximum.{0,20}tokens|n_ctx",
    re.IGNORECASE | re.DOTALL,
)
_LIMIT = re.compile(
    r"(?:maximum|max|limit|size|window|length|n_ctx)\D{0,40}?(\d{3,9})", re.IGNORECASE
)
_NUMBER = re.compile(r"\d{3,9}")


def concise(error: NemochatError, secret: str) -> None:
    """Make an error fit to be seen: one line, at most 200 characters, never with the token."""
    error.sentence = one_line(error.sentence, secret, LONGEST_SENTENCE)
    error.hint = one_line(error.hint, secret, LONGEST_HINT)


def one_line(text: str, secret: str, longest: int) -> str:
    """Foreign text as one line of printable characters without the secret."""
    if len(secret) >= _SHORTEST_SECRET:
        text = text.replace(secret, "[token]")
    printable = "".join(c if c.isprintable() else " " for c in text[: longest * 50])
    line = " ".join(printable.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 2]
    return f"{cut}…)" if cut.count("(") > cut.count(")") else f"{line[: longest - 1]}…"


def read(said: bytes) -> Json:
    """A refusal's body as JSON where it is JSON, else as text."""
    text = said.decode("utf-8", "replace")
    try:
        return parse(text)
    except ValueError:
        return text


def refused(
    status: int,
    headers: Mapping[str, str],
    body: Json,
    asked: Asked,
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
    why = reason(body)
    told_as = f"{status}: {why}" if why else f"status {status}"
    if status in _MOVED:
        return _redirected(status, headers)
    if status in {400, 413, 422, 500} and _CONTEXT.search(why):
        return _too_long(told_as, why)
    if 400 <= status < 500 and status != 429:
        return _faulty(status, told_as, asked, models, seconds_asked(headers))
    if status >= 400:
        spent = _spent(body)
        return EndpointFailed(
            f"the endpoint {_STATES.get(status, 'failed')} ({told_as})",
            "The account's quota is used up" if spent else _LATER.get(status, ""),
            retriable=status < 600 and not spent,
            retry_after=seconds_asked(headers),
        )
    return NotAnAnswer(f"the endpoint sent no answer ({told_as})")


def _faulty(
    status: int, told_as: str, asked: Asked, models: Sequence[str], retry_after: float | None
) -> EndpointError:
    if status in {401, 403}:
        return _unauthorized(told_as, asked.token_variable, asked.source)
    if status == 402:
        return Unauthorized(
            f"the account cannot pay ({told_as})", "Top up its balance, or use another account"
        )
    if status == 407:
        return Unreachable(
            f"the proxy refused the connection ({told_as})",
            PROXY_LOGIN,
        )
    return RequestRefused(
        f"the endpoint refused the request ({told_as})",
        _not_found(told_as, asked.model, models) if status == 404 else "",
        retriable=status in _RETRIABLE,
        retry_after=retry_after,
    )


def _unauthorized(told_as: str, variable: str, source: str) -> Unauthorized:
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


def _redirected(status: int, headers: Mapping[str, str]) -> EndpointError:
    place = headers.get("location", "").strip() or "an address that it does not name"
    return NotAnAnswer(
        f"the endpoint has moved (status {status}) to {place}",
        "Nothing was sent there; "
        + (_LOGIN if status in {302, 303, 307} else "--base-url takes a new address"),
    )


def _too_long(told_as: str, why: str) -> EndpointError:
    return RequestRefused(
        f"the conversation is longer than the model takes ({told_as})",
        _over(why) + "/undo or /clear makes it shorter",
    )


def _over(why: str) -> str:
    """How many tokens too many, where the reason names the limit and the length."""
    limit = _LIMIT.search(why)
    longest = max(map(int, _NUMBER.findall(why)), default=0)
    over = longest - int(limit[1]) if limit else 0
    return f"It is {over} tokens over. " if over > 0 else ""


def _spent(body: Json) -> bool:
    """Whether the account's quota is used up: no waiting helps."""
    error = body.get("error") if isinstance(body, dict) else None
    for told in (body, error):
        if isinstance(told, dict):
            for member in ("code", "type"):
                if isinstance(told.get(member), str) and told[member] in _SPENT:
                    return True
    return False


def told(chunk: dict[str, Json]) -> EndpointError | None:
    """The failure that a chunk or document of status 200 tells of, or None."""
    failure = chunk.get("error")
    if failure:
        return in_stream(failure)
    if chunk.get("error_type") or chunk.get("error_message"):
        return in_stream(chunk)
    if "choices" in chunk:
        return None
    if chunk.get("object") == "error" or chunk.get("type") == "error":
        return in_stream(chunk)
    if any(chunk.get(member) for member in ("detail", "errors")):
        return in_stream(chunk)
    message = chunk.get("message")
    return in_stream(chunk) if isinstance(message, str) and message else None


def in_stream(value: Json) -> EndpointError:
    """The error for a failure that came with status 200."""
    why = reason(value)
    if _CONTEXT.search(why):
        return _too_long(why, why)
    return EndpointFailed(f"the endpoint failed ({why})" if why else "the endpoint failed")
