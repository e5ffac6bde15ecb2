"""Clients by the name of an endpoint, with its address and token."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nemochat.api.request import DialectAdapter
from nemochat.api.route import Route
from nemochat.api.timeouts import Timeouts
from nemochat.config import endpoints, tokens
from nemochat.config.load import Config
from nemochat.config.paths import directories
from nemochat.errors import ConfigurationError

if TYPE_CHECKING:
    from nemochat.api.client import Client
    from nemochat.api.request import DryRun
    from nemochat.chat.ports import View

TOKENS = "tokens"  # the file for them, in the folder of what is neither settings nor conversations


class ClientFactory:
    """Makes clients.

    Attributes:
        config: The settings in force.
        environment: Where tokens are.
        view: Waits between two tries, and is told what should be said before anything is sent.
        log: Takes a line for each request, response, try and ending; None logs nothing.
    """

    def __init__(
        self,
        config: Config,
        environment: Mapping[str, str],
        view: View,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.config = config
        self.environment = environment
        self.view = view
        self.log = log
        self._found: dict[str, tokens.Token | None] = {}

    def rows(self) -> tuple[endpoints.EndpointConfig, ...]:
        """All endpoints, the configuration's among them; ConfigurationError if one is none."""
        return load_rows(self.config)

    def row(self, name: str) -> endpoints.EndpointConfig:
        """The endpoint of this name; ConfigurationError names the nearest, and who names it."""
        among = self.rows()
        try:
            return endpoints.find(name, among)
        except ConfigurationError as error:
            origin = self.config.origin("endpoint")
            if name != self.config.text("endpoint") or origin.startswith("--"):
                raise
            raise ConfigurationError(f"{origin}: {error.sentence}", error.hint) from None

    def model(self, name: str) -> str:
        """The model to ask for at the endpoint of this name."""
        return self.config.text("model") or self.row(name).model

    def is_ready(self, name: str) -> bool:
        """Whether the endpoint of this name can be asked: it has a token, or needs none."""
        return not self.needs_token(name) or self.token(name) is not None

    def client(self, name: str) -> Client:
        """A client of the endpoint of this name.

        Raises:
            ConfigurationError: it has no token, or an impossible address.
        """
        from nemochat.api.client import Client, ClientOptions

        row = self.row(name)
        route = self.route(name)
        token = self.token(name)
        if token is None and self.needs_token(name):
            raise ConfigurationError(
                f"there is no token for {name}: {row.token_variable} is not set",
                f"Set it or take nemochat keys set {name}, or ask --endpoint guide",
            )
        self._check_encryption(row, route, token)
        number = self.config.number
        options = ClientOptions(
            route,
            token.token if token else "",
            endpoints.HintContext(
                self.token_variable(name), self.model(name), token.source if token else ""
            ),
            self.view.wait,
            Timeouts(number("first_byte_timeout"), number("idle_timeout")),
            int(number("retries")),
            self.log,
        )
        client = Client(options, DialectAdapter(row.dialect, self.view.notice))
        for warning in (client.warning, self._withheld_warning(row, route.base_url, token)):
            if warning:
                self.view.notice(warning)
        return client

    def dry_run(self, name: str, *, curl: bool) -> DryRun:
        """An endpoint that shows what would be sent to the one of this name, and sends nothing."""
        from nemochat.api.request import DryRun

        row = self.row(name)
        variable = self._sent_variable(name)
        adapter = DialectAdapter(row.dialect, self.view.notice)
        return DryRun(self.address(name), variable, adapter, curl=curl)

    def route(self, name: str) -> Route:
        """The way to the endpoint of this name; the guide begins to listen.

        Raises:
            ConfigurationError: nothing can be sent there.
        """
        if name == endpoints.GUIDE:
            return Route(self.address(name), proxy="")
        return build_route(self.config, self.row(name))

    def token(self, name: str) -> tokens.Token | None:
        """The token for the endpoint of this name, looked for once.

        Raises:
            ConfigurationError: it is none, a command prints none, or others can read the file.
        """
        if name == endpoints.GUIDE:
            return None
        if name not in self._found:
            token = tokens.find_token(self.token_query(name), self.environment, token_file())
            if token and (problem := endpoints.token_problem(token.token)):
                hint = "Copy it again, the whole of it and nothing else"
                raise ConfigurationError(f"the token from {token.source} {problem}", hint)
            self._found[name] = token
        return self._found[name]

    def token_query(self, name: str) -> tokens.TokenQuery:
        """What the token of this endpoint is looked for by."""
        row = self.row(name)
        base_url = overriding_address(self.config, name) or row.base_url
        command = row.token_command
        if not command and row.token_variable:
            command = self.config.text("token_command").replace("{endpoint}", name)
        return tokens.TokenQuery(
            name,
            row.token_variable,
            command,
            not base_url or endpoints.is_own_address(row, base_url),
        )

    def needs_token(self, name: str) -> bool:
        """Whether an endpoint takes no request without a token, as far as is known.

        One at an address of its person's own may do without.
        """
        row = self.row(name)
        return bool(row.token_variable) and not overriding_address(self.config, name)

    def token_variable(self, name: str) -> str:
        """The variable that should hold the token for an endpoint, where its address is now."""
        query = self.token_query(name)
        return (query.variable if query.own else "") or tokens.ANY

    def address(self, name: str) -> str:
        """The base address of the endpoint of this name; the guide begins to listen.

        Raises:
            ConfigurationError: nothing can be sent there.
        """
        if name == endpoints.GUIDE:
            from nemochat.guide.server import TYPING_PACE, start

            is_read = sys.stdout is not None and sys.stdout.isatty()
            return start(pace=TYPING_PACE if is_read else 0.0).base_url
        return build_route(self.config, self.row(name)).base_url

    def display_address(self, name: str) -> str:
        """Where the endpoint of this name is asked: its name, or the host that it was moved to."""
        moved = urlsplit(overriding_address(self.config, name)).netloc
        return moved if moved and moved != urlsplit(self.row(name).base_url).netloc else name

    def _sent_variable(self, name: str) -> str:
        """Return the variable that stands for the token that would be sent; "" if none would.

        A token of a command, the keyring or the file is in no variable: the endpoint's own stands
        for it. A dry run runs no command and opens no keyring.
        """
        if name == endpoints.GUIDE:
            return ""
        query = self.token_query(name)
        variables = (query.variable if query.own else "", tokens.ANY)
        for variable in variables:
            if variable and self.environment.get(variable, "").strip():
                return variable
        if query.own and (self.needs_token(name) or query.command or self._is_in_file(name)):
            return query.variable or tokens.ANY
        return tokens.ANY if self.needs_token(name) else ""

    def _is_in_file(self, name: str) -> bool:
        file = token_file()
        with suppress(ConfigurationError):  # the request itself would raise it
            return file is not None and name in tokens.read_token_file(file)
        return False

    def _check_encryption(
        self, row: endpoints.EndpointConfig, route: Route, token: tokens.Token | None
    ) -> None:
        """Raise ConfigurationError if a token would be sent over http where https is usual."""
        allowed = self.config.text("allow_http") == "on"
        if token and not allowed and endpoints.is_downgraded(row, route.base_url):
            raise ConfigurationError(
                f"the token for {row.name} would go to {route.endpoint} unencrypted",
                "Use an https:// address, or `--allow-http` to send it anyway",
            )

    def _withheld_warning(
        self, row: endpoints.EndpointConfig, address: str, token: tokens.Token | None
    ) -> str:
        """What is to be said of a token that does not go to another's address, or ""."""
        there = bool(row.token_variable and self.environment.get(row.token_variable, "").strip())
        if row.name == endpoints.GUIDE or token or not there or self.token_query(row.name).own:
            return ""
        return (
            f"{row.token_variable} is not sent to {urlsplit(address).netloc}, which is not"
            f" {row.name}'s; {tokens.ANY} would be"
        )


def load_rows(config: Config) -> tuple[endpoints.EndpointConfig, ...]:
    """All endpoints, the configuration's among them; ConfigurationError if one is none."""
    try:
        return endpoints.load_endpoints(config.endpoints)
    except ConfigurationError as error:
        raise ConfigurationError(f"{config.file}: {error.sentence}", error.hint) from None


def overriding_address(config: Config, name: str) -> str:
    """The address that the settings give the endpoint of this name, or "".

    They give one to the endpoint that they name, unless what names it wins over what gives the
    address: who asks for an endpoint is not to be sent elsewhere.
    """
    if name == endpoints.GUIDE or name != config.text("endpoint"):
        return ""
    return "" if config.outranks("endpoint", "base_url") else config.text("base_url")


def build_route(config: Config, row: endpoints.EndpointConfig) -> Route:
    """The way to an endpoint, the guide apart; ConfigurationError if nothing can be sent there."""
    proxy = config.text("proxy")
    return Route(
        endpoints.normalize_address(overriding_address(config, row.name) or row.base_url),
        config.text("ca_bundle"),
        {"": None, "none": ""}.get(proxy, proxy),
        config.number("connect_timeout"),
    )


def token_file() -> Path | None:
    """The file with tokens that `nemochat keys set` writes; None without a home."""
    try:
        return directories().state / TOKENS
    except ConfigurationError:
        return None
