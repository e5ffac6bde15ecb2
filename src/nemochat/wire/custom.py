"""Endpoints as a person's configuration tells of them: their own ones, and the table's amended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nemochat.core.nearest import nearest
from nemochat.core.values import shown
from nemochat.errors import ConfigurationError
from nemochat.wire.dialect import Dialect
from nemochat.wire.endpoints import GUIDE, NEMO, TABLE, Endpoint, address

TEXTS = ("base_url", "model", "token_variable", "token_command", "about")
KEYS = (*TEXTS, "headers", "body", "without", "called")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")  # RFC 9110, token
_OURS = {  # headers that frame the request, or carry the token
    *("authorization", "host", "content-length", "content-type", "content-encoding"),
    *("transfer-encoding", "accept-encoding", "connection", "te", "trailer", "upgrade", "expect"),
}


def table(told: Mapping[str, object]) -> tuple[Endpoint, ...]:
    """All endpoints: the table's, amended where `[endpoint.NAME]` does, then the person's own.

    Raises:
        ConfigurationError: a section makes no sense.
    """
    rows = {row.name: row for row in TABLE}
    for name, section in told.items():
        rows[name] = _row(name, section, rows.get(name))
    guide = rows.pop(GUIDE)
    return (*rows.values(), guide)


def _row(name: str, section: object, known: Endpoint | None) -> Endpoint:
    where = f"[endpoint.{name}]"
    if not _NAME.fullmatch(name) or name == GUIDE:
        raise ConfigurationError(f"no endpoint of yours can be called {shown(name)}")
    if not isinstance(section, dict):
        raise ConfigurationError(f"{where} takes a table, not {shown(section)}")
    for key in section:
        if key not in KEYS:
            near = nearest(key, KEYS)
            hint = f"Did you mean {near[0]}?" if near else f"It takes {', '.join(KEYS)}"
            raise ConfigurationError(f"{where} takes no {shown(key)}", hint)
    row = known or Endpoint(name, "", NEMO, "", "an endpoint of your own")
    texts = {key: _text(where, key, section[key]) for key in TEXTS if key in section}
    if "base_url" in texts:
        texts["base_url"] = _address(where, texts["base_url"])
    elif not known:
        raise ConfigurationError(f"{where} has no base_url", "It is the address of the server")
    if not _VARIABLE.fullmatch(texts.get("token_variable") or "_"):
        raise ConfigurationError(f"{where} token_variable takes the name of a variable")
    return row._replace(dialect=_dialect(where, section, row.dialect), **texts)


def _dialect(where: str, section: Mapping[str, Any], known: Dialect) -> Dialect:
    without = section.get("without", list(known.without))
    if not isinstance(without, list) or not all(isinstance(each, str) for each in without):
        raise ConfigurationError(f"{where} without takes a list of names")
    called = _texts(where, "called", section.get("called", {}))
    headers = _texts(where, "headers", section.get("headers", {}))
    for name, value in headers.items():
        _check_header(where, name, value)
    body = section.get("body", {})
    if not isinstance(body, dict) or not _is_json(body):
        raise ConfigurationError(f"{where} body takes a table of what JSON can hold")
    return Dialect(tuple(without), {**known.called, **called}, body, headers)


def _check_header(where: str, name: str, value: str) -> None:
    """See that a header is one line of its own; what it holds is not repeated."""
    if not _HEADER.fullmatch(name):
        raise ConfigurationError(f"{where} headers: no header can be called {shown(name)}")
    if name.lower() in _OURS:
        hint = "token_variable or token_command gives the token"
        raise ConfigurationError(
            f"{where} headers takes no {name}: it is nemochat's own",
            hint if name.lower() == "authorization" else "",
        )
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise ConfigurationError(
            f"{where} headers: {name} holds a line break, or a character outside ASCII"
        )


def _address(where: str, base_url: str) -> str:
    try:
        return address(base_url)
    except ConfigurationError as error:
        raise ConfigurationError(f"{where} base_url: {error.sentence}", error.hint) from None


def _text(where: str, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ConfigurationError(f"{where} {key} takes a text of one line")
    return value


def _texts(where: str, key: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ConfigurationError(f"{where} {key} takes a table of texts")
    return value


def _is_json(value: object) -> bool:
    """Whether TOML's value is JSON's too: TOML has dates and infinities."""
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    if isinstance(value, float):
        return value - value == 0  # neither inf nor nan
    return isinstance(value, str | bool | int)
