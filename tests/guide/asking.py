"""Request bodies and parsers of responses."""

from __future__ import annotations

import json
from typing import Any

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"
PATH = "/chat/completions"
HELLO = [{"role": "user", "content": "Hello!"}]


def body(question: str = "How do I save a chat?", /, **members: object) -> dict[str, Any]:
    return {"model": NEMO, "messages": [{"role": "user", "content": question}], **members}


def events(text: str) -> list[str]:
    """Return the data of each event in a stream."""
    assert text.endswith("\n\n")
    lines = text.removesuffix("\n\n").split("\n\n")
    assert all(line.startswith("data: ") for line in lines)
    return [line.removeprefix("data: ") for line in lines]


def chunks(text: str) -> list[dict[str, Any]]:
    """Return the chunks of a stream that ends with [DONE]."""
    *data, done = events(text)
    assert done == "[DONE]"
    return [json.loads(each) for each in data]


def contents(text: str) -> list[str]:
    """Return the content of each delta."""
    return [
        choice["delta"]["content"]
        for chunk in chunks(text)
        for choice in chunk["choices"]
        if choice["delta"]
    ]
