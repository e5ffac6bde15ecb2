"""What an endpoint says of its models: an optional list, read as far as it makes sense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nemochat.wire.lenient import Json, amount, count, parse


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model of an endpoint; None where it does not say.

    Attributes:
        context_length: Tokens of prompt and answer together.
        max_tokens: Tokens of an answer.
        input_price: US dollars per million tokens of the prompt.
        output_price: US dollars per million tokens of the answer.
    """

    name: str
    context_length: int | None = None
    max_tokens: int | None = None
    input_price: float | None = None
    output_price: float | None = None


def listed(body: bytes) -> tuple[ModelInfo, ...]:
    """The models in the body of an answer to `GET /models`; none if it makes no sense."""
    try:
        document = parse(body.decode("utf-8", "replace"))
    except ValueError:
        return ()
    return tuple(_models(document))


def _models(document: Json) -> Iterator[ModelInfo]:
    rows = document
    if isinstance(document, dict):
        rows = document.get("data") or document.get("models")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, str):
            row = {"id": row}  # noqa: PLW2901 - a bare name stands for a row with nothing else
        if isinstance(row, dict) and (model := _model(row)):
            yield model


def _model(row: dict[str, Json]) -> ModelInfo | None:
    name = row.get("id") or row.get("name")
    if not isinstance(name, str) or not name.isprintable():
        return None
    about = row.get("metadata")
    about = about if isinstance(about, dict) else {}
    pricing = about.get("pricing")
    pricing = pricing if isinstance(pricing, dict) else {}
    return ModelInfo(
        name,
        count(about.get("context_length")),
        count(about.get("max_tokens")),
        amount(pricing.get("input_tokens")),
        amount(pricing.get("output_tokens")),
    )
