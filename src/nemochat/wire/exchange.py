"""One prompt out, deltas in, until an ending is known: requests, tries, what failures become."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress

from nemochat import __version__
from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending
from nemochat.core.parameters import streams
from nemochat.core.prompt import Prompt
from nemochat.errors import (
    ConfigurationError,
    EndpointError,
    NemochatError,
    NotAnAnswer,
    Unreachable,
)
from nemochat.wire import failures, faults, listing, protocol
from nemochat.wire.dialect import Dialect
from nemochat.wire.given import Given
from nemochat.wire.line import Incoming, Line
from nemochat.wire.models import ModelInfo
from nemochat.wire.patience import Patience
from nemochat.wire.reading import deltas
from nemochat.wire.retries import MOST_REQUESTS, pause
from nemochat.wire.terms import Terms

LARGEST_FAILURE = 256 * 1024  # bytes read of a refusal; its reason stands at the start
SECONDS_FOR_FAILURE = 5.0  # to read a refusal's body: the status alone tells enough
SECONDS_TO_DRAIN = 0.05  # for the end of the body after [DONE], so that the connection can be kept
_NOT_FOUND = 404


class NothingCame(NotAnAnswer):
    """The response was an answer by its status, and held nothing."""


class Exchange:
    """Sends prompts to one endpoint; the connection is kept from one answer to the next."""

    def __init__(self, terms: Terms, dialect: Dialect) -> None:
        self._base_url = terms.route.base_url
        self._token = terms.token
        self._asked = terms.asked
        self._wait = terms.wait
        self._timeouts = terms.timeouts
        self._most_requests = min(max(terms.retries, 0) + 1, MOST_REQUESTS)
        self._dialect = dialect
        self._log = terms.log
        self._requests = 0
        self._line = Line(terms.route, self._headers())

    def prepare(self) -> None:
        """Load what sends a request, and begin to connect."""
        self._line.prepare()

    def close(self) -> None:
        """Close the connection."""
        self._line.close()

    def stop(self) -> None:
        """End the answer that is being read in another thread: its ending is INTERRUPTED."""
        self._line.stop()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped: then another one is needed for the next question."""
        return self._line.stopped

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """The answer to a prompt, as the client's `stream` gives it."""
        self._requests = 0
        return self._answer(prompt)

    def offer(self, seconds: float) -> tuple[ModelInfo, ...]:
        """The endpoint's models, as the client's `offer` gives them."""
        try:
            return self._listed(seconds)
        except NemochatError as error:
            failures.concise(error, self._token)
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

    def _listed(self, seconds: float) -> tuple[ModelInfo, ...]:
        self._tell(f"GET {self._base_url}{listing.LIST}")
        return listing.asked_for(self._line, seconds, self._asked)

    def _answer(self, prompt: Prompt) -> Generator[Delta]:
        """The answer, with as many tries as may be made and are of use."""
        while True:
            given = Given()
            try:
                for delta in self._once(prompt):
                    given.add(delta)
                    yield delta
            except NemochatError as error:
                failures.concise(error, self._token)
                self._tell(f"{type(error).__name__}: {error.sentence}")
                if not isinstance(error, EndpointError):
                    raise
                if self._may_tell_more(error, prompt):
                    self._tell("an empty stream; again without streaming")
                    self._line.drop()
                    prompt = prompt._replace(stream=False)
                    continue
                if self._line.stopped:
                    yield from given.broken_off(Ending.INTERRUPTED, "")
                    return
                if given.begun:
                    yield from given.broken_off(faults.ending(error), error.sentence)
                    return
                seconds = pause(error, self._requests)
                if given.thought or seconds is None or self._requests >= self._most_requests:
                    raise
                self._tell(f"again in {seconds:.1f} s")
                self._wait(seconds, error)
            else:
                return

    def _may_tell_more(self, error: NemochatError, prompt: Prompt) -> bool:
        """Whether the reason for an empty stream may be had by asking without streaming.

        llama-cpp-python answers a prompt that it cannot take with an empty stream, and closes the
        connection; asked again, and from then on, for a whole answer, it tells the reason.
        """
        streamed = prompt.stream and streams(prompt.parameters)
        left = self._requests < MOST_REQUESTS and not self._line.stopped
        return isinstance(error, NothingCame) and streamed and left

    def _once(self, prompt: Prompt) -> Iterator[Delta]:
        """The answer to one request."""
        reader = protocol.Reader(limit_chosen=prompt.parameters.get("max_tokens") is not None)
        patience = Patience(self._timeouts)
        said: bytes | None = None
        with self._posted(prompt, patience) as incoming:
            if incoming.answers:
                yield from self._read(incoming, reader, patience)
            else:
                patience.only(min(SECONDS_FOR_FAILURE, self._timeouts.idle))
                said = incoming.beginning(LARGEST_FAILURE)
        if said is not None:
            raise self._refusal(incoming, said)
        if reader.understood or reader.events:
            self._tell(f"the end, after {reader.events} events, {reader.unreadable} unreadable")
            yield from reader.end()
        else:
            raise NothingCame("the endpoint sent an empty answer")

    @contextmanager
    def _posted(self, prompt: Prompt, patience: Patience) -> Iterator[Incoming]:
        """The response to one request."""
        self._requests += 1
        path = "/chat/completions"
        content = json.dumps(protocol.body(prompt, self._dialect), ensure_ascii=False)
        self._tell(f"POST {self._base_url}{path}, {len(content)} characters, {self._requests}.")
        begun = time.monotonic()
        with self._line.send(
            "POST", path, content.encode("utf-8", "replace"), patience
        ) as incoming:
            kind = incoming.headers.get("content-type", "of no type")
            self._tell(f"{incoming.status}, {kind}, after {time.monotonic() - begun:.2f} s")
            yield incoming

    def _read(
        self, incoming: Incoming, reader: protocol.Reader, patience: Patience
    ) -> Iterator[Delta]:
        """The deltas of a response, and its connection left fit for the next request."""
        try:
            yield from deltas(incoming.pieces, reader, patience)
        except (Unreachable, NotAnAnswer) as error:
            if reader.ended and not self._line.stopped:
                return  # all that mattered came
            error.retriable = False  # the endpoint is at work, and is paid for it
            yield from reader.flush()
            raise
        if reader.done:
            patience.only(SECONDS_TO_DRAIN)
            with suppress(EndpointError):
                next(incoming.pieces, None)

    def _refusal(self, incoming: Incoming, said: bytes) -> EndpointError:
        """The error that a response without an answer stands for."""
        models: list[str] = []
        if incoming.status == _NOT_FOUND and b"model" in said.lower():
            with suppress(EndpointError, ConfigurationError):
                models = [model.name for model in self._listed(listing.SECONDS)]
        status, headers, body = incoming.status, incoming.headers, failures.read(said)
        return failures.refused(status, headers, body, self._asked, models)

    def _tell(self, line: str) -> None:
        if self._log:
            self._log(failures.one_line(line, self._token, failures.LONGEST_SENTENCE))
