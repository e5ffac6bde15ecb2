"""List of an endpoint's models, which is optional and often incomplete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from nemochat.api import refusals
from nemochat.api.json_values import parse, to_amount, to_count
from nemochat.api.timeouts import ReadTimer, Timeouts
from nemochat.config.endpoints import HintContext
from nemochat.core.records import Json
from nemochat.errors import NotAnAnswer, RequestRefused

if TYPE_CHECKING:
    from nemochat.api.http import Connection

LIST = "/models?filter=with_meta"  # the filter adds prices on DeepInfra; others ignore it
SECONDS = 2.0  # for a list that the user did not request
LARGEST_LIST = 8 * 1024 * 1024  # bytes
_NOT_SUPPORTED = {404, 405, 501}


class ModelInfo(NamedTuple):
    """Model of an endpoint; what the endpoint does not report is None.

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


def parse_models(body: bytes) -> tuple[ModelInfo, ...]:
    """Return the models in the body of a response to `GET /models`, or () if it is invalid."""
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
            row = {"id": row}  # noqa: PLW2901 - a bare name is a row without details
        if isinstance(row, dict) and (model := _model(row)):
            yield model


def _model(row: dict[str, Json]) -> ModelInfo | None:
    name = row.get("id") or row.get("name")
    if not isinstance(name, str) or not name.isprintable():
        return None
    metadata = _table(row, "metadata")  # DeepInfra
    pricing = _table(metadata, "pricing")
    per_token = _table(row, "pricing")  # OpenRouter, in US dollars per token
    best = _table(row, "top_provider")
    return ModelInfo(
        name,
        _first(
            metadata.get("context_length"),
            row.get("context_length"),  # OpenRouter
            row.get("max_context_length"),  # Mistral
            row.get("max_model_len"),  # vLLM
            _table(row, "meta").get("n_ctx"),  # llama.cpp
        ),
        _first(metadata.get("max_tokens"), best.get("max_completion_tokens")),
        _price(pricing.get("input_tokens"), per_token.get("prompt")),
        _price(pricing.get("output_tokens"), per_token.get("completion")),
    )


def _table(row: dict[str, Json], name: str) -> dict[str, Json]:
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _first(*values: Json) -> int | None:
    return next((read for value in values if (read := to_count(value)) is not None), None)


def _price(per_million: Json, per_token: Json) -> float | None:
    price = to_amount(per_million)
    if price is None and (each := to_amount(per_token)) is not None:
        price = round(each * 1_000_000, 9)
    return price


def fetch_models(
    connection: Connection, seconds: float, hints: HintContext
) -> tuple[ModelInfo, ...]:
    """Return the models of an endpoint.

    Args:
        connection: Connection to the endpoint.
        seconds: Seconds for the whole request.
        hints: What a hint may mention.

    Raises:
        EndpointError: the endpoint cannot be reached, refuses, or sends no list.
    """
    timer = ReadTimer(Timeouts(), total=seconds)
    with connection.send("GET", LIST, b"", timer) as response:
        body = response.read_prefix(LARGEST_LIST)
    if response.is_success:
        if models := parse_models(body):
            return models
        raise NotAnAnswer("the endpoint lists no models")
    if response.status in _NOT_SUPPORTED:
        raise RequestRefused(f"the endpoint has no model list (status {response.status})")
    raise refusals.refusal_error(
        response.status, response.headers, refusals.parse_body(body), hints
    )
