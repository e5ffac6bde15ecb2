"""An endpoint by name, with its address and token, made ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemochat.config import Config
from nemochat.errors import ConfigurationError
from nemochat.parts import View
from nemochat.wire import endpoints
from nemochat.wire.failures import Asked
from nemochat.wire.patience import Timeouts

if TYPE_CHECKING:
    from nemochat.wire.client import Client
    from nemochat.wire.rehearsal import Rehearsal

ANY_TOKEN = "NEMOCHAT_TOKEN"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class Connector:
    """Makes clients.

    Attributes:
        config: The settings in force.
        environment: Where tokens are.
        view: Waits between two tries, and is told what should be said before anything is sent.
        log: Takes a line for each request, response, try and ending; None logs nothing.
    """

    config: Config
    environment: Mapping[str, str]
    view: View
    log: Callable[[str], None] | None = None

    def row(self, name: str) -> endpoints.Endpoint:
        """The endpoint of this name; ConfigurationError names the nearest."""
        return endpoints.find(name)

    def model(self, name: str) -> str:
        """The model to ask for at the endpoint of this name."""
        return self.config.text("model") or self.row(name).model

    def ready(self, name: str) -> bool:
        """Whether the endpoint of this name can be asked: it has a token, or needs none."""
        return bool(self._token(self.row(name))) or not self._needs_token(name)

    def client(self, name: str) -> Client:
        """A client of the endpoint of this name.

        Raises:
            ConfigurationError: it has no token, or an impossible address.
        """
        from nemochat.wire.client import Client

        row = self.row(name)
        token = self._token(row)
        if not token and self._needs_token(name):
            raise ConfigurationError(
                f"there is no token for {name}: {row.token_variable} is not set",
                "Set it, or ask the embedded guide with --endpoint guide",
            )
        number, proxy = self.config.number, self.config.text("proxy")
        client = Client(
            self.address(name),
            token,
            Asked(row.token_variable or ANY_TOKEN, self.model(name)),
            wait=self.view.wait,
            timeouts=Timeouts(
                number("connect_timeout"), number("first_byte_timeout"), number("idle_timeout")
            ),
            retries=int(number("retries")),
            ca_bundle=self.config.text("ca_bundle"),
            proxy="" if name == endpoints.GUIDE else {"": None, "none": ""}.get(proxy, proxy),
            log=self.log,
        )
        if client.warning:
            self.view.notice(client.warning)
        return client

    def rehearsal(self, name: str, *, curl: bool) -> Rehearsal:
        """An endpoint that shows what would be sent to the one of this name, and sends nothing."""
        from nemochat.wire.rehearsal import Rehearsal

        row = self.row(name)
        return Rehearsal(self.address(name), row.token_variable, curl=curl)

    def _token(self, row: endpoints.Endpoint) -> str:
        if row.name == endpoints.GUIDE:
            return ""
        own = self.environment.get(row.token_variable, "") if row.token_variable else ""
        return own.strip() or self.environment.get(ANY_TOKEN, "").strip()

    def _needs_token(self, name: str) -> bool:
        """An endpoint at an address of its person's own may do without one."""
        return bool(self.row(name).token_variable) and not self.config.text("base_url")

    def address(self, name: str) -> str:
        """The base address of the endpoint of this name; the guide begins to listen.

        Raises:
            ConfigurationError: nothing can be sent there.
        """
        if name == endpoints.GUIDE:
            from nemochat.guide.server import start

            return start().base_url
        return endpoints.address(self.config.text("base_url") or self.row(name).base_url)
