"""Where Nemo is served, and what an address must look like."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from nemochat.core.nearest import nearest
from nemochat.core.values import shown
from nemochat.errors import ConfigurationError
from nemochat.wire.dialect import Dialect
from nemochat.wire.hosts import in_ascii

NEMO = "mistralai/Mistral-Nemo-Instruct-2407"
GUIDE = "guide"


class Endpoint(NamedTuple):
    """A place where Nemo is served over Chat Completions.

    Attributes:
        name: What it is called in flags and configuration.
        base_url: The address to which `/chat/completions` is added; "" if it starts with us.
        model: What Nemo is called there.
        token_variable: The environment variable with its token; "" if it takes none.
        about: What it is, in a few words.
        dialect: How its requests differ.
        token_command: A command that prints its token, or "".
    """

    name: str
    base_url: str
    model: str
    token_variable: str
    about: str
    dialect: Dialect = Dialect()
    token_command: str = ""


class Asked(NamedTuple):
    """What a hint may name of the request.

    Attributes:
        token_variable: The environment variable that should hold the endpoint's token.
        model: The model that was asked for.
        source: Where the token that was sent came from, in words; "" where none was.
    """

    token_variable: str
    model: str
    source: str = ""


# Differences are those that the servers' own documentation of 2026-11 tells; where it is silent,
# a parameter is sent and the server has the last word.
TABLE = (
    Endpoint(
        "deepinfra",
        "https://api.deepinfra.com/v1/openai",
        NEMO,
        "DEEPINFRA_TOKEN",
        "DeepInfra's service, paid by the token",
    ),
    Endpoint(
        "ollama",
        "http://127.0.0.1:11434/v1",
        "mistral-nemo",
        "",
        "Ollama on this machine",
        # docs.ollama.com/api/openai-compatibility, "Supported request fields"
        Dialect(without=("top_k", "min_p", "repetition_penalty", "n", "tool_choice")),
    ),
    Endpoint(
        "llamacpp",
        "http://127.0.0.1:8080/v1",
        NEMO,
        "",
        "llama-server of llama.cpp on this machine",
        # llama.cpp, tools/server/README.md
        Dialect(called={"repetition_penalty": "repeat_penalty"}),
    ),
    Endpoint(  # docs.vllm.ai, "OpenAI-Compatible Server": it takes all of ours
        "vllm", "http://127.0.0.1:8000/v1", NEMO, "", "vLLM on this machine"
    ),
    Endpoint(
        "lmstudio",
        "http://127.0.0.1:1234/v1",
        "mistral-nemo-instruct-2407",
        "",
        "LM Studio on this machine",
        # lmstudio.ai/docs, "Chat Completions", "Supported payload parameters"
        Dialect(without=("min_p", "n"), called={"repetition_penalty": "repeat_penalty"}),
    ),
    Endpoint(
        "mistral",
        "https://api.mistral.ai/v1",
        "open-mistral-nemo",
        "MISTRAL_API_KEY",
        "Mistral's own service, paid by the token",
        # docs.mistral.ai/api, "Chat Completion": what is not in its schema gets a 422, and so does
        # stream_options (avante.nvim#2347); the usage comes without being asked for
        Dialect(
            without=("top_k", "min_p", "repetition_penalty", "stream_options"),
            called={"seed": "random_seed"},
        ),
    ),
    Endpoint(  # openrouter.ai/docs/api_reference/parameters
        "openrouter",
        "https://openrouter.ai/api/v1",
        "mistralai/mistral-nemo",
        "OPENROUTER_API_KEY",
        "OpenRouter, which asks whoever serves it, paid by the token",
    ),
    Endpoint(GUIDE, "", NEMO, "", "answers about nemochat out of its own pages; no account"),
)

_QUOTES = ("'", '"', "`")


def find(name: str, among: Sequence[Endpoint] = TABLE) -> Endpoint:
    """The endpoint of this name; ConfigurationError names the nearest."""
    by_name = {endpoint.name: endpoint for endpoint in among}
    if name in by_name:
        return by_name[name]
    near = nearest(name, by_name)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(by_name)}"
    raise ConfigurationError(f"there is no endpoint {shown(name)}", hint)


def at_home(endpoint: Endpoint, base_url: str) -> bool:
    """Whether an address is the endpoint's own, or this machine's: its token may go there."""
    own = next((row.base_url for row in TABLE if row.name == endpoint.name), endpoint.base_url)
    return local(base_url) or urlsplit(base_url).hostname == urlsplit(own).hostname


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
    if "@" in parts.netloc:
        raise ConfigurationError("the address takes no user name and no password")
    if "?" in base_url or "#" in base_url:  # what is added to it would stand after them
        raise ConfigurationError("the address takes nothing after a ? or a #")
    if parts.path.rstrip("/").endswith("/chat/completions"):
        raise ConfigurationError("the address takes no /chat/completions, which is added to it")
    try:
        in_ascii(parts.hostname)
    except ValueError:
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
    """What is wrong with a token as a person copied it, or "". It never repeats the token."""
    if token[:1] in _QUOTES and token[:1] == token[-1:]:
        return "stands in quotes, which do not belong to it"
    name, _, value = token.partition("=")
    if name.endswith(("TOKEN", "KEY")) and value:
        return "begins with a variable's name, which does not belong to it"
    if name.lower().startswith("bearer "):
        return "begins with Bearer, which does not belong to it"
    if not token.isascii() or not token.isprintable() or " " in token:
        return "holds a blank, a line break or a character outside ASCII"
    return ""
