"""Request body of the Chat Completions protocol, and a dry run that shows it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from secrets import token_hex

from nemochat.config.endpoints import Dialect
from nemochat.core import records
from nemochat.core.delta import Delta
from nemochat.core.masking import is_secret_name
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
        """Yield the request for a prompt, with variables for the secrets of the configuration."""
        mark = token_hex(8)  # encloses the name of each variable
        dialect = self._adapter.dialect
        members = _replace_secrets(dialect.body, lambda name: f"{mark}{name}{mark}")
        dialect = dialect._replace(body=dict(members) if isinstance(members, dict) else {})
        body = json.dumps(build_body(prompt, dialect), ensure_ascii=False)
        variable = re.compile(f"{mark}([A-Z0-9_]+){mark}")
        content = variable.sub(r"$\1", body)
        if self._curl:
            content = self._command(variable.sub("""'"$\\1"'""", shlex.quote(body)))
        yield Delta(content)
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
        for name in self._adapter.dialect.headers:  # their values may be secret
            lines.append(f'-H {shlex.quote(f"{name}: ")}"${_variable("HEADER", name)}"')
        return " \\\n  ".join([*lines, f"-d {body}"])


def find_body_secrets(value: Json, name: str = "") -> Iterator[str]:
    """Yield the strings in a value that have a secret name, such as `api_key`."""
    if isinstance(value, str) and is_secret_name(name):
        yield value
    for key, each in _members(value, name):
        yield from find_body_secrets(each, key)


def _members(value: Json, name: str) -> Iterable[tuple[str, Json]]:
    if isinstance(value, Mapping):
        return value.items()
    return ((name, each) for each in value) if isinstance(value, list) else ()


def _replace_secrets(value: Json, write: Callable[[str], str], name: str = "") -> Json:
    """Return a value of the configuration with variables instead of its secrets."""
    if isinstance(value, Mapping):
        return {key: _replace_secrets(each, write, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_replace_secrets(each, write, name) for each in value]
    return write(_variable("BODY", name)) if any(find_body_secrets(value, name)) else value


def _variable(kind: str, name: str) -> str:
    """Return the variable for a header or a body member, such as `HEADER_X_API_KEY`."""
    return f"{kind}_{re.sub('[^A-Z0-9]', '_', name.upper())}"
