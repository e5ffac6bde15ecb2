"""The list of models, asked for over a line."""

from __future__ import annotations

import json
import time

import pytest

from nemochat.errors import EndpointError
from nemochat.wire.models import ModelInfo
from tests.wire.asking import asking
from tests.wire.fault_server.scripts import (
    FOREVER,
    head,
    plays,
    refuses,
    with_length,
)
from tests.wire.fault_server.server import Behaviour, FaultServer, Peer

NEMO = {
    "id": "nemo-instruct",
    "metadata": {"context_length": 9, "pricing": {"input_tokens": 0.02, "output_tokens": 0.04}},
}


def lists(peer: Peer, _: int) -> None:
    """A server that knows no model of that name, but has a list."""
    while request := peer.request():
        if request.startswith(b"GET /v1/models?filter=with_meta "):
            peer.send(with_length("200 OK", json.dumps({"data": [NEMO]}).encode()))
        else:
            error = {"error": {"message": "The model does not exist"}}
            peer.send(with_length("404 No", json.dumps(error).encode()))
        return


def test_the_models_are_listed() -> None:
    with FaultServer(lists) as server, asking(server.base_url) as asked:
        models = asked.client.models()
        (request,) = server.requests
    assert models == (ModelInfo("nemo-instruct", 9, None, 0.02, 0.04),)
    assert request.endswith(b"\r\n\r\n")
    assert b"content-length" not in request.lower()


@pytest.mark.parametrize(
    ("behave", "sentence", "hint"),
    [
        (plays(with_length("200 OK", b"<html>")), "the endpoint lists no models", ""),
        (refuses("404 No"), "the endpoint has no list of models (status 404)", ""),
        (refuses("405 No"), "the endpoint has no list of models (status 405)", ""),
        (
            refuses("401 No", {"error": "who are you?"}),
            "the endpoint refused the token (401: who are you?)",
            "Put a valid token into NEMO_TOKEN",
        ),
        (refuses("500 No", "boom"), "the endpoint failed (500: boom)", ""),
    ],
)
def test_a_list_that_was_asked_for_and_does_not_come_is_explained(
    behave: Behaviour, sentence: str, hint: str
) -> None:
    with (
        FaultServer(behave) as server,
        asking(server.base_url) as asked,
        pytest.raises(EndpointError) as caught,
    ):
        asked.client.offer(5.0)
    assert (caught.value.sentence, caught.value.hint) == (sentence, hint)


def test_a_model_that_is_not_found_brings_the_nearest_names() -> None:
    with FaultServer(lists) as server, asking(server.base_url) as asked:
        error = asked.failure()
        assert len(server.requests) == 2
    assert error.hint == "It has nemo-instruct"


@pytest.mark.parametrize(
    "behave",
    [
        refuses("404 No"),
        refuses("500 No", b"Internal Server Error", "text/plain"),
        plays(with_length("200 OK", b"<html>")),
        plays(b"nonsense"),
        plays(),
        plays(head(Content_Encoding="br"), b"x"),
        plays(FOREVER),
        plays(head(), b'{"data": [', FOREVER),
    ],
)
def test_a_list_that_does_not_come_is_empty_and_soon(behave: Behaviour) -> None:
    with FaultServer(behave) as server, asking(server.base_url) as asked:
        begun = time.monotonic()
        assert asked.client.models() == ()
        assert time.monotonic() - begun < 3
