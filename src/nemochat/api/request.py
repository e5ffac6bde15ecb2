"""Request body of the Chat Completions protocol, and a dry run that shows it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Generator

from nemochat.config.endpoints import Dialect
from nemochat.core import records
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending
from nemochat.core.parameters import can_stream
from nemochat.core.prompt import Prompt
from nemochat.core.records import Json


def build_body(prompt: Prompt, dialect: Dialect | None = None) -> dict[str, Json]:
    """Return the request body for a prompt; it requests a stream if the prompt allows that.

    Args:
        prompt: Messages and the parameters that were set.
        dialect: What the endpoint omits, renames or adds.
    """
    dialect = dialect or Dialect()
    body: dict[str, Json] = {
        "model": prompt.model,
        "messages": [records.to_request(message) for message in prompt.messages],
    }
    for name, value in prompt.parameters.items():
        if name not in dialect.without:
            member = dialect.called.get(name, name)
            body[member] = list(value) if isinstance(value, tuple) else value
    if prompt.response_format is not None:
        body["response_format"] = dict(prompt.response_format)
    if prompt.stream and can_stream(prompt.parameters):
        body["stream"] = True
        if "stream_options" not in dialect.without:
            body["stream_options"] = {"include_usage": True}
    return body | dict(dialect.body)


class DialectAdapter:
    """Adapter of prompts to a dialect; it reports each omitted parameter once.

    Attributes:
        dialect: How requests to the endpoint differ.
    """

    def __init__(self, dialect: Dialect, notice: Callable[[str], None] = lambda _: None) -> None:
        self.dialect = dialect
        self._notice = notice
        self._reported: set[str] = set()

    def adapt(self, prompt: Prompt) -> Prompt:
        """Return the prompt without the parameters that the endpoint does not support."""
        omitted = [name for name in prompt.parameters if name in self.dialect.without]
        if not omitted:
            return prompt
        if news := [name for name in omitted if name not in self._reported]:
            self._reported.update(news)
            verb = "is" if len(news) == 1 else "are"
            self._notice(f"{' and '.join(news)} {verb} not sent: not supported by this endpoint")
        kept = {name: v for name, v in prompt.parameters.items() if name not in omitted}
        return prompt._replace(parameters=kept)


class DryRun:
    """Endpoint whose answer is the request that would be sent to an address."""

    def __init__(
        self, base_url: str, token_variable: str, adapter: DialectAdapter, *, curl: bool
    ) -> None:
        """Prepare; `curl` shows a curl command instead of JSON."""
        self._url = base_url + "/chat/completions"
        self._token_variable = token_variable
        self._adapter = adapter
        self._curl = curl

    def prepare(self) -> None:
        """Do nothing."""

    def adapt(self, prompt: Prompt) -> Prompt:
        """Return the prompt without unsupported parameters."""
        return self._adapter.adapt(prompt)

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """Yield the request for a prompt."""
        body = json.dumps(build_body(prompt, self._adapter.dialect), ensure_ascii=False)
        yield Delta(self._command(body) if self._curl else body)
        yield Delta(ending=Ending.COMPLETE)

    def stop(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def _command(self, body: str) -> str:
        headers = ["Content-Type: application/json"]
        if self._token_variable:
            headers.append(f"Authorization: Bearer ${self._token_variable}")
        lines = [f"curl --no-buffer {shlex.quote(self._url)}"]
        lines += [f'-H "{header}"' for header in headers]  # the shell inserts the token
        for name, value in self._adapter.dialect.headers.items():
            lines.append(f"-H {shlex.quote(f'{name}: {value}')}")
        return " \\\n  ".join([*lines, f"-d {shlex.quote(body)}"])
