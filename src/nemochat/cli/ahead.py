"""A connection begun before the command line is read, where that is plain enough.

To read it and to load what asks takes longer than two round trips to an endpoint. Nothing is sent
but the greeting of TLS, and a connection that is not the one that is asked for is not used.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress

from nemochat import config, tokens
from nemochat.connect import route, token_file
from nemochat.errors import NemochatError
from nemochat.wire import custom, endpoints

# What decides where to; and what shows a request instead of sending it.
_DECIDING = ("endpoint", "base_url", "ca_bundle", "proxy", "connect_timeout", "profile")
_FLAGS = {flag for s in config.TABLE if s.name in _DECIDING for flag in (s.flag, *s.flags)}
_FLAGS |= {"--dry-run", "--curl", "-h", "--help"}


def begin(arguments: Sequence[str]) -> None:
    """Begin to connect where `ask` will, if its flags leave that to the settings."""
    if any(map(_decides, arguments)):
        return
    from nemochat.wire import dialing

    with suppress(NemochatError, OSError):  # it is told when the settings are read for good
        settings = config.load({}, os.environ)
        profile = settings.profiles.get(settings.text("profile"))
        name = (profile.endpoint if profile else "") or settings.text("endpoint")
        row = endpoints.find(name, custom.table(settings.endpoints))
        if row.name != endpoints.GUIDE and (settings.text("base_url") or _may_ask(row)):
            dialing.begin(route(settings, row))


def _decides(word: str) -> bool:
    """Whether a word may be a flag that decides where to."""
    if word.startswith("--"):
        return word.partition("=")[0] in _FLAGS
    return word.startswith("-") and any(f"-{letter}" in _FLAGS for letter in word[1:])


def _may_ask(row: endpoints.Endpoint) -> bool:
    """Whether there may be a token for an endpoint; no command is run and no keyring opened."""
    variables = (row.token_variable, tokens.ANY)
    file = token_file()
    return (
        not row.token_variable
        or any(os.environ.get(name) for name in variables)
        or (file is not None and file.exists())
    )
