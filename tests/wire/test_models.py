"""Lists of models, as far as they make sense."""

from __future__ import annotations

import json

import pytest

from nemochat.wire.lenient import Json
from nemochat.wire.models import ModelInfo, listed

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"


def test_bytes_that_are_no_text_hide_no_model() -> None:
    assert listed(b'{"data": [{"id": "m", "about": "\xff"}]}') == (ModelInfo("m"),)


def test_metadata_is_read() -> None:
    row = {
        "id": NEMO,
        "object": "model",
        "metadata": {
            "context_length": 131072,
            "max_tokens": 16384,
            "pricing": {"input_tokens": 0.02, "output_tokens": 0.04},
        },
    }
    body = json.dumps({"object": "list", "data": [row]}).encode()
    assert listed(body) == (ModelInfo(NEMO, 131072, 16384, 0.02, 0.04),)


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
    assert [model.name for model in listed(json.dumps(document).encode())] == names


@pytest.mark.parametrize(
    "body", [b"", b"Internal Server Error", b"<html>", b"[" * 100_000, b"\xff"]
)
def test_nonsense_is_an_empty_list(body: bytes) -> None:
    assert listed(body) == ()


@pytest.mark.parametrize(
    ("row", "model"),
    [
        (
            {
                "id": "a",
                "context_length": 131072,
                "pricing": {"prompt": "0.00000002", "completion": "0.00000004"},
                "top_provider": {"max_completion_tokens": 16384},
            },
            ModelInfo("a", 131072, 16384, 0.02, 0.04),  # OpenRouter's
        ),
        ({"id": "a", "max_context_length": 131072}, ModelInfo("a", 131072)),  # Mistral's
        ({"id": "a", "max_model_len": 8192}, ModelInfo("a", 8192)),  # vLLM's
        ({"id": "a", "meta": {"n_ctx": 512, "n_ctx_train": 4096}}, ModelInfo("a", 512)),
    ],
)
def test_what_other_servers_tell_is_read(row: Json, model: ModelInfo) -> None:
    assert listed(json.dumps({"data": [row]}).encode()) == (model,)
