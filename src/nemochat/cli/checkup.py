"""What does `nemochat doctor` look at, and what does it say of it?"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from nemochat import __version__, config
from nemochat.cli import streams, views
from nemochat.cli.given import Given
from nemochat.cli.opening import configured
from nemochat.cli.settings import check as fits
from nemochat.cli.telling import hanging, tell, tell_json
from nemochat.connect import Connector
from nemochat.core.nearest import nearest
from nemochat.directories import directories
from nemochat.errors import (
    ConfigurationError,
    EndpointError,
    ExitCode,
    NemochatError,
    RequestRefused,
    StoreError,
    UsageError,
)
from nemochat.repl.listings import counted
from nemochat.screen.plain import Plain
from nemochat.screen.safe import harmless_line
from nemochat.wire import endpoints
from nemochat.wire.endpoints import Asked
from nemochat.wire.patience import Timeouts
from nemochat.wire.route import Route

SECONDS = 10.0  # that a step to the endpoint may take, or less if the settings say so
LOCAL = Timeouts(0.5, 0.5)  # for servers on this machine
LONGEST = 300  # columns of a finding in all


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        name: What was looked at.
        said: What was found.
        error: What is wrong with it, or None.
    """

    name: str
    said: str
    error: NemochatError | None = None

    @property
    def line(self) -> str:
        """The line, without its ok or no."""
        text = str(self.error) if self.error else self.said
        return harmless_line(f"{self.name}: {text}", LONGEST)


def examined(given: Given, *, json: bool) -> int:
    """Look at everything, and return the exit code of the first thing that is wrong."""
    findings = []
    for finding in _findings(given):
        findings.append(finding)
        if not json:
            tell(hanging("no" if finding.error else "ok", finding.line))
    codes = [finding.error.exit_code for finding in findings if finding.error]
    code = codes[0] if codes else ExitCode.OK
    if json:
        tell_json({"exit_code": int(code), "checks": [_as_json(each) for each in findings]})
    return code


def _findings(given: Given) -> Iterator[Finding]:
    yield Finding("nemochat", f"{__version__} on Python {platform.python_version()}")
    yield _terminal()
    settings, finding = _settings(given)
    yield finding
    connector = Connector(settings, os.environ, _Quiet(streams.output(), None))
    name = settings.text(config.ENDPOINT)
    token = _looked("token", lambda: _token(connector, name))
    yield token
    reached = True
    for step in _way(connector, name):
        reached = not step.error
        yield step
    if reached and not token.error:
        yield _looked("model", lambda: _model(connector, name))
    yield _looked("conversations", _store)
    yield _looked("servers on this machine", lambda: _local(connector))


class _Quiet(Plain):
    """A view without notices: the report tells all."""


def _looked(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, look())
    except NemochatError as error:
        return Finding(name, "", error)


def _terminal() -> Finding:
    if not streams.output_is_terminal():
        return Finding("terminal", "standard output goes elsewhere, so answers come as they are")
    columns, lines = shutil.get_terminal_size()
    encoding = sys.stdout.encoding
    if encoding.lower().replace("-", "") != "utf8":
        error = ConfigurationError(f"it takes {encoding}, not UTF-8", "Set LANG to a UTF-8 locale")
        return Finding("terminal", "", error)
    colours = "no colours" if views.dumb() or os.environ.get("NO_COLOR") else "colours"
    keys = "" if streams.input_is_terminal() else ", no keyboard"
    return Finding("terminal", f"{columns} by {lines}, {colours}, UTF-8{keys}")


def _settings(given: Given) -> tuple[config.Config, Finding]:
    """The settings in force, or the most of them that can be."""
    try:
        settings = configured(given)
        fits(settings)
        file = config.path()
        said = f"{file} is sound" if file.exists() else f"there is no {file}, and none is needed"
        return settings, Finding("configuration", said)
    except UsageError:
        raise
    except ConfigurationError as error:
        settings = config.Config()
        with suppress(ConfigurationError):
            settings = config.load(given.settings, _usable(), Path(os.devnull))
            fits(settings)
        return settings, Finding("configuration", "", error)


def _usable() -> dict[str, str]:
    """The environment without the settings that cannot be."""
    usable = dict(os.environ)
    for setting in config.TABLE:
        try:
            setting.parse(usable.get(setting.variable, ""), setting.variable)
        except ConfigurationError:
            usable.pop(setting.variable, None)
    return usable


def _token(connector: Connector, name: str) -> str:
    found = connector.token(name)
    if found:
        return f"the one for {name} comes from {found.source}"
    if connector.needs_token(name):
        raise ConfigurationError(
            f"there is none for {name}",
            f"nemochat keys set {name} keeps one, or set {connector.variable(name)}",
        )
    return f"{name} needs none"


def _way(connector: Connector, name: str) -> Iterator[Finding]:
    """The steps to the endpoint, as far as they go."""
    from nemochat.wire import probe

    try:
        route = connector.route(name)
        through = " through a proxy" * bool(probe.proxy(route))
        yield Finding("endpoint", f"{name} at {route.base_url}{through}")
        for step in probe.steps(route, min(SECONDS, route.connect)):
            yield Finding(step.name, f"{step.said} ({step.seconds * 1000:.0f} ms)", step.error)
    except NemochatError as error:
        yield Finding("endpoint", "", error)


def _model(connector: Connector, name: str) -> str:
    model = connector.model(name)
    try:
        with closing(connector.client(name)) as client:
            models = client.offer(SECONDS)
    except RequestRefused as error:
        return f"{model}; whether it is there is not known: {error.sentence}"
    for each in models:
        if each.name == model:
            context = f", with a context of {each.context_length}" if each.context_length else ""
            return f"{model} is there{context}"
    near = nearest(model, [each.name for each in models], cutoff=0.4)
    raise RequestRefused(
        f"{name} does not list {model} among its {counted(len(models), 'model')}",
        f"-m {near[0]} may be it" if near else "nemochat models lists them",
    )


def _store() -> str:
    from nemochat.store.health import conversations

    file = directories().database
    if not file.exists():
        place = next(folder for folder in file.parents if folder.exists())
        if not place.is_dir() or not os.access(place, os.W_OK):
            raise StoreError(f"none can be kept in {file.parent}, for {place} cannot be written")
        return f"none yet; they will be in {file}"
    return f"{conversations(file)} in {file}, which is sound"


def _local(connector: Connector) -> str:
    """Which of the table's servers run on this machine."""
    from nemochat.wire.client import Client
    from nemochat.wire.terms import Terms

    found = []
    for row in connector.rows():
        if not row.base_url or not endpoints.local(row.base_url):
            continue
        route = Route(row.base_url, proxy="", connect=LOCAL.first_byte)
        client = Client(Terms(route, "", Asked("", ""), lambda *_: None, LOCAL))
        with closing(client):
            try:
                models = client.offer(LOCAL.first_byte)
                found.append(f"{row.name} with {counted(len(models), 'model')}")
            except EndpointError as error:
                if error.exit_code is not ExitCode.UNREACHABLE:
                    found.append(f"something at {row.base_url} that lists no models")
    return ", ".join(found) or "none was found"


def _as_json(finding: Finding) -> dict[str, object]:
    error = finding.error
    return {
        "name": finding.name,
        "ok": error is None,
        "said": error.sentence if error else finding.said,
        "hint": error.hint if error else "",
        "exit_code": int(error.exit_code) if error else 0,
    }
