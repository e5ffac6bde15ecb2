"""Flags that the chat and `ask` share, generated from the tables of settings and parameters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import typer
from typer.core import TyperOption

from nemochat.cli.help import (
    APPEARANCE,
    COMMON,
    CONVERSATION,
    DEBUGGING,
    ENDPOINT,
    OUTPUT,
    SAMPLING,
)
from nemochat.config.settings import SETTINGS, Setting
from nemochat.core import parameters
from nemochat.core.parameters import Number, OneOf, Parameter, Texts, Value
from nemochat.core.profile import parse_values
from nemochat.core.text import format_value
from nemochat.errors import UsageError

LAST = ""  # the conversation to resume: the last one
RESUME_HELP = "continue a conversation, by its name or number"
_TOPICS = {  # of the settings' flags; the others are about the endpoint
    "model": COMMON,
    "system": COMMON,
    "profile": COMMON,
    "loop_guard": OUTPUT,
    **dict.fromkeys(("view", "render", "theme", "math", "bell", "editing_mode"), APPEARANCE),
    "urls": CONVERSATION,
    "allow_secrets": CONVERSATION,
}
_SWITCHES: tuple[tuple[str, str, str, str, object], ...] = (
    # spellings, topic, help, setting (with a text) or attribute of CommonOptions, its value
    ("--fork", CONVERSATION, "with -c or --resume: continue in a copy", "fork", True),
    ("--private --no-save", CONVERSATION, "save nothing to disk", "private", True),
    (
        "--resume-dropped",
        CONVERSATION,
        "request the rest if the connection drops",
        "resume_dropped",
        True,
    ),
    ("-S --no-stream", OUTPUT, "show the answer once it is complete", "stream", False),
    ("--no-loop-guard", OUTPUT, "never stop a repetitive answer", "loop_guard", "0"),
    ("--plain", APPEARANCE, "show answers without layout; same as --view plain", "view", "plain"),
    (
        "--accessible",
        APPEARANCE,
        "format answers for screen readers; same as --view accessible",
        "view",
        "accessible",
    ),
    (
        "--raw",
        APPEARANCE,
        "show the Markdown source of answers; same as --render raw",
        "render",
        "raw",
    ),
    ("--debug", DEBUGGING, "log requests, and show full tracebacks", "debug", True),
)


class CommonOptions:
    """Values of the shared flags, which count before the name of a command and after it.

    Attributes:
        settings: Settings by name, as typed.
        parameters: Sampling parameters by name.
        resume: The conversation to resume, by name or number; "" is the last, None a new one.
        fork: Whether to continue in a copy of that conversation.
        private: Whether to save nothing to disk.
        stream: Whether to stream answers.
        resume_dropped: Whether to request the rest of an answer that broke off.
        debug: Whether to log requests and responses.
        template_values: Values for the template of the profile.
        ask: Values of the flags that only `ask` has, by the attributes of `AskOptions`.
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
        self.ask: dict[str, Any] = {}


Store = Callable[[CommonOptions, Any], None]  # stores the value of a flag


@cache
def chat_options() -> tuple[TyperOption, ...]:
    """Return the shared flags; each stores its value in the `CommonOptions` of the context."""
    rows: tuple[Setting | Parameter, ...] = (*SETTINGS, *parameters.TABLE)
    return (*map(_row_option, rows), *_other_options())


@cache
def appearance_options() -> tuple[TyperOption, ...]:
    """Return the shared flags about appearance, which every command accepts."""
    return tuple(each for each in chat_options() if each.rich_help_panel == APPEARANCE)


def endpoint_options() -> tuple[TyperOption, ...]:
    """Return the shared flags about the endpoint."""
    return tuple(each for each in chat_options() if each.rich_help_panel == ENDPOINT)


def whole_number(flag: str, low: int, high: int) -> Callable[[object], int]:
    """Return a parser for the value of a flag; it raises UsageError with the range."""
    takes = Number(low, high, whole=True)

    def parse(text: object) -> int:
        try:
            return int(str(takes.parse(str(text))))
        except ValueError:
            raise UsageError(f"{flag} takes {takes}, not {format_value(text)}") from None

    return parse


def _row_option(row: Setting | Parameter) -> TyperOption:
    """Return the flag for a row of one of the two tables."""
    flags = (*row.flags, row.flag)
    metavar = "|".join(row.takes.words) if isinstance(row.takes, OneOf) else None
    if isinstance(row, Parameter):
        help_ = f"{row.help} ({row.takes}; default {row.default})"
        many = isinstance(row.takes, Texts)
        store = partial(_store_texts if many else _store_parameter, row)
        return create_option(flags, SAMPLING, help_, store, metavar or "VALUE", multiple=many)
    store = partial(_store_setting, row.name)
    if row.negation:
        flags, metavar = (*row.flags, f"{row.flag}/{row.negation}"), ""
    elif metavar is None:
        metavar = "NUMBER" if row.takes else "TEXT"
    return create_option(flags, _TOPICS.get(row.name, ENDPOINT), row.help, store, metavar)


def _other_options() -> Iterator[TyperOption]:
    """Yield the flags that do not stand for a single row."""
    yield create_option(
        ("-o", "--option"),
        SAMPLING,
        "set any sampling parameter",
        _store_pairs,
        "NAME VALUE",
        multiple=True,
    )
    yield create_option(
        ("--param",),
        COMMON,
        "the value of {NAME} in the profile's template",
        lambda options, pairs: options.template_values.update(parse_values(pairs)),
        "NAME=VALUE",
        multiple=True,
    )
    yield create_option(("--resume",), CONVERSATION, RESUME_HELP, _store_resume, "CHAT")
    yield create_option(
        ("-c", "--continue"), CONVERSATION, "continue the last conversation", _store_last
    )
    for flags, topic, help_, name, value in _SWITCHES:
        yield create_option(flags.split(), topic, help_, partial(_store_switch, name, value))
    yield create_option(
        ["--no-color"], APPEARANCE, "turn colours off, like NO_COLOR=1", _disable_colours
    )


def create_option(
    flags: Sequence[str],
    topic: str,
    help_: str,
    store: Store,
    metavar: str = "",
    *,
    multiple: bool = False,
) -> TyperOption:
    """Return a flag that stores its value when it is used; without a metavar it has no value."""

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
    """Store the texts of a flag that can be repeated."""
    values = map(row.parse, texts)
    every = [text for value in values if isinstance(value, tuple) for text in value]
    _set_parameter(options, row, row.check(every))


def _store_pairs(options: CommonOptions, pairs: Iterable[str]) -> None:
    for pair in pairs:
        name, _, text = pair.partition("=")
        _store_parameter(parameters.find(name), options, text)


def _set_parameter(options: CommonOptions, row: Parameter, value: Value) -> None:
    """Set a parameter, keeping them in the order of their table: requests have it too."""
    values = {**options.parameters, row.name: value}
    options.parameters = {name: values[name] for name in parameters.names() if name in values}


def _store_setting(name: str, options: CommonOptions, value: object) -> None:
    switches = {True: "on", False: "off"}
    options.settings[name] = switches[value] if isinstance(value, bool) else str(value)


def _store_switch(name: str, value: object, options: CommonOptions, _: object) -> None:
    if isinstance(value, str):
        options.settings[name] = value
    else:
        setattr(options, name, value)


def _store_resume(options: CommonOptions, name: str) -> None:
    if not name.strip():
        raise UsageError("--resume needs the name or number of a conversation")
    if options.resume == LAST:
        raise _two_conversations()
    options.resume = name


def _store_last(options: CommonOptions, _: object) -> None:
    if options.resume:
        raise _two_conversations()
    options.resume = LAST


def _two_conversations() -> UsageError:
    return UsageError("-c and --resume cannot be combined: -c means the last conversation")


def _disable_colours(_: CommonOptions, __: object) -> None:
    os.environ["NO_COLOR"] = "1"  # libraries obey it too
