"""Flags that the chat and `ask` share, generated from the tables of settings and parameters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Annotated, Any

import typer
from typer.core import TyperOption

from nemochat.config.settings import SETTINGS, Setting
from nemochat.core import parameters
from nemochat.core.parameters import OneOf, Parameter, Texts, Value
from nemochat.core.profile import parse_values
from nemochat.errors import UsageError

ARGUMENTS = "Arguments"
COMMON = "Common"
CONVERSATION = "Conversation"
SAMPLING = "Sampling"
OUTPUT = "Output"
ENDPOINT = "Endpoint"
APPEARANCE = "Appearance"
DEBUGGING = "Debugging"
TOPICS = (
    ARGUMENTS,
    COMMON,
    CONVERSATION,
    SAMPLING,
    OUTPUT,
    ENDPOINT,
    APPEARANCE,
    DEBUGGING,
)
LAST = ""  # the conversation to resume: the last one
RESUME_HELP = "go on with a conversation, by its name or number"
_TOPICS = {  # of the settings' flags; the others are about the endpoint
    "model": COMMON,
    "system": COMMON,
    "profile": COMMON,
    "loop_guard": OUTPUT,
    **dict.fromkeys(("view", "render", "theme", "math", "bell", "editing_mode"), APPEARANCE),
    "urls": CONVERSATION,
    "allow_secrets": CONVERSATION,
}


class CommonOptions:
    """What the shared flags say, before the name of a command and after it.

    Attributes:
        settings: Settings by name, as typed.
        parameters: Sampling parameters by name.
        resume: The conversation to resume, by name or number; "" is the last, None a new one.
        fork: Whether to continue in a copy of that conversation.
        private: Whether to keep nothing on disk.
        stream: Whether to stream answers.
        resume_dropped: Whether to ask for the rest of an answer that broke off.
        debug: Whether to log what is sent and received.
        template_values: Values for the template of the profile.
    """

    def __init__(self) -> None:
        self.settings: dict[str, str] = {}
        self.parameters: dict[str, Value] = {}
        self.resume: str | None = None
        self.fork = False
        self.private = False
        self.stream = True
        self.resume_dropped = False
        self.debug = False
        self.template_values: dict[str, str] = {}


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
    """Return what the flags of a command about an endpoint say, and those before its name."""
    options = context.ensure_object(CommonOptions)
    for name, value in {"endpoint": endpoint, "base_url": base_url}.items():
        if value is not None:
            options.settings[name] = value
    return options


Store = Callable[[CommonOptions, Any], None]  # puts the value of a flag where it belongs

_SWITCHES = (  # flags without a value: the attribute of `CommonOptions` that each sets
    (
        ("--fork",),
        CONVERSATION,
        "with -c or --resume: go on in a copy, and leave it as it is",
        "fork",
        True,
    ),
    (("--private", "--no-save"), CONVERSATION, "keep nothing on disk", "private", True),
    (
        ("--resume-dropped",),
        CONVERSATION,
        "ask for the rest of an answer that broke off",
        "resume_dropped",
        True,
    ),
    (("-S", "--no-stream"), OUTPUT, "wait for the whole answer", "stream", False),
    (
        ("--debug",),
        DEBUGGING,
        "log requests to standard error and a file, and show faults whole",
        "debug",
        True,
    ),
)
_ABBREVIATIONS = (  # flags without a value: the setting that each sets
    (
        ("--no-loop-guard",),
        OUTPUT,
        "let an answer repeat itself: --loop-guard 0",
        "loop_guard",
        "0",
    ),
    (("--plain",), APPEARANCE, "show answers as they are: --view plain", "view", "plain"),
    (
        ("--accessible",),
        APPEARANCE,
        "say who speaks, and repaint nothing: --view accessible",
        "view",
        "accessible",
    ),
    (
        ("--raw",),
        APPEARANCE,
        "show the Markdown of answers as it came: --render raw",
        "render",
        "raw",
    ),
)


@cache
def chat_options() -> tuple[TyperOption, ...]:
    """Return the shared flags; each stores its value in the `CommonOptions` of the context."""
    rows: tuple[Setting | Parameter, ...] = (*SETTINGS, *parameters.TABLE)
    return (*map(_row_option, rows), *_other_options())


def _row_option(row: Setting | Parameter) -> TyperOption:
    """Return the flag of a row of one of the two tables."""
    flags = (*row.flags, row.flag)
    metavar = "|".join(row.takes.words) if isinstance(row.takes, OneOf) else None
    if isinstance(row, Parameter):
        help_ = f"{row.help} ({row.takes}; default {row.default})"
        many = isinstance(row.takes, Texts)
        store = partial(_store_texts if many else _store_parameter, row)
        return _option(flags, SAMPLING, help_, store, metavar or "VALUE", multiple=many)
    store = partial(_store_setting, row.name)
    if row.negation:
        flags, metavar = (*row.flags, f"{row.flag}/{row.negation}"), ""
    elif metavar is None:
        metavar = "NUMBER" if row.takes else "TEXT"
    return _option(flags, _TOPICS.get(row.name, ENDPOINT), row.help, store, metavar)


def _other_options() -> Iterator[TyperOption]:
    """Yield the flags that stand for no row alone."""
    yield _option(
        ("-o", "--option"),
        SAMPLING,
        "set any sampling parameter",
        _store_pairs,
        "NAME VALUE",
        multiple=True,
    )
    yield _option(
        ("--param",),
        COMMON,
        "a value for {NAME} in the profile's template",
        lambda options, pairs: options.template_values.update(parse_values(pairs)),
        "NAME=VALUE",
        multiple=True,
    )
    yield _option(("--resume",), CONVERSATION, RESUME_HELP, _store_resume, "CHAT")
    yield _option(
        ("-c", "--continue"),
        CONVERSATION,
        "go on with the last conversation",
        _store_last,
    )
    for flags, topic, help_, attribute, meaning in _SWITCHES:
        yield _option(flags, topic, help_, partial(_store_attribute, attribute, meaning))
    for flags, topic, help_, setting, value in _ABBREVIATIONS:
        yield _option(flags, topic, help_, partial(_store_abbreviation, setting, value))
    yield _option(("--no-color",), APPEARANCE, "show no colours, as NO_COLOR=1", _disable_colours)


def _option(
    flags: tuple[str, ...],
    topic: str,
    help_: str,
    store: Store,
    metavar: str = "",
    *,
    multiple: bool = False,
) -> TyperOption:
    """Return a flag that stores its value when it is used; without a metavar it takes none."""

    def callback(context: typer.Context, _: object, value: object) -> None:
        if value not in (None, ()):
            store(context.ensure_object(CommonOptions), value)

    return TyperOption(
        param_decls=[*flags],
        type=str if metavar else None,
        is_flag=not metavar,
        metavar=metavar or None,
        multiple=multiple,
        help=help_,
        rich_help_panel=topic,
        callback=callback,
        expose_value=False,
    )


def _store_parameter(row: Parameter, options: CommonOptions, text: str) -> None:
    _set_parameter(options, row, row.parse(text))


def _store_texts(row: Parameter, options: CommonOptions, texts: Iterable[str]) -> None:
    """Store the texts of a flag that may be repeated."""
    values = map(row.parse, texts)
    every = [text for value in values if isinstance(value, tuple) for text in value]
    _set_parameter(options, row, row.check(every))


def _store_pairs(options: CommonOptions, pairs: Iterable[str]) -> None:
    for pair in pairs:
        name, _, text = pair.partition("=")
        _store_parameter(parameters.find(name), options, text)


def _set_parameter(options: CommonOptions, row: Parameter, value: Value) -> None:
    """Set a parameter; they are kept in the order of their table, in which they are sent."""
    values = {**options.parameters, row.name: value}
    options.parameters = {name: values[name] for name in parameters.names() if name in values}


def _store_setting(name: str, options: CommonOptions, value: object) -> None:
    switches = {True: "on", False: "off"}
    options.settings[name] = switches[value] if isinstance(value, bool) else str(value)


def _store_abbreviation(name: str, meaning: str, options: CommonOptions, _: object) -> None:
    options.settings[name] = meaning


def _store_attribute(name: str, meaning: object, options: CommonOptions, _: object) -> None:
    setattr(options, name, meaning)


def _store_resume(options: CommonOptions, name: str) -> None:
    if not name.strip():
        raise UsageError("--resume takes the name or the number of a conversation")
    if options.resume == LAST:
        raise _two_conversations()
    options.resume = name


def _store_last(options: CommonOptions, _: object) -> None:
    if options.resume:
        raise _two_conversations()
    options.resume = LAST


def _two_conversations() -> UsageError:
    return UsageError("-c and --resume do not go together: one names the last conversation")


def _disable_colours(_: CommonOptions, __: object) -> None:
    os.environ["NO_COLOR"] = "1"  # which everything that draws, in libraries too, obeys
