"""Client of one endpoint: streams the answer to a prompt, retries and cancels.

Creating a client is cheap; `prepare` or the first request loads httpx.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from nemochat import __version__
from nemochat.api import model_list, network_errors, refusals, request
from nemochat.api.choice import EndlessAnswer
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

LARGEST_REFUSAL = 256 * 1024  # bytes read of the body of a refusal
SECONDS_FOR_REFUSAL = 5.0  # to read it; the status alone would be enough
SECONDS_TO_DRAIN = 0.05  # to read the end of the body after [DONE], so that the connection is kept
MOST_TO_DRAIN = 16  # chunks of it
SECONDS_TO_VERIFY = 1.0  # the same for a compressed body, which ends with a checksum
_NOT_FOUND = 404


class Client:
    """Client of one endpoint; the connection is kept from one answer to the next.

    Attributes:
        warning: Warning to show before the first prompt is sent, or "".
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
        self._adapter = adapter or DialectAdapter(Dialect())
        self._options = options._replace(
            route=options.route._replace(base_url=address),
            secrets=(*options.secrets, *find_secrets(options, self._adapter.dialect)),
        )
        self._connection: Connection | None = None
        self._lock = Lock()

    def prepare(self) -> None:
        """Load the libraries, for example while the user types; a request made meanwhile waits."""
        with suppress(NemochatError):  # the first request raises it again
            self._current_connection()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()

    def stop(self) -> None:
        """Cancel the answer that another thread reads, which raises Cancelled there."""
        with self._lock:
            if self._connection is not None:
                self._connection.stop()

    def adapt(self, prompt: Prompt) -> Prompt:
        """Return the prompt without unsupported parameters, each of which is reported once."""
        return self._adapter.adapt(prompt)

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """Return the deltas of the answer to a prompt; the last ones hold the endings.

        After the first text, a failure becomes an ending, and each candidate has one. Closing the
        iterator closes the connection, so that the endpoint stops generating.

        Raises:
            EndpointError: there is no answer.
            Cancelled: `stop` was called.
            ConfigurationError: no request can be sent.
        """
        exchange = Exchange(self._options, self._adapter.dialect, self._current_connection())
        return exchange.stream(prompt)

    def list_models(self) -> tuple[ModelInfo, ...]:
        """Return the endpoint's models, or () if it does not list them in time."""
        with suppress(EndpointError, ConfigurationError):
            return self.fetch_models(model_list.SECONDS)
        return ()

    def fetch_models(self, seconds: float) -> tuple[ModelInfo, ...]:
        """Return the endpoint's models; raise EndpointError if it does not list them in time."""
        try:
            self._options.write_log(f"GET {self._options.route.base_url}{model_list.LIST}")
            connection = self._current_connection()
            models = model_list.fetch_models(connection, seconds, self._options.hints)
            return tuple(model._replace(name=self._options.mask(model.name)) for model in models)
        except NemochatError as error:
            refusals.shorten(error, self._options.secrets)
            raise

    def _current_connection(self) -> Connection:
        """Return the connection for the next prompt.

        It is a new one after a stop, as another thread may still use the stopped one.
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
        """Return the headers of each request; those of the dialect have precedence."""
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
        route: Route to the address to which `/chat/completions` is added.
        token: Secret to send; "" sends none.
        hints: What a hint may mention.
        wait: Shows an error and waits some seconds before a retry.
        timeouts: Timeouts of reads.
        retries: Maximum number of retries.
        log: Receives a line for each request, response, retry and error.
        secrets: What to mask in errors, logs and names; a client adds all that it sends.
    """

    route: Route
    token: str
    hints: HintContext
    wait: Callable[[float, EndpointError], None]
    timeouts: Timeouts = Timeouts()
    retries: int = 2
    log: Callable[[str], None] | None = None
    secrets: tuple[str, ...] = ()

    def mask(self, text: str) -> str:
        """Return foreign text as one line, without the secrets."""
        return refusals.to_one_line(text, self.secrets, refusals.LONGEST_SENTENCE)

    def write_log(self, line: str) -> None:
        """Log a line, without the secrets."""
        if self.log:
            self.log(self.mask(line))


def find_secrets(options: ClientOptions, dialect: Dialect) -> Iterator[str]:
    """Yield the secrets in requests: token, headers, body members and proxy password."""
    yield options.token
    yield from request.find_body_secrets({**dialect.headers})
    yield from request.find_body_secrets({**dialect.body})
    with suppress(ConfigurationError):  # the first request raises it again
        yield from options.route.proxy_secrets()


class Progress:
    """Record of what the caller has received of an answer.

    Attributes:
        has_reasoning: Whether reasoning was received.
    """

    def __init__(self) -> None:
        self.has_reasoning = False
        self._begun: set[int] = set()
        self._ended: set[int] = set()

    @property
    def has_content(self) -> bool:
        """Whether text or a tool call was received."""
        return bool(self._begun)

    def add(self, delta: Delta) -> None:
        """Record a delta."""
        self.has_reasoning = self.has_reasoning or bool(delta.reasoning)
        if delta.text or delta.tool_calls:
            self._begun.add(delta.candidate)
        if delta.ending:
            self._ended.add(delta.candidate)

    def endings(self, ending: Ending, reason: str) -> Iterator[Delta]:
        """Yield an ending for each candidate without one.

        Or, if each has one, for all: the error came later.
        """
        for candidate in sorted(self._begun - self._ended or self._begun or {0}):
            yield Delta(ending=ending, candidate=candidate, reason=reason)


class EmptyAnswer(NotAnAnswer):
    """The response was successful but empty."""


class Exchange:
    """One prompt and its answer, with retries."""

    def __init__(self, options: ClientOptions, dialect: Dialect, connection: Connection) -> None:
        self._options = options
        self._dialect = dialect
        self._connection = connection
        self._requests = 0

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """Yield the deltas of the answer; retry while it is allowed and useful."""
        while True:
            progress = Progress()
            try:
                for delta in map(self._mask, self._stream_once(prompt)):
                    progress.add(delta)
                    yield delta
            except NemochatError as error:
                refusals.shorten(error, self._options.secrets)
                self._options.write_log(f"{type(error).__name__}: {error.sentence}")
                if not isinstance(error, EndpointError):
                    raise
                if self._should_retry_unstreamed(error, prompt):
                    self._options.write_log("empty stream, retrying without streaming")
                    self._connection.close()
                    prompt = prompt._replace(stream=False)
                    continue
                if self._connection.stopped:
                    raise Cancelled from None
                if progress.has_content or isinstance(error, EndlessAnswer):
                    ending = network_errors.ending_for(error)
                    # The words of STALLED already say it.
                    reason = "" if ending is Ending.STALLED else error.sentence
                    yield from progress.endings(ending, reason)
                    return
                seconds = retry_delay(error, self._requests)
                too_many = self._requests > self._options.retries
                if progress.has_reasoning or seconds is None or too_many:
                    raise
                self._options.write_log(f"retrying in {seconds:.1f} s")
                self._options.wait(seconds, error)
            else:
                return

    def _mask(self, delta: Delta) -> Delta:
        """Return a delta with masked model and reason."""
        if not delta.model and not delta.reason:
            return delta
        mask = self._options.mask
        return delta._replace(model=mask(delta.model), reason=mask(delta.reason))

    def _should_retry_unstreamed(self, error: NemochatError, prompt: Prompt) -> bool:
        """Return whether a request without streaming may reveal why a stream is empty.

        llama-cpp-python sends an empty stream for a prompt that it cannot process; without
        streaming it sends the reason.
        """
        is_streamed = prompt.stream and can_stream(prompt.parameters)
        is_possible = self._requests < MOST_REQUESTS and not self._connection.stopped
        return isinstance(error, EmptyAnswer) and is_streamed and is_possible

    def _stream_once(self, prompt: Prompt) -> Iterator[Delta]:
        """Yield the deltas of the answer to one request."""
        reader = ResponseReader(limit_chosen=prompt.parameters.get("max_tokens") is not None)
        timer = ReadTimer(self._options.timeouts)
        refusal: bytes | None = None
        with self._post(prompt, timer) as response:
            if response.is_success:
                yield from self._read_deltas(response, reader, timer)
            else:
                timer.limit_to(min(SECONDS_FOR_REFUSAL, self._options.timeouts.idle))
                refusal = response.read_prefix(LARGEST_REFUSAL)
        if refusal is not None:
            raise self._read_refusal(response, refusal)
        if reader.understood or reader.events:
            self._options.write_log(
                f"end of the response: {reader.events} events, {reader.damaged} damaged"
            )
            yield from reader.end()
        else:
            raise EmptyAnswer("the endpoint sent an empty answer")

    @contextmanager
    def _post(self, prompt: Prompt, timer: ReadTimer) -> Iterator[StreamedResponse]:
        """Send one request and yield the response."""
        self._requests += 1
        path = "/chat/completions"
        content = json.dumps(request.build_body(prompt, self._dialect), ensure_ascii=False)
        url = self._options.route.base_url + path
        self._options.write_log(
            f"request {self._requests}: POST {url}, {len(content):,} characters"
        )
        begun = time.monotonic()
        with self._connection.send(
            "POST", path, content.encode("utf-8", "replace"), timer
        ) as response:
            kind = response.headers.get("content-type", "no type")
            seconds = time.monotonic() - begun
            self._options.write_log(f"status {response.status}, {kind}, after {seconds:.2f} s")
            yield response

    def _read_deltas(
        self, response: StreamedResponse, reader: ResponseReader, timer: ReadTimer
    ) -> Iterator[Delta]:
        """Yield the deltas of a response; leave the connection ready for the next request."""
        try:
            yield from read_deltas(response.chunks, reader, timer)
        except (Unreachable, NotAnAnswer) as error:
            is_lost = isinstance(error, Unreachable)
            if is_lost and reader.ended and not self._connection.stopped:
                return  # every candidate has ended
            error.retriable = False  # the endpoint has begun to generate, which costs money
            yield from reader.flush()
            raise
        if reader.done:
            is_compressed = "content-encoding" in response.headers
            timer.limit_to(SECONDS_TO_VERIFY if is_compressed else SECONDS_TO_DRAIN)
            with suppress(Unreachable):  # but not a wrong checksum
                deque(islice(response.chunks, MOST_TO_DRAIN), 0)

    def _read_refusal(self, response: StreamedResponse, content: bytes) -> EndpointError:
        """Return the error for a refusal."""
        hints, names = self._options.hints, []
        if response.status == _NOT_FOUND and b"model" in content.lower():
            with suppress(EndpointError, ConfigurationError):
                models = model_list.fetch_models(self._connection, model_list.SECONDS, hints)
                names = [model.name for model in models]
        body = refusals.parse_body(content)
        return refusals.refusal_error(response.status, response.headers, body, hints, names)
