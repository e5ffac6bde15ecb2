"""Commands about settings: endpoint, model, system prompt, parameters, profile, context, usage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from nemochat.config import apply_profile
from nemochat.config.endpoints import GUIDE
from nemochat.core import parameters
from nemochat.core.conversation import first_line
from nemochat.core.ledger import add_up, format_money
from nemochat.core.messages import Role
from nemochat.core.parameters import Number, OneOf, format_as_input
from nemochat.core.profile import NONE, Profile, parse_values
from nemochat.core.prompt import WINDOW, estimate_tokens, estimate_used
from nemochat.core.text import count_noun
from nemochat.errors import NemochatError, UsageError
from nemochat.files import expand_home, read_text, to_code_block
from nemochat.repl.entry import split_prose
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import (
    LIST_TIMEOUT,
    escape_markdown,
    filter_models,
    markdown_table,
    model_table,
    write_model_names,
)
from nemochat.screen.drawing import Cell, Column
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.screen.text.spans import Span

PROFILE_COLUMNS = (
    Column("profile"),
    Column("what it is for"),
    Column("sets", is_labelled=True),
)
_MAX_COLUMNS = 200
_GUIDE_NOTE = "the guide answers from its own pages"
PROFILES_HINT = "`nemochat profiles edit` adds one"


@command(aliases=("new", "reset"))
def clear(session: Session, _argument: str) -> str:
    """Start a new conversation with the same settings and profile; the old one stays saved."""
    session.start_conversation()
    return "Started a new conversation with the same settings."


@command("[TEXT, @FILE or clear]", choices=lambda _: [("clear", "no system prompt")])
def system(session: Session, argument: str) -> str:
    """Show, set or clear the system prompt, from the next question on."""
    settings = session.settings
    if not argument and not settings.system:
        return "There is no system prompt."
    if not argument:
        return f"The system prompt is:\n\n{settings.system}"
    if argument.startswith("@"):
        settings.system = read_text(expand_home(argument[1:].strip()))
    else:
        settings.system = "" if argument == "clear" else argument
    session.chat.save_header()
    return "The system prompt is set." if settings.system else "The system prompt is cleared."


@command("[NAME]", choices=lambda s: [(row.model, f"at {row.name}") for row in s.factory.rows()])
def model(session: Session, argument: str) -> str:
    """Show the model, or use another one from the next question on."""
    if argument:
        session.settings.model = argument
        session.chat.save_header()
    elif session.settings.endpoint == GUIDE:
        return f"No model is used: {_GUIDE_NOTE}."
    return f"The model is `{session.settings.model}`."


@command("[WORD]")
def models(session: Session, argument: str) -> str:
    """List the endpoint's models, or those with a word in their name."""
    client = session.factory.client(session.settings.endpoint)
    try:
        offered = client.fetch_models(LIST_TIMEOUT)
    finally:
        client.close()
    if session.settings.endpoint != GUIDE and not session.is_private:
        write_model_names(offered)
    matches = filter_models(offered, argument)
    if not matches:
        return f"The endpoint has no model with {escape_markdown(argument)} in its name."
    return model_table(matches)


def _endpoint_choices(session: Session) -> list[tuple[str, str]]:
    return [(row.name, row.about) for row in session.factory.rows()]


@command("[NAME]", choices=_endpoint_choices)
def endpoint(session: Session, argument: str) -> str:
    """Show the endpoint, or use another one from the next question on."""
    settings = session.settings
    if argument and argument != settings.endpoint:
        session.switch_endpoint(argument)
        settings.endpoint, settings.model = argument, session.factory.model(argument)
        session.chat.save_header()
    if settings.endpoint == GUIDE:
        return f"The endpoint is `{GUIDE}`, without a model: {_GUIDE_NOTE}."
    return f"The endpoint is {_format_endpoint(session)}, the model `{settings.model}`."


def _format_endpoint(session: Session) -> str:
    """Return the endpoint's name, and its address if that is not the usual one."""
    name = session.settings.endpoint
    address = session.factory.display_address(name)
    return f"`{name}`" if address == name else f"`{name}` at `{sanitize_line(address, 200)}`"


@command(aliases=("status", "settings"))
def info(session: Session, _argument: str) -> str:
    """Show the conversation, its settings, and where it is saved."""
    conversation, settings = session.chat.conversation, session.settings
    if session.disk_store is None or session.private:
        where = "nowhere: the chat is private"
    elif session.chat.failure is not None:
        where = f"nowhere yet: {escape_markdown(session.chat.failure.sentence, 200)}"
    else:
        where = f"`{session.disk_store.database.path}`"
    values = ", ".join(
        f"{name} {escape_markdown(format_as_input(value), 200)}"
        for name, value in settings.parameters.items()
    )
    model = escape_markdown(settings.model, 200)
    rows = {
        "conversation": escape_markdown(conversation.name) or "unnamed; `/save NAME` names it",
        "questions": f"{len(conversation.questions()):,}",
        "endpoint": _format_endpoint(session),
        "model": model if settings.endpoint != GUIDE else f"none: {_GUIDE_NOTE}",
        "system prompt": escape_markdown(first_line(settings.system), 200) or "none",
        "profile": escape_markdown(settings.profile) or "none",
        "parameters": values or "the endpoint's defaults",
        "saved in": where,
    }
    return markdown_table(("", ""), rows.items())


@command(aliases=("tokens", "cost"))
def usage(session: Session, _argument: str) -> str:
    """Show the tokens and the cost of this conversation, as counted by the endpoint."""
    total = add_up(node.message for node in session.chat.conversation.nodes.values())
    if total.answers == 0:
        return "The endpoint has not counted any tokens yet."
    return (
        f"{count_noun(total.answers, 'answer')}, {total.prompt_tokens:,} tokens in,"
        f" {total.completion_tokens:,} out, {format_money(total.cost)}."
    )


@command()
def context(session: Session, _argument: str) -> str:
    """Show how much of the model's context is used, by what, and how much is left.

    What the endpoint counted is exact; the rest is estimated from the number of characters.
    """
    messages, system = session.chat.conversation.messages(), session.settings.system
    used = estimate_used(system, messages)
    counts = {"system prompt": estimate_tokens(system)}
    for role, name in ((Role.USER, "questions"), (Role.ASSISTANT, "answers")):
        counts[name] = sum(estimate_tokens(m.content) for m in messages if m.role is role)
    counts |= {"used": used, "left": max(WINDOW - used, 0)}
    rows = ((name, f"{tokens:,}", f"{tokens / WINDOW:.1%}") for name, tokens in counts.items())
    return markdown_table((f"of {WINDOW:,}", "tokens", ""), rows)


def _value_choices(session: Session, name: str) -> Iterator[tuple[str, str]]:
    """Yield the current value of a parameter, and its values that are words."""
    with suppress(UsageError):
        parameter = parameters.find(name)
        if parameter.name in session.settings.parameters:
            value = session.settings.parameters[parameter.name]
            yield format_as_input(value), "the current value"
        if isinstance(parameter.takes, OneOf):
            yield from ((word, parameter.help) for word in parameter.takes.words)
        elif isinstance(parameter.takes, Number) and parameter.takes.nullable:
            yield "none", parameter.help


def _current_choices(session: Session) -> Iterator[tuple[str, str]]:
    for name, value in session.settings.parameters.items():
        yield name, f"now {format_as_input(value)}"


def _parameter_choices(session: Session) -> Iterator[tuple[str, str]]:
    values = session.settings.parameters
    for parameter in parameters.TABLE:
        now = f", now {format_as_input(values[parameter.name])}" if parameter.name in values else ""
        yield parameter.name, f"{parameter.takes}{now}"


@command("[NAME [VALUE]]", choices=_parameter_choices, next_choices=_value_choices)
def set_(session: Session, argument: str) -> str:
    """Set a sampling parameter, or show what is set.

    `/set` alone lists the parameters; `/set temperature` shows one; `/set temperature 0.3` and
    `/set temperature=0.3` set it from the next question on. Parameters that are not set are not
    sent, so the endpoint's defaults apply.
    """
    words = argument.removeprefix("parameter ").replace("=", " ", 1).split(maxsplit=1)
    if not words:
        return _parameter_table(session)
    if words[0] == "system":
        return system(session, words[1] if len(words) > 1 else "")
    parameter = parameters.find(words[0])
    values = session.settings.parameters
    if len(words) == 1:
        now = format_as_input(values[parameter.name]) if parameter.name in values else "not set"
        return f"`{parameter.name}` is {now}: {parameter.help}. It takes {parameter.takes}."
    values[parameter.name] = parameter.parse(words[1])
    session.chat.save_header()
    return f"`{parameter.name}` is {format_as_input(values[parameter.name])}."


@command("NAME", choices=_current_choices)
def unset(session: Session, argument: str) -> str:
    """Remove a sampling parameter, so that the endpoint's default applies again."""
    if not argument:
        raise UsageError("/unset needs the name of a parameter")
    parameter = parameters.find(argument)
    session.settings.parameters.pop(parameter.name, None)
    session.chat.save_header()
    return f"`{parameter.name}` is not set; the endpoint's default is {parameter.default}."


@command("[VALUE]", aliases=("temperature",))
def temp(session: Session, argument: str) -> str:
    """Set or show the temperature: short for `/set temperature`."""
    return set_(session, f"temperature {argument}")


def _parameter_table(session: Session) -> str:
    values = session.settings.parameters
    rows = (
        (
            f"`{each.name}`",
            format_as_input(values[each.name]) if each.name in values else "",
            str(each.takes),
            each.default,
        )
        for each in parameters.TABLE
    )
    return markdown_table(("parameter", "set to", "takes", "endpoint's default"), rows)


def _profile_choices(session: Session) -> Iterator[tuple[str, str]]:
    for each in session.factory.config.profiles.values():
        yield each.name, each.about or summarize_profile(each)
    yield NONE, "no profile"


@command("[NAME [NAME=VALUE …]]", aliases=("role", "preset"), choices=_profile_choices)
def profile(session: Session, argument: str) -> str:
    """Show the profiles, or use one from the next question on; `/profile none` removes it.

    `/profile translate language=French` gives its template a value. What you set yourself
    afterwards overrides the profile.
    """
    profiles, settings = session.factory.config.profiles, session.settings
    name, *words = split_prose(argument) or [""]
    if not name:
        return profile_table(profiles, settings.profile)
    if name == NONE and not words:
        if not settings.profile:
            return "No profile is in use."
        session.change_settings(session.settings_without_profile())
        return "Removed the profile and its settings."
    profile = apply_profile.find_profile(profiles, name)
    empty = not session.chat.conversation.nodes
    settings = apply_profile.apply_profile(
        profile,
        session.settings_without_profile(),
        parse_values(words),
        session.factory.model,
        empty=empty,
    )
    session.change_settings(settings)
    about = f": {escape_markdown(profile.about, 200)}" if profile.about else ""
    later = "" if empty or not profile.messages else f" {apply_profile.BEGUN}."
    return f"The profile is `{name}` from the next question on{about}.{later}"


def profile_table(profiles: Mapping[str, Profile], in_force: str = "") -> str:
    """Return profiles as a Markdown table, with the current one in bold."""
    note = describe_profiles(profiles, in_force)
    if not profiles:
        return note
    rows = []
    for each in profiles.values():
        name = escape_markdown(each.name)
        sets = escape_markdown(summarize_profile(each), _MAX_COLUMNS)
        about = escape_markdown(each.about, _MAX_COLUMNS)
        rows.append((f"**{name}**" if each.name == in_force else name, about, sets))
    table = markdown_table([column.head for column in PROFILE_COLUMNS], rows)
    return f"{table}\n\n{note}"


def profile_cells(each: Profile, in_force: str = "") -> tuple[Cell, ...]:
    """Return the cells of PROFILE_COLUMNS for a profile; the current one is bold."""
    name = Span(each.name, "strong" if each.name == in_force else "")
    sets = sanitize_line(summarize_profile(each), _MAX_COLUMNS)
    return [name], sanitize_line(each.about, _MAX_COLUMNS), sets


def describe_profiles(known: Mapping[str, Profile], in_force: str) -> str:
    """Return as Markdown which profile is in use, or that there are none."""
    if not known:
        return f"There are no profiles yet. {PROFILES_HINT}."
    return f"The profile is `{in_force}`." if in_force else "No profile is in use."


def summarize_profile(each: Profile) -> str:
    """Return what a profile sets, on one line."""
    parts = [name for name in ("model", "endpoint") if getattr(each, name)]
    parts += ["system"] if each.system is not None else []
    parts += [f"{name} {format_as_input(value)}" for name, value in each.parameters.items()]
    if each.template:
        parts.append(" ".join(("template", *(f"{{{name}}}" for name in each.placeholders))))
    if each.messages:
        parts.append(count_noun(len(each.messages), "message"))
    return ", ".join(parts) or "nothing"


def describe_profile(each: Profile) -> str:
    """Return everything in a profile as Markdown."""
    values = {key: getattr(each, key) for key in ("model", "endpoint") if getattr(each, key)}
    values |= {name: format_as_input(value) for name, value in each.parameters.items()}
    about = f": {escape_markdown(each.about, 200)}" if each.about else ""
    parts = [f"**{escape_markdown(each.name)}**{about}"]
    if values:
        rows = ((name, escape_markdown(value, 200)) for name, value in values.items())
        parts.append(markdown_table(("", ""), rows))
    if each.system is not None:
        parts.append("System prompt:\n\n" + _format_system_prompt(each))
    if each.template:
        parts.append("Template:\n\n" + to_code_block(each.template.strip("\n")))
    if each.messages:
        messages = (f"{message.role.value}: {message.content}" for message in each.messages)
        parts.append("Messages:\n\n" + to_code_block("\n".join(messages)))
    return "\n\n".join(parts)


def _format_system_prompt(each: Profile) -> str:
    try:
        return to_code_block(apply_profile.read_system(each).strip("\n")) if each.system else "none"
    except NemochatError as error:
        return escape_markdown(str(error), 300)
