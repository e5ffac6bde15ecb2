"""Web pages, which are fetched from public addresses only and with limits."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, ip_address

import pytest

from nemochat import __version__
from nemochat.core.text import format_value
from nemochat.errors import EndpointError, UsageError
from nemochat.web.fetch import Address, fetch_page
from tests.api.fault_server.scripts import FOREVER, Step, head, over_and_over, plays, refuses
from tests.api.fault_server.server import FaultServer
from tests.api.network import resolve_names
from tests.api.secured import AUTHORITY, GOOD, secured, tunnels, until, unused_port

HERE = IPv4Address("127.0.0.1")
LARGEST = 2 * 1024 * 1024  # bytes of a page
Answer = tuple[int, dict[str, str], bytes]


class Site:
    """Loopback server with pages by path.

    Attributes:
        pages: Responses.
        heard: Paths and Host headers of the requests.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.heard: list[tuple[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.heard.append((self.path, self.headers["Host"]))
                status, headers, body = site.pages[self.path]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    yield served
    served.server.shutdown()
    served.server.server_close()


def here(address: Address) -> bool:
    """Allow only this address instead of the public ones."""
    return address == HERE


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "192.0.2.1", "198.18.0.1", "[::]", "[::1]", "[fe80::1]"),
        *("[fc00::1]", "[ff02::1]", "[2001:db8::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2002:0a00:1::1]", "[::127.0.0.1]"),
        *("[64:ff9b:1::7f00:1]", "192.0.0.1", "192.0.0.8", "192.0.0.10", "192.0.0.255"),
        *("192.88.99.1", "192.88.99.255", "168.63.129.16", "[fec0::1]", "[feff:ffff::1]"),
        *("[3fff::1]", "[3fff:fff:ffff::1]", "[5f00::1]", "[::ffff:168.63.129.16]"),
        *("[64:ff9b::a83f:8110]", "[2002:c058:6301::1]", "[4000::1]"),
    ],
)
def test_nothing_is_fetched_from_an_address_of_no_public_place(address: str) -> None:
    with FaultServer(GOOD) as proxy, pytest.raises(UsageError, match="no pages are fetched"):
        fetch_page(f"http://{address}/", proxy=f"http://127.0.0.1:{proxy.port}")
    assert proxy.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        *("93.184.216.34", "1.1.1.1", "[2606:4700::1111]", "[::ffff:1.1.1.1]"),
        *("[64:ff9b::101:101]", "168.63.129.17", "192.0.1.1", "192.88.98.1", "[3ffe:ffff::1]"),
    ],
)
def test_a_page_is_fetched_from_a_public_address(address: str) -> None:
    with FaultServer(plays(head(kind="text/plain"), b"text")) as proxy:
        page = fetch_page(f"http://{address}/", proxy=f"http://127.0.0.1:{proxy.port}")
        assert page.text == "text"
        assert proxy.requests[0].startswith(b"GET http://")


def test_a_page_comes_as_text_in_its_own_charset(site: Site) -> None:
    latin = {"Content-Type": "text/html"}
    site.pages["/a?b=c"] = (200, latin, '<meta charset="iso-8859-1"><p>Grün'.encode("latin-1"))
    site.pages["/plain"] = (
        200,
        {"Content-Type": "text/plain; charset=utf-16"},
        "ä".encode("utf-16"),
    )
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    site.pages["/json"] = (200, packed, gzip.compress(b'{"a": 1}'))
    site.pages["/odd"] = (200, {"Content-Type": "text/plain; charset=rot13"}, b"ok \xff")
    kind = {"Content-Type": "Text/HTML; charset=utf-8"}
    site.pages["/~told/!"] = (200, kind, '<meta charset="iso-8859-1">Grün'.encode())
    first = fetch_page(f"{site.address}/a?b=c#part", allowed=here)
    assert first.html
    assert first.text.endswith("Grün")
    assert fetch_page(f"{site.address}/plain", allowed=here).text == "ä"
    assert fetch_page(f"{site.address}/json", allowed=here).text == '{"a": 1}'
    assert fetch_page(f"{site.address}/odd", allowed=here).text == "ok \ufffd"
    told = fetch_page(f"{site.address}/~told/!", allowed=here)
    assert told.html
    assert told.text.endswith("Grün")
    assert site.heard[0] == ("/a?b=c", f"127.0.0.1:{site.port}")


@pytest.mark.parametrize(
    ("headers", "body", "text", "html"),
    [
        ({}, b"\n <p>yes", "\n <p>yes", True),
        ({}, b"2 < 3", "2 < 3", False),
        ({"Content-Type": "text/plain"}, b"<p>no", "<p>no", False),
        ({"Content-Type": "application/xhtml+xml"}, b"<p>yes", "<p>yes", True),
        ({"Content-Type": "text/plain"}, b"\xef\xbb\xbf  marked", "  marked", False),
        ({"Content-Type": "text/plain"}, b"  indented\n", "  indented\n", False),
        (
            {"Content-Type": "text/plain"},
            "charset=latin-1 is no word for ä here".encode(),
            "charset=latin-1 is no word for ä here",
            False,
        ),
    ],
)
def test_what_a_page_is_and_holds(
    headers: dict[str, str], body: bytes, text: str, *, html: bool, site: Site
) -> None:
    site.pages["/"] = (200, headers, body)
    found = fetch_page(site.address, allowed=here)
    assert (found.text, found.html) == (text, html)


def test_a_page_may_be_as_large_as_the_bound(site: Site) -> None:
    site.pages["/"] = (200, {"Content-Type": "text/plain"}, b"x" * LARGEST)
    assert len(fetch_page(site.address, allowed=here).text) == LARGEST


def test_a_server_learns_who_asks_for_text() -> None:
    with FaultServer(plays(head(kind="text/plain"), b"text")) as server:
        fetch_page(f"http://127.0.0.1:{server.port}/a", allowed=here)
    first, *fields = server.requests[0].decode().lower().rstrip().split("\r\n")
    assert first == "get /a http/1.1"
    assert f"user-agent: nemochat/{__version__}" in fields
    assert "accept: text/html, text/*;q=0.9, application/json;q=0.8, */*;q=0.1" in fields
    assert not [field for field in fields if field.startswith("content-")]


@pytest.mark.parametrize(
    ("url", "asked", "host"),
    [
        ("example.org", "CONNECT 93.184.216.34:443", "93.184.216.34:443"),
        ("https://example.org:8443", "CONNECT 93.184.216.34:8443", "93.184.216.34:8443"),
        ("http://example.org", "GET http://93.184.216.34/", "example.org"),
        ("http://example.org:81/a", "GET http://93.184.216.34:81/a", "example.org:81"),
    ],
)
def test_the_port_is_the_usual_one_of_the_scheme_unless_the_address_tells_another(
    url: str, asked: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_names(monkeypatch, {"example.org": "93.184.216.34"})
    with FaultServer(refuses("403 No")) as proxy:
        through = f"http://127.0.0.1:{proxy.port}"
        with pytest.raises((UsageError, EndpointError)):
            fetch_page(url, proxy=through)
    request = proxy.requests[0].decode().split("\r\n")
    assert request[0] == f"{asked} HTTP/1.1"
    assert f"Host: {host}" in request


def test_an_address_of_ipv6_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    near = "fe80::1"
    asked = resolve_names(monkeypatch, {"six.example": f"{near}%1"})  # with its interface
    with pytest.raises(EndpointError, match=r"six\.example"):
        fetch_page("http://six.example:9/", allowed=lambda each: each == ip_address(near))
    assert asked[:2] == ["six.example", near]


def test_the_checked_address_is_connected_to_under_the_page_s_own_name(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebound: list[str] = ["127.0.0.1", "127.0.0.2"]
    asked = resolve_names(monkeypatch, {"example.org": rebound})
    site.pages["/"] = (200, {"Content-Type": "text/plain"}, b"text")
    assert fetch_page(f"http://example.org:{site.port}", allowed=here).text == "text"
    assert asked.count("example.org") == 1, "a second look could be told another address"
    assert site.heard == [("/", f"example.org:{site.port}")]


def test_redirects_are_followed_and_each_is_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_names(monkeypatch, {"inner.example": "127.0.0.2"})
    site.pages |= {
        "/1": (301, {"Location": "/2"}, b""),
        "/2": (307, {"Location": f"{site.address}/3"}, b""),
        "/3": (200, {"Content-Type": "text/plain"}, b"there"),
        "/inner": (302, {"Location": f"http://inner.example:{site.port}/3"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/loop": (302, {"Location": "/loop"}, b""),
    }
    found = fetch_page(f"{site.address}/1", allowed=here)
    assert (found.address, found.text) == (f"{site.address}/3", "there")
    before = len(site.heard)
    with pytest.raises(UsageError, match=r"inner\.example.*127\.0\.0\.2.*no pages are fetched"):
        fetch_page(f"{site.address}/inner", allowed=here)
    with pytest.raises(UsageError, match="http:// or https://"):
        fetch_page(f"{site.address}/file", allowed=here)
    assert len(site.heard) == before + 2
    with pytest.raises(UsageError, match="redirected more than 5 times"):
        fetch_page(f"{site.address}/loop", allowed=here)
    assert len(site.heard) == before + 8


def test_a_name_with_one_private_address_among_others_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolve_names(monkeypatch, {"example.org": "93.184.216.34 10.0.0.1"})
    with pytest.raises(UsageError, match=r"10\.0\.0\.1"):
        fetch_page("https://example.org")


@pytest.mark.parametrize(
    "address", ["localhost", "http://127.1", "http://2130706433/", "https://[::1]/", "0x7f.1"]
)
def test_this_machine_is_refused_however_it_is_written(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        fetch_page(address)
    assert caught.value.sentence.endswith(
        " belongs to this machine or its network, from which no pages are fetched"
    )


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("http://127.0.0.1/", '"127.0.0.1"'),
        ("https://[::1]", '"::1"'),
        ("localhost.example", '"localhost.example" (127.0.0.1)'),
        (f"{'a.' * 50}example", f'"{"a." * 39}a…" (127.0.0.1)'),
    ],
)
def test_an_address_that_is_refused_is_reported_once_and_briefly(
    url: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = dict.fromkeys(["localhost.example", f"{'a.' * 50}example"], "127.0.0.1")
    resolve_names(monkeypatch, here)
    with pytest.raises(UsageError) as caught:
        fetch_page(url)
    assert caught.value.sentence.partition(" belongs to ")[0] == named


def test_a_name_that_is_not_found_is_reported() -> None:
    with pytest.raises(UsageError) as caught:
        fetch_page("https://no.such.host.invalid/x")
    assert caught.value.sentence == 'could not resolve "no.such.host.invalid"'
    assert "Hosts are resolved on this machine" in caught.value.hint


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://x.org", "file:///etc/passwd", "http://", "http://x.org:0", "http://x y.org"),
        *("http://user:secret@x.org", "http://[::1", "javascript://x", "http://a\nb.org"),
        *("http://secret@x.org", "http://:secret@x.org", "http://x.org/\x9f", f"ftp://{'x' * 99}"),
    ],
)
def test_an_invalid_page_address_is_reported(address: str) -> None:
    with pytest.raises(UsageError, match="the address of a page") as caught:
        fetch_page(address)
    assert "secret" not in str(caught.value)
    assert str(caught.value) in {
        "the address of a page must be http:// or https:// followed by a host, not "
        + format_value(address, 80),
        "the address of a page must not contain a user name or password",
    }


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, {}, b"<p>no"), r"^127\.0\.0\.1:\d+ answered with status 404$"),
        ((200, {"Content-Type": "image/png"}, b"\x89PNG"), 'sent "image/png", which is not text'),
        ((200, {"Content-Type": "text/plain"}, b"a\0b"), "sent binary data"),
        ((200, {}, b"\0\1\2"), "sent binary data"),
        ((200, {"Content-Type": "text/plain"}, b"x" * (LARGEST + 1)), "larger than 2 MB"),
        (
            (
                200,
                {"Content-Type": "text/plain", "Content-Encoding": "gzip"},
                gzip.compress(bytes(40_000_000)),
            ),
            "larger than 2 MB",
        ),
        ((302, {}, b""), "answered with status 302"),
    ],
)
def test_other_content_than_a_page_is_refused_in_a_sentence(
    answer: Answer, said: str, site: Site
) -> None:
    site.pages["/"] = answer
    with pytest.raises(UsageError, match=said):
        fetch_page(site.address, allowed=here)


@pytest.mark.parametrize(
    "steps",
    [
        [FOREVER],
        [head(kind="text/plain"), FOREVER],
        [head(kind="text/plain"), over_and_over(b"x", 10_000, 0.02)],
    ],
    ids=["nothing", "no text", "a drip"],
)
def test_a_page_that_never_ends_is_left(steps: list[Step]) -> None:
    with FaultServer(plays(*steps)) as server:
        with pytest.raises(EndpointError, match=r"sent no answer in time|did not answer in time"):
            fetch_page(f"http://127.0.0.1:{server.port}", allowed=here, seconds=0.2)
        until(lambda: server.left_at is not None)


def test_a_dead_endpoint_is_reported() -> None:
    with pytest.raises(EndpointError, match="nothing answers"):
        fetch_page(f"http://127.0.0.1:{unused_port()}", allowed=here)


@pytest.mark.parametrize("tunnelled", [False, True])
def test_a_certificate_is_wanted_for_the_name_and_not_for_the_address(
    monkeypatch: pytest.MonkeyPatch, *, tunnelled: bool
) -> None:
    resolve_names(monkeypatch, dict.fromkeys(["elsewhere.example", "example.org"], "127.0.0.1"))
    text = plays(head(kind="text/plain"), b"over TLS")
    with FaultServer(tunnels) as through:
        proxy = f"http://127.0.0.1:{through.port}" if tunnelled else ""
        with secured("elsewhere", text) as server:
            url = f"https://elsewhere.example:{server.port}"
            found = fetch_page(url, allowed=here, ca_bundle=AUTHORITY, proxy=proxy)
            assert found.text == "over TLS"
        with secured("good", text) as server:
            url = f"https://example.org:{server.port}"
            with pytest.raises(EndpointError, match=r"certificate of example\.org.* was rejected"):
                fetch_page(url, allowed=here, ca_bundle=AUTHORITY, proxy=proxy)
        assert len(through.requests) == 2 * tunnelled
