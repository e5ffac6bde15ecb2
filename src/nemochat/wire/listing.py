"""An endpoint's list of models, asked for over its line."""

from __future__ import annotations

from nemochat.errors import NotAnAnswer, RequestRefused
from nemochat.wire import failures
from nemochat.wire.endpoints import Asked
from nemochat.wire.line import Line
from nemochat.wire.models import ModelInfo, listed
from nemochat.wire.patience import Patience, Timeouts

LIST = "/models?filter=with_meta"  # DeepInfra tells prices when asked so; others do not mind
SECONDS = 2.0  # for a list that nobody asked for
LARGEST_LIST = 8 * 1024 * 1024  # bytes read of a list of models
_NONE_THERE = {404, 405, 501}


def asked_for(line: Line, seconds: float, asked: Asked) -> tuple[ModelInfo, ...]:
    """The models that an endpoint offers.

    Args:
        line: The connection to it.
        seconds: How long to wait for all of it.
        asked: What a hint may name.

    Raises:
        EndpointError: it was not reached, refuses to tell, or tells nonsense.
    """
    patience = Patience(Timeouts())
    patience.only(seconds)
    with line.send("GET", LIST, b"", patience) as incoming:
        body = incoming.beginning(LARGEST_LIST)
    if incoming.answers:
        if models := listed(body):
            return models
        raise NotAnAnswer("the endpoint lists no models")
    if incoming.status in _NONE_THERE:
        raise RequestRefused(f"the endpoint has no list of models (status {incoming.status})")
    raise failures.refused(incoming.status, incoming.headers, failures.read(body), asked)
