"""Client of one endpoint: streams the answer to a prompt, retries and cancels.

A client is cheap to create; httpx is loaded with the first request, or by `prepare`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from nemochat import __version__
from nemochat.api import model_list, network_errors, refusals, request
from nemochat.api.model_list import ModelInfo
from nemochat.api.request import DialectAdapter
from nemochat.api.response import ResponseReader, read_deltas
from nemochat.api.route import Route
from nemochat.api.timeouts import MOST_REQUESTS, ReadTimer, Timeouts, retry_delay
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
    from nemochat.api.http import Connection, StreamedResponse

LARGEST_FAILURE = 256 * 1024  # bytes read of a refusal; its reason stands at the start
SECONDS_FOR_FAILURE = 5.0  # to read a refusal's body: the status alone tells enough
SECONDS_TO_DRAIN = 0.05  # for the end of the body after [DONE], so that the connection can be kept
_NOT_FOUND = 404


class Client:
    """Client of one endpoint; its connection is kept from one answer to the next.

    Attributes:
        warning: What should be said once before a prompt is sent, or "".
    """

    def __init__(self, options: ClientOptions, adapter: DialectAdapter | None = None) -> None:
        """Prepare a client that adapts prompts to the endpoint; nothing is sent yet.

        Raises:
            ConfigurationError: the address is invalid, or the token cannot be sent.
        """
        address = endpoints.normalize_address(options.route.base_url)
        if problem := endpoints.token_problem(options.token):
            raise ConfigurationError(f"the token {problem}")
        self.warning = endpoints.exposure_warning(address, options.token)
        self._options = options._replace(route=options.route._replace(base_url=address))
        self._adapter = adapter or DialectAdapter(Dialect())
        self._connection: Connection | None = None
        self._lock = Lock()

    def prepare(self) -> None:
        """Load what sends a request, while the user types.

        Another thread may ask meanwhile: it waits until this is done.
        """
        with suppress(NemochatError):  # the first request raises it
            self._current_connection()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()

    def stop(self) -> None:
        """Cancel the answer that another thread reads: Cancelled is raised there."""
        with self._lock:
            if self._connection is not None:
                self._connection.stop()

    def adapt(self, prompt: Prompt) -> Prompt:
        """Return the prompt as the endpoint takes it; a parameter left out is reported once."""
        return self._adapter.adapt(prompt)

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """Return the answer to a prompt, delta by delta; the last ones hold the endings.

        Once some of an answer came, each candidate has an ending; a failure becomes one. To close
        the iterator closes the connection at once, so that the endpoint stops generating.

        Raises:
            EndpointError: there is no answer.
            Cancelled: `stop` was called.
            ConfigurationError: the endpoint cannot be asked at all.
        """
        return Exchange(self._options, self._adapter.dialect, self._current_connection()).stream(
            prompt
        )

    def list_models(self) -> tuple[ModelInfo, ...]:
        """Return the endpoint's models, or none if it does not list them in time."""
        with suppress(EndpointError, ConfigurationError):
            return self.fetch_models(model_list.SECONDS)
        return ()

    def fetch_models(self, seconds: float) -> tuple[ModelInfo, ...]:
        """Return the endpoint's models within so many seconds; EndpointError if there are none."""
        try:
            self._options.write_log(f"GET {self._options.route.base_url}{model_list.LIST}")
            connection = self._current_connection()
            return model_list.fetch_models(connection, seconds, self._options.hints)
        except NemochatError as error:
            refusals.shorten(error, self._options.token)
            raise

    def _current_connection(self) -> Connection:
        """Return the connection for the next prompt.

        After a stop that is another one: a thread may still wait in the one that was stopped, and
        stays stopped.
        """
        with self._lock:
            if self._connection is not None and self._connection.stopped:
                self._connection.close()
                self._connection = None
            if self._connection is None:
                from nemochat.api.http import Connection  # loads httpx

                self._connection = Connection(self._options.route, self._headers())
                self._connection.prepare()
            return self._connection

    def _headers(self) -> dict[str, str]:
        """Return the headers of each request; the dialect's replace those of the same name."""
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": f"nemochat/{__version__}",
        }
        if self._options.token:
            headers["Authorization"] = f"Bearer {self._options.token}"
        theirs = self._adapter.dialect.headers
        replaced = {name.lower() for name in theirs}
        ours = {name: value for name, value in headers.items() if name.lower() not in replaced}
        return {**ours, **theirs}


class ClientOptions(NamedTuple):
    """Settings of a client.

    Attributes:
        route: The way to the address to which `/chat/completions` is added.
        token: The secret to send; "" sends none.
        hints: What a hint may name.
        wait: Waits some seconds before the next try, and shows the error.
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

    def write_log(self, line: str) -> None:
        """Log a line, without the token."""
        if self.log:
            self.log(refusals.to_one_line(line, self.token, refusals.LONGEST_SENTENCE))


class Progress:
    """Record of what the caller has received of an answer.

    Attributes:
        thought: Whether any reasoning was received.
    """

    def __init__(self) -> None:
        self.thought = False
        self._begun: set[int] = set()
        self._ended: set[int] = set()

    @property
    def has_content(self) -> bool:
        """Whether text or a tool call was received."""
        return bool(self._begun)

    def add(self, delta: Delta) -> None:
        """Record a delta."""
        self.thought = self.thought or bool(delta.reasoning)
        if delta.text or delta.tool_calls:
            self._begun.add(delta.candidate)
        if delta.ending:
            self._ended.add(delta.candidate)

    def endings(self, ending: Ending, reason: str) -> Iterator[Delta]:
        """Yield the ending of each candidate that has none, or of all that have one."""
        for candidate in sorted(self._begun - self._ended or self._begun or {0}):
            yield Delta(ending=ending, candidate=candidate, reason=reason)


class EmptyAnswer(NotAnAnswer):
    """A response of success that holds nothing."""


class Exchange:
    """One prompt and its answer, with as many requests as it takes."""

    def __init__(self, options: ClientOptions, dialect: Dialect, connection: Connection) -> None:
        self._options = options
        self._dialect = dialect
        self._connection = connection
        self._requests = 0

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """Yield the answer, with as many tries as may be made and are of use."""
        while True:
            progress = Progress()
            try:
                for delta in self._stream_once(prompt):
                    progress.add(delta)
                    yield delta
            except NemochatError as error:
                refusals.shorten(error, self._options.token)
                self._options.write_log(f"{type(error).__name__}: {error.sentence}")
                if not isinstance(error, EndpointError):
                    raise
                if self._should_ask_unstreamed(error, prompt):
                    self._options.write_log("an empty stream; again without streaming")
                    self._connection.close()
                    prompt = prompt._replace(stream=False)
                    continue
                if self._connection.stopped:
                    raise Cancelled from None
                if progress.has_content:
                    ending = network_errors.ending_for(error)
                    reason = "" if ending is Ending.STALLED else error.sentence  # it says the same
                    yield from progress.endings(ending, reason)
                    return
                seconds = retry_delay(error, self._requests)
                if progress.thought or seconds is None or self._requests > self._options.retries:
                    raise
                self._options.write_log(f"again in {seconds:.1f} s")
                self._options.wait(seconds, error)
            else:
                return

    def _should_ask_unstreamed(self, error: NemochatError, prompt: Prompt) -> bool:
        """Return whether asking without streaming may reveal why a stream is empty.

        llama-cpp-python answers a prompt that it cannot take with an empty stream, and closes the
        connection; asked again, and from then on, for a whole answer, it tells the reason.
        """
        streamed = prompt.stream and can_stream(prompt.parameters)
        left = self._requests < MOST_REQUESTS and not self._connection.stopped
        return isinstance(error, EmptyAnswer) and streamed and left

    def _stream_once(self, prompt: Prompt) -> Iterator[Delta]:
        """Yield the answer to one request."""
        reader = ResponseReader(limit_chosen=prompt.parameters.get("max_tokens") is not None)
        timer = ReadTimer(self._options.timeouts)
        refusal: bytes | None = None
        with self._post(prompt, timer) as response:
            if response.is_success:
                yield from self._read_deltas(response, reader, timer)
            else:
                timer.limit_to(min(SECONDS_FOR_FAILURE, self._options.timeouts.idle))
                refusal = response.read_prefix(LARGEST_FAILURE)
        if refusal is not None:
            raise self._read_refusal(response, refusal)
        if reader.understood or reader.events:
            self._options.write_log(
                f"the end, after {reader.events} events, {reader.unreadable} unreadable"
            )
            yield from reader.end()
        else:
            raise EmptyAnswer("the endpoint sent an empty answer")

    @contextmanager
    def _post(self, prompt: Prompt, timer: ReadTimer) -> Iterator[StreamedResponse]:
        """Send one request, and hold its response."""
        self._requests += 1
        path = "/chat/completions"
        content = json.dumps(request.build_body(prompt, self._dialect), ensure_ascii=False)
        url = self._options.route.base_url + path
        self._options.write_log(f"POST {url}, {len(content)} characters, {self._requests}.")
        begun = time.monotonic()
        with self._connection.send(
            "POST", path, content.encode("utf-8", "replace"), timer
        ) as response:
            kind = response.headers.get("content-type", "of no type")
            self._options.write_log(
                f"{response.status}, {kind}, after {time.monotonic() - begun:.2f} s"
            )
            yield response

    def _read_deltas(
        self, response: StreamedResponse, reader: ResponseReader, timer: ReadTimer
    ) -> Iterator[Delta]:
        """Yield the deltas of a response, and leave its connection fit for the next request."""
        try:
            yield from read_deltas(response.chunks, reader, timer)
        except (Unreachable, NotAnAnswer) as error:
            if reader.ended and not self._connection.stopped:
                return  # all that mattered came
            error.retriable = False  # the endpoint is at work, and is paid for it
            yield from reader.flush()
            raise
        if reader.done:
            timer.limit_to(SECONDS_TO_DRAIN)
            with suppress(EndpointError):
                next(response.chunks, None)

    def _read_refusal(self, response: StreamedResponse, content: bytes) -> EndpointError:
        """Return the error for a response without an answer."""
        hints, names = self._options.hints, []
        if response.status == _NOT_FOUND and b"model" in content.lower():
            with suppress(EndpointError, ConfigurationError):
                models = model_list.fetch_models(self._connection, model_list.SECONDS, hints)
                names = [model.name for model in models]
        body = refusals.parse_body(content)
        return refusals.refusal_error(response.status, response.headers, body, hints, names)
