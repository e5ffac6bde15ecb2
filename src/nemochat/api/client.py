"""Client of one endpoint: streams the answer to a prompt, retries and cancels.

A client is cheap to create; what sends a request is loaded with the first one, or by `prepare`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from nemochat import __version__
from nemochat.api import model_list, network_errors, refusals, request, response
from nemochat.api.http import Connection, StreamedResponse
from nemochat.api.model_list import ModelInfo
from nemochat.api.request import DialectAdapter
from nemochat.api.response import read_deltas
from nemochat.api.retries import MOST_REQUESTS, retry_delay
from nemochat.api.route import Route
from nemochat.api.timeouts import ReadTimer, Timeouts
from nemochat.config import endpoints
from nemochat.config.endpoints import Dialect, HintContext
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending
from nemochat.core.parameters import can_stream
from nemochat.core.prompt import Prompt
from nemochat.errors import (
    Cancelled,
    ConfigurationError,
    EndpointError,
    NemochatError,
    NotAnAnswer,
    Unreachable,
)

if TYPE_CHECKING:
    from nemochat.api.model_list import ModelInfo

SECONDS_FOR_MODELS = 2.0  # for a list that nobody asked for
LARGEST_FAILURE = 256 * 1024  # bytes read of a refusal; its reason stands at the start
SECONDS_FOR_FAILURE = 5.0  # to read a refusal's body: the status alone tells enough
SECONDS_TO_DRAIN = 0.05  # for the end of the body after [DONE], so that the connection can be kept
_NOT_FOUND = 404


class Client:
    """Asks one endpoint.

    Attributes:
        warning: What should be said once before a question is sent, or "".
    """

    def __init__(self, terms: ClientOptions, fitting: DialectAdapter | None = None) -> None:
        """Prepare a client that makes prompts fit; nothing is sent yet.

        Raises:
            ConfigurationError: the address is none, or the token cannot be sent.
        """
        address = endpoints.normalize_address(terms.route.base_url)
        if problem := endpoints.token_problem(terms.token):
            raise ConfigurationError(f"the token {problem}")
        self.warning = endpoints.exposure_warning(address, terms.token)
        self._terms = terms._replace(route=terms.route._replace(base_url=address))
        self._fitting = fitting or DialectAdapter(Dialect())
        self._exchange: Exchange | None = None
        self._lock = Lock()

    def prepare(self) -> None:
        """Load what sends a request, and begin to connect: called beside what people do first.

        Another thread may ask meanwhile: it waits until this is done.
        """
        with self._lock:
            if self._exchange is None:
                self._exchange = self._new_exchange()
                self._exchange.prepare()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._exchange is not None:
                self._exchange.close()

    def stop(self) -> None:
        """Cancel the answer that another thread reads: Cancelled is raised there."""
        with self._lock:
            if self._exchange is not None:
                self._exchange.stop()

    def adapt(self, prompt: Prompt) -> Prompt:
        """The prompt as the endpoint takes it; of a parameter left out is told, once."""
        return self._fitting.adapt(prompt)

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """The answer to a prompt, piece by piece; the last pieces hold the endings.

        Once some of an answer came, each candidate has an ending; a failure becomes one. To close
        the iterator closes the connection at once, so that the endpoint stops generating.

        Raises:
            EndpointError: there is no answer.
            Cancelled: `stop` was called.
            ConfigurationError: the endpoint cannot be asked at all.
        """
        return self._current_exchange().stream(prompt)

    def list_models(self) -> tuple[ModelInfo, ...]:
        """The endpoint's models, or none if it does not tell in time."""
        with suppress(EndpointError, ConfigurationError):
            return self.fetch_models(SECONDS_FOR_MODELS)
        return ()

    def fetch_models(self, seconds: float) -> tuple[ModelInfo, ...]:
        """The endpoint's models, waited for so many seconds; EndpointError if it does not tell."""
        return self._current_exchange().fetch_models(seconds)

    def _current_exchange(self) -> Exchange:
        """What the next question is asked with.

        After a stop that is another one: a thread may still wait for a connection in the one that
        was stopped, and stays stopped.
        """
        with self._lock:
            if self._exchange is not None and self._exchange.stopped:
                self._exchange.close()
                self._exchange = None
            if self._exchange is None:
                self._exchange = self._new_exchange()
            return self._exchange

    def _new_exchange(self) -> Exchange:

        return Exchange(self._terms, self._fitting.dialect)


class ClientOptions(NamedTuple):
    """All that an endpoint is asked with but the prompt.

    Attributes:
        route: The way to the address to which `/chat/completions` is added.
        token: The secret to send; "" sends none.
        asked: What a hint may name.
        wait: Waits some seconds before the next try and tells why.
        timeouts: How long to wait for what.
        retries: How often to try again.
        log: Takes a line for each request, response, try and ending; never the token.
    """

    route: Route
    token: str
    hints: HintContext
    wait: Callable[[float, EndpointError], None]
    timeouts: Timeouts = Timeouts()
    retries: int = 2
    log: Callable[[str], None] | None = None


class Progress:
    """What of an answer was given already.

    Attributes:
        thought: Whether any reasoning was.
    """

    def __init__(self) -> None:
        self.thought = False
        self._begun: set[int] = set()
        self._ended: set[int] = set()

    @property
    def has_content(self) -> bool:
        """Whether text or a tool call was given."""
        return bool(self._begun)

    def add(self, delta: Delta) -> None:
        """Take note of a delta."""
        self.thought = self.thought or bool(delta.reasoning)
        if delta.text or delta.tool_calls:
            self._begun.add(delta.candidate)
        if delta.ending:
            self._ended.add(delta.candidate)

    def endings(self, ending: Ending, reason: str) -> Iterator[Delta]:
        """The ending of each candidate that has none, or of all that have."""
        for candidate in sorted(self._begun - self._ended or self._begun or {0}):
            yield Delta(ending=ending, candidate=candidate, reason=reason)


class EmptyAnswer(NotAnAnswer):
    """The response was an answer by its status, and held nothing."""


class Exchange:
    """Sends prompts to one endpoint; the connection is kept from one answer to the next."""

    def __init__(self, terms: ClientOptions, dialect: Dialect) -> None:
        self._base_url = terms.route.base_url
        self._token = terms.token
        self._asked = terms.hints
        self._wait = terms.wait
        self._timeouts = terms.timeouts
        self._most_requests = min(max(terms.retries, 0) + 1, MOST_REQUESTS)
        self._dialect = dialect
        self._log = terms.log
        self._requests = 0
        self._line = Connection(terms.route, self._headers())

    def prepare(self) -> None:
        """Load what sends a request, and begin to connect."""
        self._line.prepare()

    def close(self) -> None:
        """Close the connection."""
        self._line.close()

    def stop(self) -> None:
        """Cancel the answer that another thread reads: Cancelled is raised there."""
        self._line.stop()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped: then another one is needed for the next question."""
        return self._line.stopped

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """The answer to a prompt, as the client's `stream` gives it."""
        self._requests = 0
        return self._stream_with_retries(prompt)

    def fetch_models(self, seconds: float) -> tuple[ModelInfo, ...]:
        """The endpoint's models, as the client's `offer` gives them."""
        try:
            return self._fetch_models(seconds)
        except NemochatError as error:
            refusals.shorten(error, self._token)
            raise

    def _headers(self) -> dict[str, str]:
        """The headers of each request; the dialect's take the place of those of the same name."""
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": f"nemochat/{__version__}",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        theirs = self._dialect.headers
        replaced = {name.lower() for name in theirs}
        ours = {name: value for name, value in headers.items() if name.lower() not in replaced}
        return {**ours, **theirs}

    def _fetch_models(self, seconds: float) -> tuple[ModelInfo, ...]:
        self._write_log(f"GET {self._base_url}{model_list.LIST}")
        return model_list.fetch_models(self._line, seconds, self._asked)

    def _stream_with_retries(self, prompt: Prompt) -> Generator[Delta]:
        """The answer, with as many tries as may be made and are of use."""
        while True:
            given = Progress()
            try:
                for delta in self._stream_once(prompt):
                    given.add(delta)
                    yield delta
            except NemochatError as error:
                refusals.shorten(error, self._token)
                self._write_log(f"{type(error).__name__}: {error.sentence}")
                if not isinstance(error, EndpointError):
                    raise
                if self._should_ask_unstreamed(error, prompt):
                    self._write_log("an empty stream; again without streaming")
                    self._line.reset()
                    prompt = prompt._replace(stream=False)
                    continue
                if self._line.stopped:
                    raise Cancelled from None
                if given.has_content:
                    yield from given.endings(network_errors.ending_for(error), error.sentence)
                    return
                seconds = retry_delay(error, self._requests)
                if given.thought or seconds is None or self._requests >= self._most_requests:
                    raise
                self._write_log(f"again in {seconds:.1f} s")
                self._wait(seconds, error)
            else:
                return

    def _should_ask_unstreamed(self, error: NemochatError, prompt: Prompt) -> bool:
        """Whether the reason for an empty stream may be had by asking without streaming.

        llama-cpp-python answers a prompt that it cannot take with an empty stream, and closes the
        connection; asked again, and from then on, for a whole answer, it tells the reason.
        """
        streamed = prompt.stream and can_stream(prompt.parameters)
        left = self._requests < MOST_REQUESTS and not self._line.stopped
        return isinstance(error, EmptyAnswer) and streamed and left

    def _stream_once(self, prompt: Prompt) -> Iterator[Delta]:
        """The answer to one request."""
        reader = response.ResponseReader(
            limit_chosen=prompt.parameters.get("max_tokens") is not None
        )
        patience = ReadTimer(self._timeouts)
        said: bytes | None = None
        with self._post(prompt, patience) as incoming:
            if incoming.is_success:
                yield from self._read_deltas(incoming, reader, patience)
            else:
                patience.limit_to(min(SECONDS_FOR_FAILURE, self._timeouts.idle))
                said = incoming.read_prefix(LARGEST_FAILURE)
        if said is not None:
            raise self._read_refusal(incoming, said)
        if reader.understood or reader.events:
            self._write_log(
                f"the end, after {reader.events} events, {reader.unreadable} unreadable"
            )
            yield from reader.end()
        else:
            raise EmptyAnswer("the endpoint sent an empty answer")

    @contextmanager
    def _post(self, prompt: Prompt, patience: ReadTimer) -> Iterator[StreamedResponse]:
        """The response to one request."""
        self._requests += 1
        path = "/chat/completions"
        content = json.dumps(request.build_body(prompt, self._dialect), ensure_ascii=False)
        self._write_log(
            f"POST {self._base_url}{path}, {len(content)} characters, {self._requests}."
        )
        begun = time.monotonic()
        with self._line.send(
            "POST", path, content.encode("utf-8", "replace"), patience
        ) as incoming:
            kind = incoming.headers.get("content-type", "of no type")
            self._write_log(f"{incoming.status}, {kind}, after {time.monotonic() - begun:.2f} s")
            yield incoming

    def _read_deltas(
        self, incoming: StreamedResponse, reader: response.ResponseReader, patience: ReadTimer
    ) -> Iterator[Delta]:
        """The deltas of a response, and its connection left fit for the next request."""
        try:
            yield from read_deltas(incoming.chunks, reader, patience)
        except (Unreachable, NotAnAnswer) as error:
            if reader.ended and not self._line.stopped:
                return  # all that mattered came
            error.retriable = False  # the endpoint is at work, and is paid for it
            yield from reader.flush()
            raise
        if reader.done:
            patience.limit_to(SECONDS_TO_DRAIN)
            with suppress(EndpointError):
                next(incoming.chunks, None)

    def _read_refusal(self, incoming: StreamedResponse, said: bytes) -> EndpointError:
        """The error that a response without an answer stands for."""
        models: list[str] = []
        if incoming.status == _NOT_FOUND and b"model" in said.lower():
            with suppress(EndpointError, ConfigurationError):
                models = [model.name for model in self._fetch_models(model_list.SECONDS)]
        status, headers, body = incoming.status, incoming.headers, refusals.parse_body(said)
        return refusals.refusal_error(status, headers, body, self._asked, models)

    def _write_log(self, line: str) -> None:
        if self._log:
            self._log(refusals.to_one_line(line, self._token, refusals.LONGEST_SENTENCE))
