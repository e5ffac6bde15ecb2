"""Flags that the chat and `ask` share, generated from the tables of settings and parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import Annotated, Any, get_type_hints

import typer

from nemochat.cli.given import CommonOptions
from nemochat.config.settings import SETTINGS, Setting
from nemochat.core import parameters
from nemochat.core.parameters import OneOf, Parameter, Texts, Value
from nemochat.core.profile import parse_values
from nemochat.errors import UsageError

Flags = dict[str, Any]  # what typer read, by the names of a function's parameters


def add_common_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the shared flags; it takes them as the argument `common`.

    Flags before the name of a subcommand count too: `nemochat -m NAME ask …`. An argument that is
    a named tuple stands for flags of the command's own, one a field.
    """
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.name not in {"common", "context"}]
    sets: Flags = {p.name: p.annotation for p in own if hasattr(p.annotation, "_fields")}
    own = [
        each for p in own for each in (_field_parameters(p.annotation) if p.name in sets else (p,))
    ]
    all_of_them = [_parameter("context", typer.Context, inspect.Parameter.empty), *own, *_flags()]

    @wraps(command)
    def run(context: typer.Context, **flags: Any) -> int:
        common = _read_common_options({flag.name: flags.pop(flag.name) for flag in _flags()})
        if context.parent is not None and isinstance(context.parent.obj, CommonOptions):
            common = common.with_defaults(context.parent.obj)
        context.obj = common
        for name, made in sets.items():
            flags[name] = made(**{name: flags.pop(name) for name in made._fields})
        if "context" in signature.parameters:
            flags["context"] = context
        return command(common=common, **flags)

    run.__signature__ = inspect.Signature(all_of_them)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in all_of_them}
    return run


def _field_parameters(kind: Any) -> Iterator[inspect.Parameter]:  # noqa: ANN401 - a NamedTuple
    """The flags that a named tuple declares."""
    hints = get_type_hints(kind, localns={"typer": typer}, include_extras=True)
    for name, default in kind._field_defaults.items():
        yield _parameter(name, hints[name], default)


EndpointOption = Annotated[
    str | None,
    typer.Option("--endpoint", metavar="NAME", help="which endpoint", show_default=False),
]
BaseUrlOption = Annotated[
    str | None, typer.Option(metavar="URL", help="another address for it", show_default=False)
]


def read_endpoint_options(
    context: typer.Context, endpoint: str | None, base_url: str | None
) -> CommonOptions:
    """What the flags of a command about an endpoint say, and those before its name."""
    told = {"endpoint": endpoint, "base_url": base_url}
    common = CommonOptions({name: value for name, value in told.items() if value is not None})
    before = context.parent.obj if context.parent is not None else None
    return common.with_defaults(before) if isinstance(before, CommonOptions) else common


@cache
def _flags() -> tuple[inspect.Parameter, ...]:
    return tuple(_declare_parameters())


def _declare_parameters() -> Iterator[inspect.Parameter]:
    yield from map(_setting_parameter, SETTINGS)
    for row in parameters.TABLE:
        yield _sampling_parameter(row)
    pairs = typer.Option(
        "-o",
        "--option",
        metavar="NAME VALUE",
        help="set any sampling parameter",
        show_default=False,
    )
    yield _parameter("option", Annotated[list[str] | None, pairs], None)
    filling = typer.Option(
        metavar="NAME=VALUE",
        help="a value for {NAME} in the profile's template",
        show_default=False,
    )
    yield _parameter("param", Annotated[list[str] | None, filling], None)
    which = typer.Option("--resume", metavar="CHAT", help=RESUME_HELP, show_default=False)
    yield _parameter("resume", Annotated[str | None, which], None)
    for name, flags, text in SWITCHES:
        yield _parameter(name, Annotated[bool, typer.Option(*flags, help=text)], default=False)


RESUME_HELP = "go on with a conversation, by its name or number"
SETTING_SWITCHES = {  # flags without a value, and the setting that each stands for
    "no_loop_guard": ("loop_guard", "0"),
    "plain": ("view", "plain"),
    "accessible": ("view", "accessible"),
    "raw": ("render", "raw"),
}
SWITCHES = (
    ("last", ("-c", "--continue"), "go on with the last conversation"),
    ("fork", ("--fork",), "with -c or --resume: go on in a copy, and leave it as it is"),
    ("private", ("--private", "--no-save"), "keep nothing on disk"),
    ("resume_dropped", ("--resume-dropped",), "ask for the rest of an answer that broke off"),
    ("no_loop_guard", ("--no-loop-guard",), "let an answer repeat itself: --loop-guard 0"),
    ("no_stream", ("-S", "--no-stream"), "wait for the whole answer"),
    ("plain", ("--plain",), "show answers as they are: --view plain"),
    ("accessible", ("--accessible",), "say who speaks, and repaint nothing: --view accessible"),
    ("raw", ("--raw",), "show the Markdown of answers as it came: --render raw"),
    ("debug", ("--debug",), "log requests to standard error and a file, and show faults whole"),
)


def _setting_parameter(setting: Setting) -> inspect.Parameter:
    if setting.negation:
        pair = f"{setting.flag}/{setting.negation}"
        switch = typer.Option(*setting.flags, pair, help=setting.help, show_default=False)
        return _parameter(setting.name, Annotated[bool | None, switch], None)
    declared = typer.Option(
        *setting.flags,
        setting.flag,
        metavar=_metavar(setting.takes, "NUMBER" if setting.takes else "TEXT"),
        help=setting.help,
        show_default=False,
    )
    return _parameter(setting.name, Annotated[str | None, declared], None)


def _sampling_parameter(row: Parameter) -> inspect.Parameter:
    many = isinstance(row.takes, Texts)
    declared = typer.Option(
        *row.flags,
        row.flag,
        metavar=_metavar(row.takes, "VALUE"),
        help=f"{row.help} ({row.takes}; default {row.default})",
        show_default=False,
    )
    return _parameter(row.name, Annotated[(list[str] if many else str) | None, declared], None)


def _metavar(takes: object, otherwise: str) -> str:
    return "|".join(takes.words) if isinstance(takes, OneOf) else otherwise


def _parameter(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


def _read_common_options(flags: Flags) -> CommonOptions:
    chosen: dict[str, Value] = {}
    for pair in flags["option"] or ():
        name, _, text = pair.partition("=")
        row = parameters.find(name)
        chosen[row.name] = row.parse(text)
    for row in parameters.TABLE:
        typed = flags[row.name]
        if isinstance(typed, list):
            if typed:
                chosen[row.name] = row.check([t for text in typed for t in _parse_texts(row, text)])
        elif typed is not None:
            chosen[row.name] = row.parse(typed)
    settings = {s.name: flags[s.name] for s in SETTINGS if flags[s.name] is not None}
    switched = {name: on for name, on in settings.items() if isinstance(on, bool)}
    settings |= {name: "on" if on else "off" for name, on in switched.items()}
    settings |= dict(meant for name, meant in SETTING_SWITCHES.items() if flags[name])
    return CommonOptions(
        settings,
        chosen,
        _resume_target(flags),
        flags["fork"],
        flags["private"],
        not flags["no_stream"],
        flags["resume_dropped"],
        flags["debug"],
        parse_values(flags["param"] or []),
    )


def _resume_target(flags: Flags) -> str | None:
    """The conversation to go on with, as `Given` tells it."""
    name: str | None = flags["resume"]
    if name is not None and flags["last"]:
        raise UsageError("-c and --resume do not go together: one names the last conversation")
    if name is not None and not name.strip():
        raise UsageError("--resume takes the name or the number of a conversation")
    return "" if flags["last"] else name


def _parse_texts(row: Parameter, text: str) -> tuple[str, ...]:
    read = row.parse(text)
    assert isinstance(read, tuple)
    return read
