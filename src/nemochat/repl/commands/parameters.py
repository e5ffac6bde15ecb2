"""Commands about sampling parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from nemochat.core import parameters
from nemochat.core.values import Number, OneOf, as_typed
from nemochat.errors import UsageError
from nemochat.repl.registry import command
from nemochat.repl.session import Session


def _values(session: Session, name: str) -> Iterator[tuple[str, str]]:
    """The values of a parameter that are words, and the one that it has now."""
    with suppress(UsageError):
        parameter = parameters.find(name)
        if parameter.name in session.settings.parameters:
            yield as_typed(session.settings.parameters[parameter.name]), "the value it has now"
        if isinstance(parameter.takes, OneOf):
            yield from ((word, parameter.help) for word in parameter.takes.words)
        elif isinstance(parameter.takes, Number) and parameter.takes.nullable:
            yield "none", parameter.help


def _chosen(session: Session) -> Iterator[tuple[str, str]]:
    for name, value in session.settings.parameters.items():
        yield name, f"now {as_typed(value)}"


def _names(session: Session) -> Iterator[tuple[str, str]]:
    chosen = session.settings.parameters
    for parameter in parameters.TABLE:
        now = f", now {as_typed(chosen[parameter.name])}" if parameter.name in chosen else ""
        yield parameter.name, f"{parameter.takes}{now}"


@command("[NAME [VALUE]]", choices=_names, then=_values)
def set_(session: Session, argument: str) -> str:
    """Set a sampling parameter, or show what is set.

    `/set` alone lists the parameters; `/set temperature` shows one; `/set temperature 0.3` and
    `/set temperature=0.3` set it from the next question on. What is not set is not sent, and the
    endpoint's default holds.
    """
    words = argument.removeprefix("parameter ").replace("=", " ", 1).split(maxsplit=1)
    if not words:
        return _table(session)
    if words[0] == "system":
        from nemochat.repl.commands.prompts import system

        return system(session, words[1] if len(words) > 1 else "")
    parameter = parameters.find(words[0])
    chosen = session.settings.parameters
    if len(words) == 1:
        now = as_typed(chosen[parameter.name]) if parameter.name in chosen else "not set"
        return f"`{parameter.name}` is {now}: {parameter.help}. It takes {parameter.takes}."
    chosen[parameter.name] = parameter.parse(words[1])
    session.chat.mark()
    return f"`{parameter.name}` is {as_typed(chosen[parameter.name])}."


@command("NAME", choices=_chosen)
def unset(session: Session, argument: str) -> str:
    """Take back a sampling parameter: the endpoint's default holds again."""
    if not argument:
        raise UsageError("/unset takes the name of a parameter")
    parameter = parameters.find(argument)
    session.settings.parameters.pop(parameter.name, None)
    session.chat.mark()
    return f"`{parameter.name}` is not set; the endpoint's default is {parameter.default}."


@command("[VALUE]", aliases=("temperature",))
def temp(session: Session, argument: str) -> str:
    """Set or show the temperature: short for `/set temperature`."""
    return set_(session, f"temperature {argument}")


def _table(session: Session) -> str:
    chosen = session.settings.parameters
    rows = [
        f"| `{p.name}` | {as_typed(chosen[p.name]) if p.name in chosen else ''} |"
        f" {p.takes} | {p.default} |"
        for p in parameters.TABLE
    ]
    return "\n".join(
        ["| parameter | set to | takes | endpoint's default |", "|---|---|---|---|", *rows]
    )
