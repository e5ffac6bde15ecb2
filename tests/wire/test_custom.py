"""Sections of the configuration into endpoints, or into one sentence."""

from __future__ import annotations

import tomllib

import pytest

from nemochat.errors import ConfigurationError
from nemochat.wire.custom import KEYS, table
from nemochat.wire.endpoints import NEMO, TABLE, Endpoint, at_home, find


def read(text: str) -> tuple[Endpoint, ...]:
    return table(tomllib.loads(text).get("endpoint", {}))


def test_without_sections_it_is_the_table() -> None:
    assert table({}) == TABLE


def test_a_section_is_an_endpoint() -> None:
    rows = read("""
    [endpoint.work]
    base_url = "https://llm.example/v1/"
    token_variable = "WORK_TOKEN"
    token_command = "pass work"
    headers = { X-Team = "search" }
    body = { user = "me", deep = { a = [1, 2.5, true] } }
    without = ["top_k"]
    called = { seed = "random_seed" }
    """)
    row = find("work", rows)
    assert (row.base_url, row.model) == ("https://llm.example/v1", NEMO)
    assert (row.token_variable, row.token_command) == ("WORK_TOKEN", "pass work")
    assert row.dialect.headers == {"X-Team": "search"}
    assert row.dialect.body == {"user": "me", "deep": {"a": [1, 2.5, True]}}
    assert (row.dialect.without, row.dialect.called) == (("top_k",), {"seed": "random_seed"})
    assert at_home(row, "https://llm.example/v2")
    (least,) = read('[endpoint.x]\nbase_url = "http://h"')[len(TABLE) - 1 : -1]
    assert least == Endpoint("x", "http://h", NEMO, "", "an endpoint of your own")
    assert rows[-1].name == "guide"


def test_a_row_of_the_table_is_amended_and_keeps_the_rest() -> None:
    row = find("ollama", read('[endpoint.ollama]\nbase_url = "http://nas:11434/v1"'))
    assert (row.base_url, row.model) == ("http://nas:11434/v1", "mistral-nemo")
    assert "top_k" in row.dialect.without


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[endpoint.x]", "[endpoint.x] has no base_url"),
        ("[endpoint.x]\nbase_url = 'ftp://h'", "base_url: the address takes http"),
        ("[endpoint.x]\nbase_ulr = 'http://h'", "Did you mean base_url?"),
        ("[endpoint.guide]\nmodel = 'x'", 'can be called "guide"'),
        ('[endpoint."a b"]\nbase_url = "http://h"', 'can be called "a b"'),
        ("[endpoint]\nx = 3", "[endpoint.x] takes a table, not 3"),
        ("[endpoint.ollama]\nmodel = 3", "model takes a text"),
        ("[endpoint.ollama]\ntoken_variable = 'A B'", "the name of a variable"),
        ("[endpoint.ollama]\nwithout = 'top_k'", "a list of names"),
        ("[endpoint.ollama]\ncalled = { seed = 1 }", "called takes a table of texts"),
        ("[endpoint.ollama]\nbody = { day = 2026-01-01 }", "what JSON can hold"),
        ("[endpoint.ollama]\nbody = { x = inf }", "what JSON can hold"),
        ('[endpoint.ollama.headers]\nX-A = "a\\r\\nEvil: b"', "X-A holds a line break"),
        ('[endpoint.ollama.headers]\nX-A = "a\\u0000"', "X-A holds a line break"),
        ('[endpoint.ollama.headers]\nX-A = "tést"', "outside ASCII"),
        ('[endpoint.ollama.headers]\n"X A" = "a"', "no header can be called"),
        ('[endpoint.ollama.headers]\n"X\\nA" = "a"', "no header can be called"),
        ('[endpoint.ollama.headers]\nAuthorization = "Bearer sk"', "takes no Authorization"),
        ('[endpoint.ollama.headers]\nhost = "h"', "takes no host"),
    ],
)
def test_what_makes_no_sense_is_named(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert said in str(caught.value)
    assert "Evil" not in str(caught.value)
    assert "sk" not in caught.value.sentence.split()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[endpoint.x]", "It is the address of the server"),
        (
            "[endpoint.ollama]\nq = 1",
            f"It takes {', '.join(KEYS)}",
        ),
        (
            '[endpoint.ollama.headers]\nAUTHORIZATION = "x"',
            "token_variable or token_command gives the token",
        ),
        ('[endpoint.ollama.headers]\nHost = "x"', ""),
        ('[endpoint.ollama.headers]\n"X A" = "a"', ""),
    ],
)
def test_what_would_do_in_place_of_it_is_told(text: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert caught.value.hint == hint


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_of_the_table_is_one(row: Endpoint) -> None:
    assert row.about
    assert row.model
    assert not set(row.dialect.without) & set(row.dialect.called)
