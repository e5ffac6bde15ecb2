"""What is an endpoint asked with?"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nemochat.errors import EndpointError
from nemochat.wire.endpoints import Asked
from nemochat.wire.patience import Timeouts
from nemochat.wire.route import Route


class Terms(NamedTuple):
    """All that an endpoint is asked with but the prompt.

    Attributes:
        route: The way to the address to which `/chat/completions` is added.
        token: The secret to send; "" sends none.
        asked: What a hint may name.
        wait: Waits some seconds before the next try and tells why.
        timeouts: How long to wait for what.
        retries: How often to try again.
        log: Takes a line for each request, response, try and ending; never the token.
    """

    route: Route
    token: str
    asked: Asked
    wait: Callable[[float, EndpointError], None]
    timeouts: Timeouts = Timeouts()
    retries: int = 2
    log: Callable[[str], None] | None = None
