"""An endpoint by name, with its address and token, made ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nemochat import tokens
from nemochat.config import Config
from nemochat.directories import directories
from nemochat.errors import ConfigurationError
from nemochat.wire import custom, endpoints
from nemochat.wire.dialect import Fitting
from nemochat.wire.patience import Timeouts
from nemochat.wire.route import Route

if TYPE_CHECKING:
    from nemochat.parts import View
    from nemochat.wire.client import Client
    from nemochat.wire.rehearsal import Rehearsal

TOKENS = "tokens"  # the file for them, in the folder of what is neither settings nor conversations


class Connector:
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
        self._found: dict[str, tokens.Found | None] = {}

    def rows(self) -> tuple[endpoints.Endpoint, ...]:
        """All endpoints, the configuration's among them; ConfigurationError if one is none."""
        return rows(self.config)

    def row(self, name: str) -> endpoints.Endpoint:
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

    def ready(self, name: str) -> bool:
        """Whether the endpoint of this name can be asked: it has a token, or needs none."""
        return not self.needs_token(name) or self.token(name) is not None

    def client(self, name: str) -> Client:
        """A client of the endpoint of this name.

        Raises:
            ConfigurationError: it has no token, or an impossible address.
        """
        from nemochat.wire.client import Client
        from nemochat.wire.terms import Terms

        row = self.row(name)
        route = self.route(name)
        found = self.token(name)
        if found is None and self.needs_token(name):
            raise ConfigurationError(
                f"there is no token for {name}: {row.token_variable} is not set",
                f"Set it or take nemochat keys set {name}, or ask --endpoint guide",
            )
        number = self.config.number
        terms = Terms(
            route,
            found.token if found else "",
            endpoints.Asked(self.variable(name), self.model(name), found.source if found else ""),
            self.view.wait,
            Timeouts(number("first_byte_timeout"), number("idle_timeout")),
            int(number("retries")),
            self.log,
        )
        client = Client(terms, Fitting(row.dialect, self.view.notice))
        for warning in (client.warning, self._kept_back(row, route.base_url, found)):
            if warning:
                self.view.notice(warning)
        return client

    def rehearsal(self, name: str, *, curl: bool) -> Rehearsal:
        """An endpoint that shows what would be sent to the one of this name, and sends nothing."""
        from nemochat.wire.rehearsal import Rehearsal

        row = self.row(name)
        variable = self.variable(name) if self.needs_token(name) or self._has_token(name) else ""
        fitting = Fitting(row.dialect, self.view.notice)
        return Rehearsal(self.address(name), variable, fitting, curl=curl)

    def route(self, name: str) -> Route:
        """The way to the endpoint of this name; the guide begins to listen.

        Raises:
            ConfigurationError: nothing can be sent there.
        """
        if name == endpoints.GUIDE:
            return Route(self.address(name), proxy="")
        return route(self.config, self.row(name))

    def token(self, name: str) -> tokens.Found | None:
        """The token for the endpoint of this name, looked for once.

        Raises:
            ConfigurationError: it is none, a command prints none, or others can read the file.
        """
        if name == endpoints.GUIDE:
            return None
        if name not in self._found:
            found = tokens.find(self.wanted(name), self.environment, token_file())
            if found and (problem := endpoints.token_problem(found.token)):
                hint = "Copy it again, the whole of it and nothing else"
                raise ConfigurationError(f"the token from {found.source} {problem}", hint)
            self._found[name] = found
        return self._found[name]

    def wanted(self, name: str) -> tokens.Wanted:
        """What the token of this endpoint is looked for by."""
        row = self.row(name)
        base_url = moved_to(self.config, name) or row.base_url
        command = row.token_command
        if not command and row.token_variable:
            command = self.config.text("token_command").replace("{endpoint}", name)
        return tokens.Wanted(
            name, row.token_variable, command, not base_url or endpoints.at_home(row, base_url)
        )

    def needs_token(self, name: str) -> bool:
        """Whether an endpoint takes no request without a token, as far as is known.

        One at an address of its person's own may do without.
        """
        row = self.row(name)
        return bool(row.token_variable) and not moved_to(self.config, name)

    def variable(self, name: str) -> str:
        """The variable that should hold the token for an endpoint, where its address is now."""
        wanted = self.wanted(name)
        return (wanted.variable if wanted.own else "") or tokens.ANY

    def address(self, name: str) -> str:
        """The base address of the endpoint of this name; the guide begins to listen.

        Raises:
            ConfigurationError: nothing can be sent there.
        """
        if name == endpoints.GUIDE:
            from nemochat.guide.server import start

            return start().base_url
        return route(self.config, self.row(name)).base_url

    def place(self, name: str) -> str:
        """Where the endpoint of this name is asked: its name, or the host that it was moved to."""
        moved = urlsplit(moved_to(self.config, name)).netloc
        return moved if moved and moved != urlsplit(self.row(name).base_url).netloc else name

    def _has_token(self, name: str) -> bool:
        """Whether a variable holds a token; a rehearsal runs no command and opens no keyring."""
        return bool(self.environment.get(self.variable(name), "").strip())

    def _kept_back(self, row: endpoints.Endpoint, address: str, found: tokens.Found | None) -> str:
        """What is to be said of a token that does not go to another's address, or ""."""
        there = bool(row.token_variable and self.environment.get(row.token_variable, "").strip())
        if row.name == endpoints.GUIDE or found or not there or self.wanted(row.name).own:
            return ""
        return (
            f"{row.token_variable} is not sent to {urlsplit(address).netloc}, which is not"
            f" {row.name}'s; {tokens.ANY} would be"
        )


def rows(config: Config) -> tuple[endpoints.Endpoint, ...]:
    """All endpoints, the configuration's among them; ConfigurationError if one is none."""
    try:
        return custom.table(config.endpoints)
    except ConfigurationError as error:
        raise ConfigurationError(f"{config.file}: {error.sentence}", error.hint) from None


def moved_to(config: Config, name: str) -> str:
    """The address that the settings give the endpoint of this name, or "".

    They give one to the endpoint that they name, unless what names it wins over what gives the
    address: who asks for an endpoint is not to be sent elsewhere.
    """
    if name == endpoints.GUIDE or name != config.text("endpoint"):
        return ""
    return "" if config.outranks("endpoint", "base_url") else config.text("base_url")


def route(config: Config, row: endpoints.Endpoint) -> Route:
    """The way to an endpoint, the guide apart; ConfigurationError if nothing can be sent there."""
    proxy = config.text("proxy")
    return Route(
        endpoints.address(moved_to(config, row.name) or row.base_url),
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
