"""A connection begun before the command line is read, where that is plain enough.

To read it and to load what asks takes longer than two round trips to an endpoint. Nothing is sent
but the greeting of TLS, and a connection that is not the one that is asked for is not used.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from nemochat import config, tokens
from nemochat.connect import moved_to, route, token_file
from nemochat.directories import directories
from nemochat.errors import NemochatError
from nemochat.wire import custom, early, endpoints
from nemochat.wire.route import Route
from nemochat.writing import own_folder


def begin(arguments: Sequence[str]) -> None:
    """Begin to connect where `ask` will, if its flags leave that to the settings."""
    if early.decided(arguments):
        return
    from nemochat.wire import dialing

    with suppress(NemochatError, OSError):  # it is told when the settings are read for good
        settings = config.load({}, os.environ)
        profile = settings.profiles.get(settings.text("profile"))
        name = (profile.endpoint if profile else "") or settings.text("endpoint")
        row = endpoints.find(name, custom.table(settings.endpoints))
        if row.name != endpoints.GUIDE and (moved_to(settings, row.name) or _may_ask(row)):
            way = route(settings, row)
            if dialing.begin(way) and "--private" not in arguments:
                _keep(way, row)


def _keep(way: Route, row: endpoints.Endpoint) -> None:
    """Keep where the question goes, so that the next one need not wait for the settings."""
    own_folder(directories().state)
    early.keep(
        (urlsplit(way.url).hostname or "", way.port),
        way.connect,
        encrypted=way.encrypted,
        bundle=way.ca_bundle,
        config=str(config.path()),
        tokens=str(token_file() or ""),
        variable=row.token_variable,
    )


def _may_ask(row: endpoints.Endpoint) -> bool:
    """Whether there may be a token for an endpoint; no command is run and no keyring opened."""
    variables = (row.token_variable, tokens.ANY)
    file = token_file()
    return (
        not row.token_variable
        or any(os.environ.get(name) for name in variables)
        or (file is not None and file.exists())
    )
