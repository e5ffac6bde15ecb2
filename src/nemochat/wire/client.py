"""Who asks one endpoint: checked when it is made, and loaded when it first has a question.

The prompt of a chat is drawn before that, and needs none of it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from nemochat.core.deltas import Delta
from nemochat.core.prompt import Prompt
from nemochat.errors import ConfigurationError, EndpointError
from nemochat.wire import endpoints
from nemochat.wire.dialect import Dialect, Fitting
from nemochat.wire.terms import Terms

if TYPE_CHECKING:
    from nemochat.wire.exchange import Exchange
    from nemochat.wire.models import ModelInfo

SECONDS_FOR_MODELS = 2.0  # for a list that nobody asked for


class Client:
    """Asks one endpoint.

    Attributes:
        warning: What should be said once before a question is sent, or "".
    """

    def __init__(self, terms: Terms, fitting: Fitting | None = None) -> None:
        """Prepare a client that makes prompts fit; nothing is sent yet.

        Raises:
            ConfigurationError: the address is none, or the token cannot be sent.
        """
        address = endpoints.address(terms.route.base_url)
        if problem := endpoints.token_problem(terms.token):
            raise ConfigurationError(f"the token {problem}")
        self.warning = endpoints.exposure(address, terms.token)
        self._terms = terms._replace(route=terms.route._replace(base_url=address))
        self._fitting = fitting or Fitting(Dialect())
        self._exchange: Exchange | None = None
        self._making = Lock()

    def prepare(self) -> None:
        """Load what sends a request, and begin to connect: called beside what people do first.

        Another thread may ask meanwhile: it waits until this is done.
        """
        with self._making:
            if self._exchange is None:
                self._exchange = self._made()
                self._exchange.prepare()

    def close(self) -> None:
        """Close the connection."""
        with self._making:
            if self._exchange is not None:
                self._exchange.close()

    def stop(self) -> None:
        """End the answer that is being read in another thread: its ending is INTERRUPTED."""
        with self._making:
            if self._exchange is not None:
                self._exchange.stop()

    def fitted(self, prompt: Prompt) -> Prompt:
        """The prompt as the endpoint takes it; of a parameter left out is told, once."""
        return self._fitting.fit(prompt)

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """The answer to a prompt, piece by piece; the last pieces hold the endings.

        Once some of an answer came, each candidate has an ending; a failure becomes one. To close
        the iterator closes the connection at once, so that the endpoint stops generating.

        Raises:
            EndpointError: there is no answer.
            ConfigurationError: the endpoint cannot be asked at all.
        """
        return self._ready().stream(prompt)

    def models(self) -> tuple[ModelInfo, ...]:
        """The endpoint's models, or none if it does not tell in time."""
        with suppress(EndpointError, ConfigurationError):
            return self.offer(SECONDS_FOR_MODELS)
        return ()

    def offer(self, seconds: float) -> tuple[ModelInfo, ...]:
        """The endpoint's models, waited for so many seconds; EndpointError if it does not tell."""
        return self._ready().offer(seconds)

    def _ready(self) -> Exchange:
        """What the next question is asked with.

        After a stop that is another one: a thread may still wait for a connection in the one that
        was stopped, and stays stopped.
        """
        with self._making:
            if self._exchange is not None and self._exchange.stopped:
                self._exchange.close()
                self._exchange = None
            if self._exchange is None:
                self._exchange = self._made()
            return self._exchange

    def _made(self) -> Exchange:
        from nemochat.wire.exchange import Exchange

        return Exchange(self._terms, self._fitting.dialect)
