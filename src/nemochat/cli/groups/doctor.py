"""`nemochat doctor`: checks of everything that a chat needs."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nemochat import __version__
from nemochat.api.route import Route
from nemochat.api.timeouts import Timeouts
from nemochat.chat.factory import ClientFactory
from nemochat.cli import streams
from nemochat.cli.app import create_app
from nemochat.cli.groups.config import check_settings, describe_file
from nemochat.cli.open_chat import load_settings
from nemochat.cli.options import CommonOptions
from nemochat.cli.output import load_appearance, print_finding, print_json
from nemochat.config import endpoints, load
from nemochat.config.endpoints import HintContext
from nemochat.config.load import Config, load_config
from nemochat.config.paths import directories
from nemochat.config.settings import SETTINGS
from nemochat.core.text import count_noun, nearest
from nemochat.errors import (
    ConfigurationError,
    EndpointError,
    ExitCode,
    NemochatError,
    RequestRefused,
    StoreError,
    UsageError,
)
from nemochat.screen.plain import Plain
from nemochat.screen.style.colours import open_console
from nemochat.screen.text.sanitize import sanitize_line

STEP_TIMEOUT = 10.0  # seconds for each step to the endpoint, at most
LOCAL_TIMEOUTS = Timeouts(0.5, 0.5)  # for servers on this machine
MAX_FINDING_COLUMNS = 300

app = create_app("doctor")


@app.command(example="nemochat doctor --endpoint ollama")
def doctor(
    *,
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> int:
    """Check that everything a chat needs works; each problem comes with a fix.

    The exit code is that of the first problem.
    """
    appearance = load_appearance(context)
    findings = []
    for finding in _collect_findings(context.ensure_object(CommonOptions)):
        findings.append(finding)
        if not json:
            print_finding(finding.line, appearance, is_ok=finding.error is None)
    codes = [finding.error.exit_code for finding in findings if finding.error]
    code = codes[0] if codes else ExitCode.OK
    if json:
        print_json({"exit_code": int(code), "checks": [_to_object(each) for each in findings]})
    return code


@dataclass(frozen=True, slots=True)
class Finding:
    """Line of the report.

    Attributes:
        name: What was checked.
        detail: The result.
        error: The problem, or None.
    """

    name: str
    detail: str
    error: NemochatError | None = None

    @property
    def line(self) -> str:
        """The text of the line, without the "ok" or "no" before it."""
        text = str(self.error) if self.error else self.detail
        return sanitize_line(f"{self.name}: {text}", MAX_FINDING_COLUMNS)


def _collect_findings(common: CommonOptions) -> Iterator[Finding]:
    yield Finding("nemochat", f"{__version__} on Python {platform.python_version()}")
    yield _check_terminal()
    settings, finding = _check_configuration(common)
    yield finding
    factory = ClientFactory(settings, os.environ, _QuietView(streams.binary_stdout(), None))
    name = settings.text(load.ENDPOINT)
    token = _run_check("token", lambda: _check_token(factory, name))
    yield token
    reached = True
    for step in _check_route(factory, name):
        reached = not step.error
        yield step
    if reached and not token.error:
        yield _run_check("model", lambda: _check_model(factory, name))
    yield _run_check("conversations", _check_store)
    yield _run_check("servers on this machine", lambda: _find_local_servers(factory))


class _QuietView(Plain):
    """View without notices, which the report includes."""


def _run_check(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, check())
    except NemochatError as error:
        return Finding(name, "", error)


def _check_terminal() -> Finding:
    if not streams.is_output_terminal():
        return Finding("terminal", "standard output is not a terminal, so answers are plain text")
    columns, lines = shutil.get_terminal_size()
    encoding = sys.stdout.encoding
    if encoding.lower().replace("-", "") != "utf8":
        error = ConfigurationError(
            f"its encoding is {encoding}, not UTF-8", "Set LANG to a UTF-8 locale"
        )
        return Finding("terminal", "", error)
    colours = "no colours" if open_console().no_color else "colours"
    keys = "" if streams.is_input_terminal() else ", no keyboard"
    return Finding("terminal", f"{columns} by {lines}, {colours}, UTF-8{keys}")


def _check_configuration(common: CommonOptions) -> tuple[Config, Finding]:
    """Return the settings in force, or those that are valid."""
    try:
        settings = load_settings(common)
        check_settings(settings)
        return settings, Finding("configuration", describe_file(load.default_path()))
    except UsageError:
        raise
    except ConfigurationError as error:
        settings = Config()
        with suppress(ConfigurationError):
            settings = load_config(common.settings, _usable_environment(), Path(os.devnull))
            check_settings(settings)
        return settings, Finding("configuration", "", error)


def _usable_environment() -> dict[str, str]:
    """Return the environment without invalid settings."""
    usable = dict(os.environ)
    for setting in SETTINGS:
        try:
            setting.parse(usable.get(setting.variable, ""), setting.variable)
        except ConfigurationError:
            usable.pop(setting.variable, None)
    return usable


def _check_token(factory: ClientFactory, name: str) -> str:
    token = factory.token(name)
    if token:
        return f"the one for {name} comes from {token.source}"
    if factory.needs_token(name):
        raise ConfigurationError(
            f"there is none for {name}",
            f"Run nemochat keys set {name}, or set {factory.token_variable(name)}",
        )
    return f"{name} needs none"


def _check_route(factory: ClientFactory, name: str) -> Iterator[Finding]:
    """Yield the steps to the endpoint until one fails."""
    from nemochat.api import diagnose

    try:
        route = factory.route(name)
        through = " through a proxy" * bool(route.find_proxy())
        yield Finding("endpoint", f"{name} at {route.base_url}{through}")
        for step in diagnose.probe(route, min(STEP_TIMEOUT, route.connect)):
            yield Finding(step.name, f"{step.detail} ({step.seconds * 1000:.0f} ms)", step.error)
    except NemochatError as error:
        yield Finding("endpoint", "", error)


def _check_model(factory: ClientFactory, name: str) -> str:
    model = factory.model(name)
    try:
        with closing(factory.client(name)) as client:
            models = client.fetch_models(STEP_TIMEOUT)
    except RequestRefused as error:
        return f"{model}; the endpoint does not list its models: {error.sentence}"
    for each in models:
        if each.name == model:
            context = (
                f", with a context of {each.context_length:,} tokens" if each.context_length else ""
            )
            return f"{model} is available{context}"
    near = nearest(model, [each.name for each in models], cutoff=0.4)
    raise RequestRefused(
        f"{name} does not list {model} among its {count_noun(len(models), 'model')}",
        f"Did you mean -m {near[0]}?" if near else "nemochat models lists them",
    )


def _check_store() -> str:
    from nemochat.store.database import count_conversations

    file = directories().database
    if not file.exists():
        place = next(folder for folder in file.parents if folder.exists())
        if not place.is_dir() or not os.access(place, os.W_OK):
            raise StoreError(f"none can be saved in {file.parent}: {place} cannot be written")
        return f"none yet; they will be in {file}"
    return f"{count_conversations(file)} in {file}, which is undamaged"


def _find_local_servers(factory: ClientFactory) -> str:
    """Return the known servers that run on this machine."""
    from nemochat.api.client import Client, ClientOptions

    servers = []
    for row in factory.rows():
        if not row.base_url or not endpoints.is_local(row.base_url):
            continue
        route = Route(row.base_url, proxy="", connect=LOCAL_TIMEOUTS.first_byte)
        client = Client(
            ClientOptions(route, "", HintContext("", ""), lambda *_: None, LOCAL_TIMEOUTS)
        )
        with closing(client):
            try:
                models = client.fetch_models(LOCAL_TIMEOUTS.first_byte)
                servers.append(f"{row.name} with {count_noun(len(models), 'model')}")
            except EndpointError as error:
                if error.exit_code is not ExitCode.UNREACHABLE:
                    servers.append(f"something at {row.base_url} that lists no models")
    return ", ".join(servers) or "none"


def _to_object(finding: Finding) -> dict[str, object]:
    error = finding.error
    return {
        "name": finding.name,
        "ok": error is None,
        "said": error.sentence if error else finding.detail,
        "hint": error.hint if error else "",
        "exit_code": int(error.exit_code) if error else 0,
    }
