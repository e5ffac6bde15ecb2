"""Early connection for command lines that need no parsing.

Parsing the command line and loading `ask` takes longer than two round trips to an endpoint.
Nothing but the TLS greeting is sent, and a connection that is not needed is closed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from nemochat.api import early
from nemochat.api.route import Route
from nemochat.atomic import make_private_folder
from nemochat.chat.factory import build_route, overriding_address, token_file
from nemochat.config import endpoints, load, tokens
from nemochat.config.load import load_config
from nemochat.config.paths import directories
from nemochat.errors import NemochatError


def begin(arguments: Sequence[str]) -> None:
    """Begin to connect where `ask` will, if its flags leave that to the settings."""
    if early.has_deciding_flag(arguments):
        return
    from nemochat.api import dialing

    with suppress(NemochatError, OSError):  # it is told when the settings are read for good
        settings = load_config({}, os.environ)
        profile = settings.profiles.get(settings.text("profile"))
        name = (profile.endpoint if profile else "") or settings.text("endpoint")
        row = endpoints.find(name, endpoints.load_endpoints(settings.endpoints))
        if row.name != endpoints.GUIDE and (
            overriding_address(settings, row.name) or _may_ask(row)
        ):
            way = build_route(settings, row)
            if dialing.begin(way) and "--private" not in arguments:
                _keep(way, row)


def _keep(way: Route, row: endpoints.EndpointConfig) -> None:
    """Keep where the question goes, so that the next one need not wait for the settings."""
    make_private_folder(directories().state)
    early.keep(
        (urlsplit(way.url).hostname or "", way.port),
        way.connect,
        encrypted=way.is_encrypted,
        bundle=way.ca_bundle,
        config=str(load.default_path()),
        tokens=str(token_file() or ""),
        variable=row.token_variable,
    )


def _may_ask(row: endpoints.EndpointConfig) -> bool:
    """Whether there may be a token for an endpoint; no command is run and no keyring opened."""
    variables = (row.token_variable, tokens.ANY)
    file = token_file()
    return (
        not row.token_variable
        or any(os.environ.get(name) for name in variables)
        or (file is not None and file.exists())
    )
