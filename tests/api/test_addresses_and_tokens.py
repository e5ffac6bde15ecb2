"""Addresses, tokens, and the warning before a token is sent unencrypted."""

from __future__ import annotations

import pytest

from nemochat.errors import ConfigurationError
from tests.api.asking import asking
from tests.api.fault_server.scripts import HELLO, answer, head, plays
from tests.api.fault_server.server import FaultServer
from tests.api.network import resolve_names


def refusal(base_url: str, token: str = "sk-test") -> ConfigurationError:
    """Return the error of a client that cannot be created."""
    with pytest.raises(ConfigurationError) as caught, asking(base_url, token=token):
        pass
    return caught.value


@pytest.mark.parametrize("slashes", ["", "/", "///"])
def test_an_address_loses_its_last_slashes(slashes: str) -> None:
    with FaultServer(plays(head(), answer())) as server:
        with asking(server.base_url + slashes) as asked:
            assert asked.text() == HELLO
        assert server.requests[0].startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.example/v1",
        "http://127.0.0.1:8080",
        "http://[::1]:8080/v1",
        "HTTPS://EXAMPLE.com/v1",
        "https://münchen.example/v1",
    ],
)
def test_an_address_may_be_a_name_or_a_number_with_a_port(base_url: str) -> None:
    with asking(base_url) as asked:
        assert asked.client.warning == ""


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
def test_an_impossible_address_is_refused_before_anything_is_sent(base_url: str) -> None:
    error = refusal(base_url)
    assert error.sentence.startswith(("an address ", "the address "))
    assert str(error).isprintable()
    assert "password@" not in str(error)


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        *(
            (f"http://{name}@host/v1", "an address must not contain a user name or password")
            for name in ("name:password", "name", "")
        ),
        *(
            (f"http://host/v1{end}", "an address must not contain ? or #")
            for end in ("?key=1", "#x", "?", "#")
        ),
        ("x", 'the address must be http:// or https:// followed by a host, not "x"'),
    ],
)
def test_what_an_address_may_not_have_is_named(base_url: str, said: str) -> None:
    assert refusal(base_url).sentence == said


@pytest.mark.parametrize(
    ("base_url", "token", "warned"),
    [
        ("http://api.example/v1", "sk-test", True),
        ("HTTP://api.example/v1", "sk-test", True),
        ("http://192.168.0.7:8080/v1", "sk-test", True),
        ("http://10.0.0.1/v1", "sk-test", True),
        ("http://localhost.example/v1", "sk-test", True),
        ("http://127.0.0.1.example/v1", "sk-test", True),
        ("http://127.example/v1", "sk-test", True),
        ("http://api.example/v1", "", False),
        ("https://api.example/v1", "sk-test", False),
        ("https://192.0.2.1/v1", "sk-test", False),
        *(
            (f"http://{own}/v1", "sk-test", False)  # loopback
            for own in ("127.0.0.1:8080", "127.3.2.1", "localhost:1", "x.localhost", "[::1]:80")
        ),
    ],
)
def test_a_token_over_an_open_network_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, base_url: str, token: str, *, warned: bool
) -> None:
    resolve_names(monkeypatch, {"localhost": "127.0.0.1", "x.localhost": "127.0.0.1"})
    with asking(base_url, token=token) as asked:
        warning = asked.client.warning
    assert bool(warning) is warned
    assert not warned or ("unencrypted" in warning and "sk-test" not in warning)


@pytest.mark.parametrize(
    "token", ["sk test", "sk\ntest", "sk\r\nX: y", "sk-tést", "sk\x1b", "\u2028"]
)
def test_a_token_that_no_header_carries_is_reported_but_not_shown(token: str) -> None:
    error = refusal("http://127.0.0.1:9", token)
    assert error.sentence.startswith("the token contains a space, a line break")
    assert token not in str(error)


@pytest.mark.parametrize("token", ['"sk-test"', "'sk-test'", "Bearer sk-test", "A_TOKEN=sk-test"])
def test_what_was_copied_with_a_token_is_reported(token: str) -> None:
    error = refusal("http://127.0.0.1:9", token)
    assert error.sentence.endswith(("; remove them", "; remove it", "; remove that word"))
    assert "sk-test" not in str(error)


@pytest.mark.parametrize("token", ["sk-Test_0123.~+/=", "TOKEN="])
def test_a_good_token_is_sent(token: str) -> None:
    with FaultServer(plays(head(), answer())) as server:
        with asking(server.base_url, token=token) as asked:
            assert asked.text() == HELLO
        assert f"authorization: bearer {token}\r\n".lower() in server.requests[0].decode().lower()
