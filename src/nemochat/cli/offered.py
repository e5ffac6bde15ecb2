"""What does `nemochat models` do?"""

from __future__ import annotations

import os
import sys
from contextlib import closing

from nemochat.cli import streams
from nemochat.cli.given import Given
from nemochat.cli.opening import configured
from nemochat.cli.telling import tell_json, tell_rows
from nemochat.connect import Connector
from nemochat.errors import ExitCode
from nemochat.repl.offers import HEAD, SECONDS, cells, matching, remember
from nemochat.screen.plain import Plain, say
from nemochat.wire.endpoints import GUIDE


def offered(given: Given, query: str, *, json: bool) -> int:
    """List the models of the endpoint in force."""
    settings = configured(given)
    name = settings.text("endpoint")
    connector = Connector(settings, os.environ, Plain(streams.output(), sys.stderr))
    with closing(connector.client(name)) as client:
        models = client.offer(SECONDS)
    if name != GUIDE:
        remember(models)
    found = matching(models, query)
    if json:
        tell_json([model._asdict() for model in found])
    elif not found:
        say(sys.stderr, f"{name} has no model with {query} in its name")
    else:
        tell_rows(HEAD, map(cells, found))
    return ExitCode.OK
