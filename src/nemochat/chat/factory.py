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
    """Maker of clients.

    Attributes:
        config: The settings in force.
        environment: The environment variables, which may hold tokens.
        view: Shows warnings, and waits between two attempts.
        log: Receives a line for each request, response, attempt and ending; None logs nothing.
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
        """Return all endpoints, including configured ones; ConfigurationError if one is invalid."""
        return load_rows(self.config)

    def row(self, name: str) -> endpoints.EndpointConfig:
        """Return the endpoint of this name; ConfigurationError names the nearest."""
        among = self.rows()
        try:
            return endpoints.find(name, among)
        except ConfigurationError as error:
            origin = self.config.origin("endpoint")
            if name != self.config.text("endpoint") or origin.startswith("--"):
                raise
            raise ConfigurationError(f"{origin}: {error.sentence}", error.hint) from None

    def model(self, name: str) -> str:
        """Return the model to request from the endpoint of this name."""
        return self.config.text("model") or self.row(name).model

    def is_ready(self, name: str) -> bool:
        """Return whether the endpoint of this name has a token, or needs none."""
        return not self.needs_token(name) or self.token(name) is not None

    def client(self, name: str) -> Client:
        """Return a client of the endpoint of this name.

        Raises:
            ConfigurationError: it has no token, or an invalid address.
        """
        from nemochat.api.client import Client, ClientOptions

        row = self.row(name)
        route = self.route(name)
        token = self.token(name)
        if token is None and self.needs_token(name):
            raise ConfigurationError(
                f"there is no token for {name}: {row.token_variable} is not set",
                f"Set it, run nemochat keys set {name}, or use --endpoint guide",
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
        """Return an endpoint that shows the requests to the one of this name, and sends nothing."""
        from nemochat.api.request import DryRun

        row = self.row(name)
        variable = self._sent_variable(name)
        adapter = DialectAdapter(row.dialect, self.view.notice)
        return DryRun(self.address(name), variable, adapter, curl=curl)

    def route(self, name: str) -> Route:
        """Return the route to the endpoint of this name, starting the guide if necessary.

        Raises:
            ConfigurationError: the address is invalid.
        """
        if name == endpoints.GUIDE:
            return Route(self.address(name), proxy="")
        return build_route(self.config, self.row(name))

    def token(self, name: str) -> tokens.Token | None:
        """Return the token for the endpoint of this name; it is looked up once.

        Raises:
            ConfigurationError: it is invalid, its command fails, or others can read its file.
        """
        if name == endpoints.GUIDE:
            return None
        if name not in self._found:
            token = tokens.find_token(self.token_query(name), self.environment, token_file())
            if token and (problem := endpoints.token_problem(token.token)):
                hint = "Copy the complete token again, and nothing else"
                raise ConfigurationError(f"the token from {token.source} {problem}", hint)
            self._found[name] = token
        return self._found[name]

    def token_query(self, name: str) -> tokens.TokenQuery:
        """Return where the token of this endpoint may come from."""
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
        """Return whether an endpoint requires a token; one at another address may not."""
        row = self.row(name)
        return bool(row.token_variable) and not overriding_address(self.config, name)

    def token_variable(self, name: str) -> str:
        """Return the variable that should hold the token for an endpoint at its current address."""
        query = self.token_query(name)
        return (query.variable if query.own else "") or tokens.ANY

    def address(self, name: str) -> str:
        """Return the base address of the endpoint of this name, starting the guide if necessary.

        Raises:
            ConfigurationError: it is invalid.
        """
        if name == endpoints.GUIDE:
            from nemochat.guide.server import TYPING_PACE, start

            is_read = sys.stdout is not None and sys.stdout.isatty()
            return start(pace=TYPING_PACE if is_read else 0.0).base_url
        return build_route(self.config, self.row(name)).base_url

    def display_address(self, name: str) -> str:
        """Return the name of an endpoint, or the host that it was moved to."""
        moved = urlsplit(overriding_address(self.config, name)).netloc
        return moved if moved and moved != urlsplit(self.row(name).base_url).netloc else name

    def _sent_variable(self, name: str) -> str:
        """Return the variable to print instead of the token; "" if no token would be sent.

        A token of a command, the keyring or the file is in no variable; the endpoint's own
        variable is returned. A dry run runs no command and opens no keyring.
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
        """Return a warning if a token is not sent to an address of somebody else, or ""."""
        there = bool(row.token_variable and self.environment.get(row.token_variable, "").strip())
        if row.name == endpoints.GUIDE or token or not there or self.token_query(row.name).own:
            return ""
        return (
            f"{row.token_variable} is not sent to {urlsplit(address).netloc}, which does not belong"
            f" to {row.name}; set {tokens.ANY} to send a token there"
        )


def load_rows(config: Config) -> tuple[endpoints.EndpointConfig, ...]:
    """Return all endpoints, including configured ones; ConfigurationError if one is invalid."""
    try:
        return endpoints.load_endpoints(config.endpoints)
    except ConfigurationError as error:
        raise ConfigurationError(f"{config.file}: {error.sentence}", error.hint) from None


def overriding_address(config: Config, name: str) -> str:
    """Return the address that the settings give to the endpoint of this name, or "".

    It belongs to the endpoint that the settings name, unless that name has a higher precedence than
    the address: a user who names an endpoint is not redirected.
    """
    if name == endpoints.GUIDE or name != config.text("endpoint"):
        return ""
    return "" if config.outranks("endpoint", "base_url") else config.text("base_url")


def build_route(config: Config, row: endpoints.EndpointConfig) -> Route:
    """Return the route to an endpoint other than the guide; ConfigurationError if it is invalid."""
    proxy = config.text("proxy")
    return Route(
        endpoints.normalize_address(overriding_address(config, row.name) or row.base_url),
        config.text("ca_bundle"),
        {"": None, "none": ""}.get(proxy, proxy),
        config.number("connect_timeout"),
    )


def token_file() -> Path | None:
    """Return the file in which `nemochat keys set` stores tokens; None without a home directory."""
    try:
        return directories().state / TOKENS
    except ConfigurationError:
        return None
