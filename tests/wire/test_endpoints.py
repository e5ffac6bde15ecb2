"""Where Nemo is served: names, addresses, tokens."""

from __future__ import annotations

import pytest

from nemochat.errors import ConfigurationError
from nemochat.wire.endpoints import address, exposure, find, local, token_problem


def test_an_endpoint_is_found_by_its_name() -> None:
    assert find("deepinfra").base_url == "https://api.deepinfra.com/v1/openai"


def test_the_nearest_endpoint_is_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find("deepinfar")
    assert caught.value.hint == "Did you mean deepinfra?"
    with pytest.raises(ConfigurationError) as caught:
        find("xyz")
    assert caught.value.sentence == 'there is no endpoint "xyz"'
    assert caught.value.hint == (
        "There are deepinfra, ollama, llamacpp, vllm, lmstudio, mistral, openrouter, guide"
    )


@pytest.mark.parametrize(
    ("base_url", "made"),
    [
        ("https://api.example/v1", "https://api.example/v1"),
        ("https://api.example/v1///", "https://api.example/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("HTTPS://EXAMPLE.com/v1", "HTTPS://EXAMPLE.com/v1"),
        ("https://münchen.example/v1", "https://münchen.example/v1"),
    ],
)
def test_an_address_loses_its_last_slash(base_url: str, made: str) -> None:
    assert address(base_url) == made


IMPOSSIBLE = [
    "",
    "api.example/v1",
    "localhost:8080",
    "ftp://api.example/v1",
    "file:///etc/passwd",
    "http://",
    "https:///v1",
    "http://:8080/v1",
    "http://host:port/v1",
    "http://host:99999/v1",
    "http://host:-1/v1",
    "http://host:0/v1",
    "http://ho st/v1",
    " http://host/v1",
    "http://host/v1\n",
    "http://host/\x1b[0m",
    "http://[::1/v1",
    "http://[nonsense]/v1",
    "http://a..b/v1",
    "http://ä..de/v1",
    f"http://{'ä' * 70}.de/v1",
    f"http://{'a' * 70}.de/v1",
    "http://name:password@host/v1",
    "http://host/v1?key=1",
    "http://host/v1#x",
    "http://host/v1/chat/completions/",
]


@pytest.mark.parametrize("base_url", IMPOSSIBLE)
def test_an_impossible_address_is_refused(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="the address takes") as caught:
        address(base_url)
    assert str(caught.value).isprintable()
    assert "password@" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("http://name:password@host/v1", "the address takes no user name and no password"),
        ("http://name@host/v1", "the address takes no user name and no password"),
        ("http://@host/v1", "the address takes no user name and no password"),
        ("http://host/v1?key=1", "the address takes nothing after a ? or a #"),
        ("http://host/v1#x", "the address takes nothing after a ? or a #"),
        ("http://host/v1?", "the address takes nothing after a ? or a #"),
        ("http://host/v1#", "the address takes nothing after a ? or a #"),
        ("x", 'the address takes http:// or https:// and a host, not "x"'),
    ],
)
def test_what_an_address_may_not_have_is_named(base_url: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        address(base_url)
    assert caught.value.sentence == said


@pytest.mark.parametrize(
    ("base_url", "is_local"),
    [
        ("http://localhost:1/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://127.3.2.1/v1", True),
        ("http://[::1]:80/v1", True),
        ("http://x.localhost/v1", True),
        ("http://10.0.0.1/v1", False),
        ("http://localhost.example/v1", False),
        ("http://127.0.0.1.example/v1", False),
        ("http://127.example/v1", False),
        ("https://api.example/v1", False),
    ],
)
def test_an_address_of_this_machine_is_known(base_url: str, *, is_local: bool) -> None:
    assert local(base_url) is is_local


@pytest.mark.parametrize(
    ("base_url", "token", "warned"),
    [
        ("http://api.example/v1", "sk-test", True),
        ("HTTP://api.example/v1", "sk-test", True),
        ("http://192.168.0.7:8080/v1", "sk-test", True),
        ("http://api.example/v1", "", False),
        ("https://api.example/v1", "sk-test", False),
        ("http://127.0.0.1:8080/v1", "sk-test", False),
    ],
)
def test_a_token_over_an_open_network_is_warned_of(
    base_url: str, token: str, *, warned: bool
) -> None:
    warning = exposure(base_url, token)
    assert bool(warning) is warned
    assert not warned or ("unencrypted" in warning and "sk-test" not in warning)


@pytest.mark.parametrize("token", ["sk test", "sk\ntest", "sk-tést", "sk\x1b", "\u2028"])
def test_a_token_that_no_header_carries_is_told_of_but_not_shown(token: str) -> None:
    problem = token_problem(token)
    assert problem.startswith("holds a blank, a line break")
    assert token not in problem


@pytest.mark.parametrize("token", ['"sk-test"', "'sk-test'", "Bearer sk-test", "A_TOKEN=sk-test"])
def test_what_was_copied_with_a_token_is_told(token: str) -> None:
    problem = token_problem(token)
    assert problem.endswith("not belong to it")
    assert "sk-test" not in problem


def test_a_good_token_has_no_problem() -> None:
    assert token_problem("sk-Test_0123.~+/=") == ""
    assert token_problem("TOKEN=") == ""
