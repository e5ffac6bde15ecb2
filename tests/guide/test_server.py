"""Responses of the guide over real sockets, exactly as the endpoint documents them."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from nemochat.guide.server import Guide, start
from tests.guide.asking import HELLO, NEMO, PATH, body, chunks, contents, events

if TYPE_CHECKING:
    import httpx

LAMB = [
    {"role": "system", "content": "Respond like a michelin starred chef."},
    {"role": "user", "content": "Can you name at least two different techniques to cook lamb?"},
    {"role": "assistant", "content": 'Bonjour! First, we have the classic "Sous Vide" method.'},
    {"role": "user", "content": "Tell me more about the second method."},
]


def test_the_first_documented_request_is_answered_in_its_shape(client: httpx.Client) -> None:
    response = client.post(PATH, json={"model": NEMO, "messages": HELLO})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    document = response.json()
    assert list(document) == ["id", "object", "created", "model", "choices", "usage"]
    assert document["id"].startswith("chatcmpl-")
    assert document["object"] == "chat.completion"
    assert abs(document["created"] - time.time()) < 60
    assert document["model"] == NEMO
    [choice] = document["choices"]
    assert list(choice) == ["index", "message", "finish_reason"]
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"].startswith("Hello! I am nemochat's guide")
    assert choice["finish_reason"] == "stop"
    usage = document["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["estimated_cost"] == 0.0


def test_the_second_documented_request_is_answered(client: httpx.Client) -> None:
    document = client.post(PATH, json={"model": NEMO, "messages": LAMB}).json()
    assert document["choices"][0]["message"]["content"].startswith(
        "nemochat's documentation does not answer that"
    )


def test_the_third_documented_request_is_streamed(client: httpx.Client) -> None:
    response = client.post(PATH, json={"model": NEMO, "stream": True, "messages": HELLO})
    assert response.headers["Content-Type"] == "text/event-stream"
    *_, last, done = events(response.text)
    assert done == "[DONE]"
    head = json.loads(last)
    assert head["choices"] == [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    for chunk in chunks(response.text)[:-1]:
        assert list(chunk) == ["id", "object", "created", "model", "choices"]
        assert chunk | {"choices": head["choices"]} == head
        [choice] = chunk["choices"]
        assert choice["delta"]["role"] == "assistant"
        assert choice["finish_reason"] is None
    assert contents(response.text)[:3] == ["Hello", "!", " I"]
    assert contents(response.text)[-3:] == [".", "", "</s>"]


def test_the_bytes_of_an_event_are_the_documented_ones(client: httpx.Client) -> None:
    text = client.post(PATH, json=body("Hello!", stream=True)).text
    assert re.match(
        r'data: \{"id": "\w{24}", "object": "chat\.completion\.chunk", "created": \d+, '
        r'"model": "mistralai/Mistral-Nemo-Instruct-2407", "choices": \[\{"index": 0, "delta": '
        r'\{"role": "assistant", "content": "Hello"\}, "finish_reason": null\}\]\}\n\n',
        text,
    )
    assert text.endswith('{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n')


def test_the_stream_holds_the_text_of_the_document(client: httpx.Client) -> None:
    whole = client.post(PATH, json=body()).json()["choices"][0]["message"]["content"]
    streamed = "".join(contents(client.post(PATH, json=body(stream=True)).text))
    assert streamed == whole + "</s>"
    assert "`/save NAME`" in whole


def test_usage_comes_in_a_chunk_of_its_own_when_asked_for(client: httpx.Client) -> None:
    usage = client.post(PATH, json=body()).json()["usage"]
    wanted = body(stream=True, stream_options={"include_usage": True})
    *others, last = chunks(client.post(PATH, json=wanted).text)
    assert last["choices"] == []
    assert last["usage"] == usage
    assert all("usage" not in chunk for chunk in others)


def test_max_tokens_cuts_with_length_and_without_the_stray_end(client: httpx.Client) -> None:
    document = client.post(PATH, json=body("Hello!", max_tokens=3)).json()
    assert document["choices"][0]["message"]["content"] == "Hello! I"
    assert document["choices"][0]["finish_reason"] == "length"
    assert document["usage"]["completion_tokens"] == 3
    text = client.post(PATH, json=body("Hello!", max_tokens=3, stream=True)).text
    assert contents(text) == ["Hello", "!", " I", ""]
    assert chunks(text)[-1]["choices"][0]["finish_reason"] == "length"


def test_stop_ends_the_answer(client: httpx.Client) -> None:
    for stop in ("nemochat", ["nothing", "nemochat"]):
        choice = client.post(PATH, json=body("Hello!", stop=stop)).json()["choices"][0]
        assert (choice["message"]["content"], choice["finish_reason"]) == ("Hello! I am ", "stop")


def test_two_answers_are_two_choices_that_differ(client: httpx.Client) -> None:
    document = client.post(PATH, json=body(n=2)).json()
    first, second = (choice["message"]["content"] for choice in document["choices"])
    assert [choice["index"] for choice in document["choices"]] == [0, 1]
    assert first != second


def test_the_same_request_has_the_same_answer(client: httpx.Client) -> None:
    first, second = (client.post(PATH, json=body(seed=1)).json()["choices"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("base", ["", "/v1", "/openai", "/v1/openai", "/openai/v1"])
def test_it_answers_under_the_usual_base_addresses(client: httpx.Client, base: str) -> None:
    address = str(client.base_url).replace("/v1/openai/", base)
    assert client.post(address + PATH, json=body()).status_code == 200
    assert client.get(address + "/models").status_code == 200


def test_models_are_listed_with_metadata_when_asked_for(client: httpx.Client) -> None:
    bare = client.get("/models").json()
    assert bare["object"] == "list"
    assert [model["id"] for model in bare["data"]] == [NEMO, "nemochat/guide"]
    assert "metadata" not in bare["data"][0]
    full = client.get("/models", params={"filter": "with_meta"}).json()["data"][0]
    assert full["metadata"] == {
        "context_length": 131_072,
        "max_tokens": 131_072,
        "pricing": {"input_tokens": 0.0, "output_tokens": 0.0},
    }


def test_every_listed_model_answers_by_its_name(client: httpx.Client) -> None:
    document = client.post(PATH, json={**body(), "model": "nemochat/guide"}).json()
    assert document["model"] == "nemochat/guide"


@pytest.mark.parametrize(
    ("method", "path", "status", "told"),
    [
        ("POST", "/completions", 404, {"detail": "Not Found"}),
        ("GET", "/", 404, {"detail": "Not Found"}),
        ("GET", PATH, 405, {"detail": "Method Not Allowed"}),
        ("DELETE", PATH, 405, {"detail": "Method Not Allowed"}),
        ("POST", "/models", 405, {"detail": "Method Not Allowed"}),
    ],
)
def test_other_paths_and_methods_are_refused(
    client: httpx.Client, method: str, path: str, status: int, told: object
) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.json()) == (status, told)


def test_a_wrong_body_is_refused_in_the_endpoints_shape(client: httpx.Client) -> None:
    response = client.post(PATH, json=body(temperature=3))
    assert response.status_code == 422
    [problem] = response.json()["detail"]
    assert problem["loc"] == ["body", "temperature"]
    assert problem["msg"] == "temperature must be 0 to 2, not 3"
    assert client.post(PATH, content=b"{").status_code == 400
    assert client.post(PATH, json={**body(), "model": "x"}).json() == {"error": "Model not found"}
    assert client.post(PATH, json=body(n=2, stream=True)).status_code == 422


def test_only_the_required_token_is_let_in() -> None:
    import httpx

    with start(require_token="right", pace=0) as guide:
        for header in (None, "Bearer wrong", "right", "Bearer", "Bearer räght"):
            headers = {b"Authorization": header.encode()} if header else {}
            response = httpx.post(guide.base_url + PATH, json=body(), headers=headers)
            assert response.status_code == 401
            assert response.json() == {"detail": {"error": "Not authenticated"}}
        headers = {b"Authorization": b"Bearer right"}
        assert httpx.post(guide.base_url + PATH, json=body(), headers=headers).status_code == 200


def test_any_token_is_let_in_when_none_is_required(client: httpx.Client) -> None:
    response = client.post(PATH, json=body(), headers={"Authorization": "Bearer any"})
    assert response.status_code == 200


def test_the_price_is_reported_and_valid_requests_are_passed_on() -> None:
    import httpx

    bodies: list[object] = []
    with start(price=0.5, on_request=bodies.append) as guide:
        usage = httpx.post(guide.base_url + PATH, json=body()).json()["usage"]
        models = httpx.get(guide.base_url + "/models?filter=with_meta").json()
        httpx.post(guide.base_url + PATH, json=body(temperature=3))
    assert usage["estimated_cost"] == pytest.approx(usage["total_tokens"] * 0.5e-6)
    assert models["data"][0]["metadata"]["pricing"]["input_tokens"] == 0.5
    assert bodies == [body()]


def test_closing_twice_is_harmless_and_frees_the_address() -> None:
    guide: Guide = start()
    guide.close()
    guide.close()
    guide.wait()
    again = start(urlsplit(guide.base_url).port or 0, pace=0)
    assert again.base_url == guide.base_url
    again.close()
