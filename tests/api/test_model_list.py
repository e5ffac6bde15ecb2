"""Model list: read as far as possible, and errors if there is none."""

from __future__ import annotations

import json
import time

import pytest

from nemochat.errors import EndpointError
from tests.api.asking import asking
from tests.api.fault_server.scripts import FOREVER, Json, head, plays, refuses, with_length
from tests.api.fault_server.server import Behaviour, FaultServer

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"
# The name, tokens of prompt and answer, tokens of an answer, prices per million of either.
Model = tuple[str, int | None, int | None, float | None, float | None]


def models_in(body: bytes) -> tuple[Model, ...]:
    """Return the models that a client reads from a list."""
    with (
        FaultServer(plays(with_length("200 OK", body))) as server,
        asking(server.base_url) as asked,
    ):
        return asked.client.list_models()


def test_the_list_is_asked_for_with_metadata_and_without_a_body() -> None:
    listing = refuses("200 OK", {"data": [{"id": "m"}]})
    with FaultServer(listing) as server, asking(server.base_url) as asked:
        assert [model.name for model in asked.client.list_models()] == ["m"]
        (request,) = server.requests
    assert request.startswith(b"GET /v1/models?filter=with_meta ")
    assert request.endswith(b"\r\n\r\n")
    assert b"content-length" not in request.lower()


@pytest.mark.parametrize(
    ("row", "model"),
    [
        (
            {
                "id": NEMO,
                "object": "model",
                "metadata": {
                    "context_length": 131072,
                    "max_tokens": 16384,
                    "pricing": {"input_tokens": 0.02, "output_tokens": 0.04},
                },
            },
            (NEMO, 131072, 16384, 0.02, 0.04),  # DeepInfra's
        ),
        (
            {
                "id": "a",
                "context_length": 131072,
                "pricing": {"prompt": "0.00000002", "completion": "0.00000004"},
                "top_provider": {"max_completion_tokens": 16384},
            },
            ("a", 131072, 16384, 0.02, 0.04),  # OpenRouter's
        ),
        ({"id": "a", "max_context_length": 131072}, ("a", 131072, None, None, None)),  # Mistral's
        ({"id": "a", "max_model_len": 8192}, ("a", 8192, None, None, None)),  # vLLM's
        (
            {"id": "a", "meta": {"n_ctx": 512, "n_ctx_train": 4096}},
            ("a", 512, None, None, None),  # llama.cpp's
        ),
    ],
)
def test_what_servers_tell_of_a_model_is_read(row: Json, model: Model) -> None:
    assert models_in(json.dumps({"data": [row]}).encode()) == (model,)


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"data": [{"id": "a"}, {"id": "b", "metadata": None}]}, ["a", "b"]),
        ({"data": [{"id": "a", "metadata": {"pricing": [], "max_tokens": "x"}}]}, ["a"]),
        ({"models": [{"name": "a"}]}, ["a"]),
        ([{"id": "a"}, "b"], ["a", "b"]),
        ({"data": [None, 3, {}, {"id": 7}, {"id": ""}, {"id": "a\x1b[0m"}]}, []),
        ({"data": {"id": "a"}}, []),
        ({"error": "no"}, []),
        (None, []),
        ("x", []),
    ],
)
def test_a_list_is_read_in_every_shape(document: Json, names: list[str]) -> None:
    assert [name for name, *_ in models_in(json.dumps(document).encode())] == names


def test_bytes_that_are_no_text_hide_no_model() -> None:
    assert [name for name, *_ in models_in(b'{"data": [{"id": "m", "about": "\xff"}]}')] == ["m"]


@pytest.mark.parametrize(
    "body", [b"", b"Internal Server Error", b"<html>", b"[" * 100_000, b"\xff"]
)
def test_nonsense_is_an_empty_list(body: bytes) -> None:
    assert models_in(body) == ()


@pytest.mark.parametrize(
    ("behave", "sentence", "hint"),
    [
        (plays(with_length("200 OK", b"<html>")), "the endpoint lists no models", ""),
        (refuses("404 No"), "the endpoint has no model list (status 404)", ""),
        (refuses("405 No"), "the endpoint has no model list (status 405)", ""),
        (
            refuses("401 No", {"error": "who are you?"}),
            "the endpoint rejected the token (401: who are you?)",
            "Set NEMO_TOKEN to a valid token",
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
        asked.client.fetch_models(5.0)
    assert (caught.value.sentence, caught.value.hint) == (sentence, hint)


@pytest.mark.parametrize(
    "behave",
    [
        refuses("404 No"),
        refuses("500 No", b"Internal Server Error", "text/plain"),
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
        assert asked.client.list_models() == ()
        assert time.monotonic() - begun < 10  # the server would wait for 20
