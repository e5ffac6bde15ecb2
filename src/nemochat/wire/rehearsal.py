"""An endpoint that answers with the request itself, as JSON or as curl, and sends nothing."""

from __future__ import annotations

import json
import shlex
from collections.abc import Generator

from nemochat.core.deltas import Delta
from nemochat.core.messages import Ending
from nemochat.core.prompt import Prompt
from nemochat.wire import protocol
from nemochat.wire.dialect import Fitting


class Rehearsal:
    """Shows what would be sent to an address."""

    def __init__(
        self,
        base_url: str,
        token_variable: str,
        fitting: Fitting,
        *,
        curl: bool,
    ) -> None:
        """Prepare; `curl` shows a command, else the JSON alone."""
        self._url = base_url + "/chat/completions"
        self._token_variable = token_variable
        self._fitting = fitting
        self._curl = curl

    def prepare(self) -> None:
        """There is nothing to make ready."""

    def fitted(self, prompt: Prompt) -> Prompt:
        """The prompt as the endpoint takes it; what it does not take is said."""
        return self._fitting.fit(prompt)

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """The request that this prompt makes."""
        body = json.dumps(protocol.body(prompt, self._fitting.dialect), ensure_ascii=False)
        yield Delta(self._command(body) if self._curl else body)
        yield Delta(ending=Ending.COMPLETE)

    def stop(self) -> None:
        """There is nothing to end."""

    def close(self) -> None:
        """There is nothing to let go of."""

    def _command(self, body: str) -> str:
        headers = ["Content-Type: application/json"]
        if self._token_variable:
            headers.append(f"Authorization: Bearer ${self._token_variable}")
        lines = [f"curl --no-buffer {shlex.quote(self._url)}"]
        lines += [f'-H "{header}"' for header in headers]  # the shell puts the token in
        for name, value in self._fitting.dialect.headers.items():
            lines.append(f"-H {shlex.quote(f'{name}: {value}')}")
        return " \\\n  ".join([*lines, f"-d {shlex.quote(body)}"])
