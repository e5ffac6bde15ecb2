"""Commands about profiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nemochat import profiles
from nemochat.core.profile import NONE, Profile, values
from nemochat.core.values import as_typed
from nemochat.errors import NemochatError
from nemochat.files import fenced
from nemochat.repl.argument import prose
from nemochat.repl.listings import counted, plain
from nemochat.repl.registry import command
from nemochat.repl.session import Session

HOW = "`nemochat profiles edit` opens the file where they stand; `/help profiles` tells how"


def _names(session: Session) -> Iterator[tuple[str, str]]:
    for each in session.connector.config.profiles.values():
        yield each.name, each.about or sets(each)
    yield NONE, "no profile"


@command("[NAME [NAME=VALUE …]]", aliases=("role", "preset"), choices=_names)
def profile(session: Session, argument: str) -> str:
    """Show the profiles, or talk with one from the next question on; `/profile none` drops it.

    `/profile translate language=French` gives its template a value. What you set yourself
    afterwards wins over the profile.
    """
    known, settings = session.connector.config.profiles, session.settings
    name, *words = prose(argument) or [""]
    if not name:
        return table(known, settings.profile)
    if name == NONE and not words:
        if not settings.profile:
            return "There is no profile in force."
        session.change(session.without_profile())
        return "The profile is dropped; what it set is as before."
    chosen = profiles.find(known, name)
    empty = not session.chat.conversation.nodes
    settings = profiles.taken(
        chosen, session.without_profile(), values(words), session.connector.model, empty=empty
    )
    session.change(settings)
    about = f": {plain(chosen.about, 200)}" if chosen.about else ""
    later = "" if empty or not chosen.messages else f" {profiles.BEGUN}."
    return f"The profile is `{name}` from the next question on{about}.{later}"


def table(known: Mapping[str, Profile], in_force: str = "") -> str:
    """Profiles as a Markdown table; the one in force is bold."""
    if not known:
        return f"There are no profiles yet. {HOW}."
    rows = [
        f"| {f'**{plain(each.name)}**' if each.name == in_force else plain(each.name)} |"
        f" {plain(each.about, 200)} | {plain(sets(each), 200)} |"
        for each in known.values()
    ]
    now = f"The profile is `{in_force}`" if in_force else "None is in force"
    return "\n".join(["| profile | what it is for | sets |", "|---|---|---|", *rows, "", f"{now}."])


def sets(each: Profile) -> str:
    """What a profile sets, in a few words."""
    parts = [name for name in ("model", "endpoint") if getattr(each, name)]
    parts += ["system"] if each.system is not None else []
    parts += [f"{name} {as_typed(value)}" for name, value in each.parameters.items()]
    if each.template:
        parts.append(" ".join(("template", *(f"{{{name}}}" for name in each.wanted))))
    if each.messages:
        parts.append(counted(len(each.messages), "message"))
    return ", ".join(parts) or "nothing"


def told(each: Profile) -> str:
    """All of a profile as Markdown."""
    rows = [
        (key, value) for key in ("model", "endpoint") if (value := plain(getattr(each, key), 200))
    ]
    rows += [(name, plain(as_typed(value), 200)) for name, value in each.parameters.items()]
    parts = [f"**{plain(each.name)}**" + (f": {plain(each.about, 200)}" if each.about else "")]
    if rows:
        parts.append("\n".join(["| | |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows)]))
    if each.system is not None:
        parts.append("System prompt:\n\n" + _system(each))
    if each.template:
        parts.append("Template:\n\n" + fenced(each.template.strip("\n")))
    if each.messages:
        said = (f"{message.role.value}: {message.content}" for message in each.messages)
        parts.append("Messages:\n\n" + fenced("\n".join(said)))
    return "\n\n".join(parts)


def _system(each: Profile) -> str:
    try:
        return fenced(profiles.system(each).strip("\n")) if each.system else "none"
    except NemochatError as error:
        return plain(str(error), 300)
