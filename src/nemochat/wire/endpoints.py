"""Where Nemo is served, and what an address must look like."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from urllib.parse import urlsplit

from nemochat.core.values import shown
from nemochat.errors import ConfigurationError

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"
GUIDE = "guide"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A place where Nemo is served over Chat Completions.

    Attributes:
        name: What it is called in flags and configuration.
        base_url: The address to which `/chat/completions` is added; "" if it starts with us.
        model: What Nemo is called there.
        token_variable: The environment variable with its token; "" if it takes none.
        about: What it is, in a few words.
    """

    name: str
    base_url: str
    model: str
    token_variable: str
    about: str


TABLE = (
    Endpoint(
        "deepinfra",
        "https://api.deepinfra.com/v1/openai",
        NEMO,
        "DEEPINFRA_TOKEN",
        "DeepInfra's service, paid by the token",
    ),
    Endpoint(GUIDE, "", NEMO, "", "answers about nemochat out of its own pages; no account"),
)
_BY_NAME = {endpoint.name: endpoint for endpoint in TABLE}


def find(name: str) -> Endpoint:
    """The endpoint of this name; ConfigurationError names the nearest."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = get_close_matches(name, _BY_NAME, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(_BY_NAME)}"
    raise ConfigurationError(f"there is no endpoint {shown(name)}", hint)


def address(base_url: str) -> str:
    """A base address without its last slash.

    Raises:
        ConfigurationError: nothing can be sent there.
    """
    wanted = f"the address takes http:// or https:// and a host, not {shown(base_url)}"
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(wanted) from None
    printable = all("!" <= character <= "~" or character > "\x9f" for character in base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not printable or port == 0:
        raise ConfigurationError(wanted)
    if parts.username or parts.password:
        raise ConfigurationError("the address takes no user name and no password")
    if parts.query or parts.fragment:
        raise ConfigurationError("the address takes nothing after a ? or a #")
    try:
        parts.hostname.encode("idna")
    except UnicodeError:
        raise ConfigurationError(wanted) from None
    return base_url.rstrip("/")


def local(base_url: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def exposure(base_url: str, token: str) -> str:
    """What is to be said before a token goes over a network unencrypted, or ""."""
    if not token or urlsplit(base_url).scheme != "http" or local(base_url):
        return ""
    return f"the token goes to {urlsplit(base_url).netloc} unencrypted; https:// would hide it"


def token_problem(token: str) -> str:
    """What is wrong with a token that a header cannot carry, or "". It never repeats the token."""
    if not token.isascii() or not token.isprintable() or " " in token:
        return "holds a blank, a line break or a character outside ASCII"
    return ""
