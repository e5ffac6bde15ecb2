"""Clients with a test's own settings, and what they waited for and logged.

    with FaultServer(plays(head(), answer())) as server, asking(server.base_url) as asked:
        assert asked.text() == HELLO

`FaultServer` and the steps that it plays are in `tests.api.fault_server`. A test that only checks
what becomes of a response is shorter with the fixture `serve` (`tests.api.served`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

from nemochat.api.client import Client, ClientOptions
from nemochat.api.request import DialectAdapter
from nemochat.api.route import Route
from nemochat.api.timeouts import Timeouts
from nemochat.config.endpoints import Dialect, HintContext
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message, Role
from nemochat.core.prompt import Prompt
from nemochat.errors import Cancelled, EndpointError, NemochatError
from tests.api.fault_server.case import TOKEN
from tests.api.fault_server.scripts import Json

TIMEOUTS = Timeouts(first_byte=1.0, idle=0.7)
SECONDS_TO_CONNECT = 1.0
PROMPT = Prompt("nemo", (Message(Role.USER, "Hi"),), {})


@dataclass
class Asking:
    """Client, with its waits, the reasons for them, and its log."""

    client: Client
    waits: list[float] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    def text(self, prompt: Prompt = PROMPT) -> str:
        """Return the text of an answer."""
        return "".join(delta.text for delta in self.client.stream(prompt))

    def deltas(self, prompt: Prompt = PROMPT) -> list[Delta]:
        return list(self.client.stream(prompt))

    def endings(self, prompt: Prompt = PROMPT) -> list[Ending]:
        return [delta.ending for delta in self.client.stream(prompt) if delta.ending]

    def failure(self, prompt: Prompt = PROMPT) -> NemochatError:
        """Return the error that is raised instead of an answer."""
        try:
            said = list(self.client.stream(prompt))
        except NemochatError as error:
            return error
        raise AssertionError(said)


def in_a_thread(said: list[Delta], stream: Iterator[Delta]) -> Thread:
    """Start a thread that collects an answer until it ends or is cancelled."""

    def collect() -> None:
        with suppress(Cancelled):
            said.extend(stream)

    thread = Thread(target=collect)
    thread.start()
    return thread


def adapter(notice: Callable[[str], None] = lambda _: None, **differences: Json) -> DialectAdapter:
    """Return an adapter to a dialect with these fields: `without`, `called`, `body`, ..."""
    return DialectAdapter(Dialect(**differences), notice)


def timeouts(first_byte: float, idle: float) -> Timeouts:
    """Return timeouts in seconds."""
    return Timeouts(first_byte=first_byte, idle=idle)


@contextmanager
def asking(  # noqa: PLR0913 - a client has that many settings
    base_url: str,
    *,
    token: str = TOKEN,
    retries: int = 2,
    timeouts: Timeouts = TIMEOUTS,
    adapter: DialectAdapter | None = None,
    ca_bundle: str = "",
    proxy: str | None = None,
    connect: float = SECONDS_TO_CONNECT,
    while_waiting: Callable[[], None] | None = None,
) -> Iterator[Asking]:
    """Yield a client that does not sleep before retries; close it at the end."""
    waits: list[float] = []
    why: list[str] = []
    logged: list[str] = []

    def wait(seconds: float, error: EndpointError) -> None:
        waits.append(seconds)
        why.append(error.sentence)
        if while_waiting:
            while_waiting()

    options = ClientOptions(
        Route(base_url, ca_bundle, proxy, connect),
        token,
        HintContext("NEMO_TOKEN", "nemo", "NEMO_TOKEN"),
        wait,
        timeouts,
        retries,
        logged.append,
    )
    client = Client(options, adapter)
    with closing(client):
        yield Asking(client, waits, why, logged)
