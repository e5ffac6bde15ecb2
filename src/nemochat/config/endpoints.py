"""Table of endpoints, extended by the configuration, and the dialect of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from nemochat.core.masking import mask_address
from nemochat.core.text import format_value, nearest
from nemochat.errors import ConfigurationError
from nemochat.sockets import ConnectLimit, resolve

if TYPE_CHECKING:
    from nemochat.core.records import Json

_SECONDS_FOR_LOOKUP = 2.0  # of a name below localhost
_LONGEST_LABEL = 63  # letters between two dots
NEMO = "mistralai/Mistral-Nemo-Instruct-2407"
GUIDE = "guide"
_QUOTES = ("'", '"', "`")
TEXTS = ("base_url", "model", "token_variable", "token_command", "about")
KEYS = (*TEXTS, "headers", "body", "without", "called")
_NAME = r"[A-Za-z0-9._-]{1,40}"
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
_HEADER = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}"  # RFC 9110, token
_OURS = {  # headers that frame the request, or hold the token
    *("authorization", "host", "content-length", "content-type", "content-encoding"),
    *("transfer-encoding", "accept-encoding", "connection", "te", "trailer", "upgrade", "expect"),
}


class Dialect(NamedTuple):
    """Differences in the requests to an endpoint.

    Attributes:
        without: Members of the body that it does not accept, by our names.
        called: Its names of members, by ours.
        body: Additional members of the body, which override ours.
        headers: Additional headers, which may be secret.
    """

    without: tuple[str, ...] = ()
    called: Mapping[str, str] = MappingProxyType({})
    body: Mapping[str, Json] = MappingProxyType({})
    headers: Mapping[str, str] = MappingProxyType({})


def to_ascii(host: str) -> str:
    """Return a host's name or address in ASCII.

    Raises:
        ValueError: it is not valid.
    """
    if host.isascii():
        labels = host.removesuffix(".").split(".")
        if not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
            raise ValueError(host)
        return host
    import idna  # rarely needed

    return idna.encode(host, uts46=True).decode("ascii")


class EndpointConfig(NamedTuple):
    """A server of Nemo over Chat Completions.

    Attributes:
        name: Its name in flags and configuration.
        base_url: The address before `/chat/completions`; "" if nemochat starts it.
        model: Its name for Nemo.
        token_variable: The environment variable with its token; "" if it needs none.
        about: A description in a few words.
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


class HintContext(NamedTuple):
    """Details of a request that a hint may mention.

    Attributes:
        token_variable: The environment variable that should hold the endpoint's token.
        model: The model that was requested.
        source: The source of the token that was sent, in words, or "".
    """

    token_variable: str
    model: str
    source: str = ""


# Differences according to the servers' own documentation of 2026-11; where that says nothing,
# a parameter is sent, and the server decides.
TABLE = (
    EndpointConfig(
        "deepinfra",
        "https://api.deepinfra.com/v1/openai",
        NEMO,
        "DEEPINFRA_TOKEN",
        "DeepInfra's service, billed by the token",
    ),
    EndpointConfig(
        "ollama",
        "http://127.0.0.1:11434/v1",
        "mistral-nemo",
        "",
        "Ollama on this machine",
        # docs.ollama.com/api/openai-compatibility, "Supported request fields"
        Dialect(without=("top_k", "min_p", "repetition_penalty", "n", "tool_choice")),
    ),
    EndpointConfig(
        "llamacpp",
        "http://127.0.0.1:8080/v1",
        NEMO,
        "",
        "llama-server of llama.cpp on this machine",
        # llama.cpp, tools/server/README.md
        Dialect(called={"repetition_penalty": "repeat_penalty"}),
    ),
    EndpointConfig(  # docs.vllm.ai, "OpenAI-Compatible Server": it accepts all of ours
        "vllm", "http://127.0.0.1:8000/v1", NEMO, "", "vLLM on this machine"
    ),
    EndpointConfig(
        "lmstudio",
        "http://127.0.0.1:1234/v1",
        "mistral-nemo-instruct-2407",
        "",
        "LM Studio on this machine",
        # lmstudio.ai/docs, "Chat Completions", "Supported payload parameters"
        Dialect(without=("min_p", "n"), called={"repetition_penalty": "repeat_penalty"}),
    ),
    EndpointConfig(
        "mistral",
        "https://api.mistral.ai/v1",
        "open-mistral-nemo",
        "MISTRAL_API_KEY",
        "Mistral's own service, billed by the token",
        # docs.mistral.ai/api, "Chat Completion": members outside its schema cause a 422, as does
        # stream_options, known from bug reports; the usage is sent anyway
        Dialect(
            without=("top_k", "min_p", "repetition_penalty", "stream_options"),
            called={"seed": "random_seed"},
        ),
    ),
    EndpointConfig(  # openrouter.ai/docs/api_reference/parameters
        "openrouter",
        "https://openrouter.ai/api/v1",
        "mistralai/mistral-nemo",
        "OPENROUTER_API_KEY",
        "OpenRouter, which forwards to other providers, billed by the token",
    ),
    EndpointConfig(GUIDE, "", NEMO, "", "answers from the documentation; needs no account"),
)


def find(name: str, among: Sequence[EndpointConfig] = TABLE) -> EndpointConfig:
    """Return the endpoint of this name; ConfigurationError names the nearest."""
    by_name = {endpoint.name: endpoint for endpoint in among}
    if name in by_name:
        return by_name[name]
    near = nearest(name, by_name)
    hint = f"Did you mean {near[0]}?" if near else f"Endpoints are {', '.join(by_name)}"
    raise ConfigurationError(f"there is no endpoint {format_value(name)}", hint)


def is_own_address(endpoint: EndpointConfig, base_url: str) -> bool:
    """Return whether a token may be sent to an address: the endpoint's own, or a local one."""
    own = _own_address(endpoint)
    return is_local(base_url) or urlsplit(base_url).hostname == urlsplit(own).hostname


def _own_address(endpoint: EndpointConfig) -> str:
    """Return the table's address of an endpoint, or the configured one if it isn't in the table."""
    return next((row.base_url for row in TABLE if row.name == endpoint.name), endpoint.base_url)


def normalize_address(base_url: str) -> str:
    """Return a base address without its last slash.

    Raises:
        ConfigurationError: it is not valid.
    """
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        raise _not_an_address(base_url) from None
    printable = all("!" <= character <= "~" or character > "\x9f" for character in base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not printable or port == 0:
        raise _not_an_address(base_url)
    if "@" in parts.netloc:
        raise ConfigurationError("an address must not contain a user name or password")
    if "?" in base_url or "#" in base_url:  # the appended path would follow them
        raise ConfigurationError("an address must not contain ? or #")
    if parts.path.rstrip("/").endswith("/chat/completions"):
        raise ConfigurationError("an address must not contain /chat/completions, which is added")
    try:
        to_ascii(parts.hostname)
    except ValueError:
        raise _not_an_address(base_url) from None
    return base_url.rstrip("/")


def _not_an_address(base_url: str) -> ConfigurationError:
    """Return the error for what is no address."""
    shown = format_value(mask_address(base_url))
    return ConfigurationError(
        f"the address must be http:// or https:// followed by a host, not {shown}"
    )


def is_local(base_url: str) -> bool:
    """Return whether an address is on this machine.

    Not every system resolves all names below `localhost` to itself, so they are looked up.
    """
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        name = host.removesuffix(".")
        is_localhost = name == "localhost" or name.endswith(".localhost")
        return is_localhost and _resolves_to_loopback(host)


@cache
def _resolves_to_loopback(host: str) -> bool:
    try:
        found = resolve(host, 0, ConnectLimit(_SECONDS_FOR_LOOKUP))
        addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    except (OSError, ValueError):
        return False
    return all(address.is_loopback for address in addresses)


def is_downgraded(endpoint: EndpointConfig, base_url: str) -> bool:
    """Return whether an endpoint with an https address of its own is reached over plain http."""
    if urlsplit(base_url).scheme == "https" or is_local(base_url):
        return False
    return urlsplit(_own_address(endpoint)).scheme == "https"


def exposure_warning(base_url: str, token: str) -> str:
    """Return a warning if a token would be sent unencrypted over a network, or ""."""
    if not token or urlsplit(base_url).scheme != "http" or is_local(base_url):
        return ""
    return f"the token is sent unencrypted to {urlsplit(base_url).netloc}; use https:// if possible"


def token_problem(token: str) -> str:
    """Return what is wrong with a pasted token, without repeating it, or ""."""
    if token[:1] in _QUOTES and token[:1] == token[-1:]:
        return "is in quotes; remove them"
    name, _, value = token.partition("=")
    if name.endswith(("TOKEN", "KEY")) and value:
        return "begins with the name of a variable; remove it"
    if name.lower().startswith("bearer "):
        return "begins with Bearer; remove that word"
    if not token.isascii() or not token.isprintable() or " " in token:
        return "contains a space, a line break or a character outside ASCII"
    return ""


def load_endpoints(sections: Mapping[str, object]) -> tuple[EndpointConfig, ...]:
    """Return all endpoints: the table, changed by `[endpoint.NAME]`, and the user's own.

    Raises:
        ConfigurationError: a section is invalid.
    """
    rows = {row.name: row for row in TABLE}
    for name, section in sections.items():
        rows[name] = _row(name, section, rows.get(name))
    guide = rows.pop(GUIDE)
    return (*rows.values(), guide)


def _row(name: str, section: object, known: EndpointConfig | None) -> EndpointConfig:
    where = f"[endpoint.{name}]"
    if not re.fullmatch(_NAME, name) or name == GUIDE:
        raise ConfigurationError(f"{format_value(name)} cannot be the name of an endpoint")
    if not isinstance(section, dict):
        raise ConfigurationError(f"{where} must be a table, not {format_value(section)}")
    for key in section:
        if key not in KEYS:
            near = nearest(key, KEYS)
            hint = f"Did you mean {near[0]}?" if near else f"Keys are {', '.join(KEYS)}"
            raise ConfigurationError(f"{where} has no key {format_value(key)}", hint)
    row = known or EndpointConfig(name, "", NEMO, "", "your own endpoint")
    texts = {key: _text(where, key, section[key]) for key in TEXTS if key in section}
    if "base_url" in texts:
        texts["base_url"] = _address(where, texts["base_url"])
    elif not known:
        raise ConfigurationError(f"{where} has no base_url", "Set it to the address of the server")
    if not re.fullmatch(_VARIABLE, texts.get("token_variable") or "_"):
        raise ConfigurationError(f"{where} token_variable must be the name of a variable")
    return row._replace(dialect=_dialect(where, section, row.dialect), **texts)


def _dialect(where: str, section: Mapping[str, Any], known: Dialect) -> Dialect:
    without = section.get("without", list(known.without))
    if not isinstance(without, list) or not all(isinstance(each, str) for each in without):
        raise ConfigurationError(f"{where} without must be a list of names")
    called = _texts(where, "called", section.get("called", {}))
    headers = _texts(where, "headers", section.get("headers", {}))
    for name, value in headers.items():
        _check_header(where, name, value)
    body = section.get("body", {})
    if not isinstance(body, dict) or not _is_json(body):
        raise ConfigurationError(f"{where} body must be a table of JSON values")
    return Dialect(tuple(without), {**known.called, **called}, body, headers)


def _check_header(where: str, name: str, value: str) -> None:
    """Check that a header is a single line; its value is not repeated in errors."""
    if not re.fullmatch(_HEADER, name):
        raise ConfigurationError(f"{where} headers: {format_value(name)} is not a valid name")
    if name.lower() in _OURS:
        hint = "Use token_variable or token_command for the token"
        raise ConfigurationError(
            f"{where} headers must not contain {name}, which nemochat sets",
            hint if name.lower() == "authorization" else "",
        )
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise ConfigurationError(
            f"{where} headers: {name} contains a line break or a character outside ASCII"
        )


def _address(where: str, base_url: str) -> str:
    try:
        return normalize_address(base_url)
    except ConfigurationError as error:
        raise ConfigurationError(f"{where} base_url: {error.sentence}", error.hint) from None


def _text(where: str, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ConfigurationError(f"{where} {key} must be text on one line")
    return value


def _texts(where: str, key: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ConfigurationError(f"{where} {key} must be a table of texts")
    return value


def _is_json(value: object) -> bool:
    """Return whether a TOML value is valid JSON, which has no dates and infinities."""
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    if isinstance(value, float):
        return value - value == 0  # neither inf nor nan
    return isinstance(value, str | bool | int)
