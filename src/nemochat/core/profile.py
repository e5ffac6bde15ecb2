"""A profile: a system prompt, parameters, a template and examples under one name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import NamedTuple

from nemochat.core import parameters
from nemochat.core.messages import Message, Role
from nemochat.core.parameters import Value, Values
from nemochat.core.text import format_value, nearest
from nemochat.errors import UsageError

NONE = "none"  # means no profile, and thus cannot be a name
INPUT = "input"  # the placeholder for the question
TEXTS = ("about", "system", "model", "endpoint", "template")
KEYS = (*TEXTS, "messages", *parameters.names())
_NAME = r"[^\W_][\w.-]*"
_MARK = r"\{\{|\}\}|\{([A-Za-z_][\w-]*)\}|[{}]"
_SPEAKERS = (Role.USER, Role.ASSISTANT)


class Profile(NamedTuple):
    """A named set of settings.

    Attributes:
        name: Its name.
        about: What it is for, in one line, or "".
        system: The system prompt, or @ and a file; None leaves the one in force.
        model: The model, or "" for the one in force.
        endpoint: The endpoint, or "" for the one in force.
        template: The text around each question, with `{input}` for the question, or "".
        messages: Questions and answers that a conversation begins with, as examples.
        parameters: The sampling parameters that it sets.
    """

    name: str
    about: str = ""
    system: str | None = None
    model: str = ""
    endpoint: str = ""
    template: str = ""
    messages: tuple[Message, ...] = ()
    parameters: Values = MappingProxyType({})

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Return the placeholders of the template except `{input}`, each once, in order."""
        names = (mark[1] for mark in re.finditer(_MARK, self.template) if mark[1])
        return tuple(dict.fromkeys(name for name in names if name != INPUT))

    def check(self, values: Mapping[str, str]) -> None:
        """Check that the values match the placeholders; UsageError names one that does not."""
        for name in values:
            if name not in self.placeholders:
                there = ", ".join(self.placeholders)
                raise UsageError(
                    f"the profile {format_value(self.name)} has no placeholder"
                    f" {format_value(name)}",
                    f"It has {there}" if there else "It has none",
                )
        for name in self.placeholders:
            if name not in values:
                raise UsageError(
                    f"the profile {format_value(self.name)} needs a value for {{{name}}}",
                    f"Use --param {name}=VALUE, or /profile {self.name} {name}=VALUE",
                )

    def fill_template(self, question: str, values: Mapping[str, str]) -> str:
        """Return a question within the template; if that has no `{input}`, the question follows it.

        Raises:
            UsageError: a placeholder has no value, or a value no placeholder.
        """
        self.check(values)
        if not self.template:
            return question
        data = {**values, INPUT: question}
        filled = re.sub(_MARK, lambda mark: data[mark[1]] if mark[1] else mark[0][0], self.template)
        if any(mark[1] == INPUT for mark in re.finditer(_MARK, self.template)):
            return filled
        return f"{filled.rstrip()}\n\n{question}"


def read_profile(name: str, data: object, folder: PurePath) -> Profile:
    """Return a profile from the values of a configuration file in `folder`.

    Raises:
        UsageError: a key or a value is not allowed.
    """
    if name == NONE or not re.fullmatch(_NAME, name):
        raise UsageError(f"{format_value(name)} cannot be the name of a profile")
    if not isinstance(data, dict):
        raise UsageError(f"[profile.{name}] must be a section, not {format_value(data)}")
    texts: dict[str, str] = {}
    values: dict[str, Value] = {}
    messages: tuple[Message, ...] = ()
    for key, value in data.items():
        if key in TEXTS:
            if not isinstance(value, str):
                raise UsageError(
                    f"profile {name}: {key} must be text, not {format_value(value, typed=False)}"
                )
            texts[key] = value
        elif key == "messages":
            messages = _messages(name, value)
        elif key in parameters.names():
            try:
                values[key] = parameters.find(key).check_configured(value)
            except UsageError as error:
                raise UsageError(f"profile {name}: {error.sentence}", error.hint) from None
        else:
            near = nearest(key, KEYS)
            hint = f"Did you mean {near[0]}?" if near else f"Keys are {', '.join(KEYS)}"
            raise UsageError(f"profile {name}: there is no key {format_value(key)}", hint)
    _check_template(name, texts.get("template", ""))
    if "system" in texts:
        texts["system"] = resolve_system_path(texts["system"], folder)
    return Profile(name, **texts, messages=messages, parameters=values)


def resolve_system_path(system: str, folder: PurePath) -> str:
    """Return a system prompt of a file; a path after an @ is relative to the file's folder."""
    if not system.startswith("@") or system.startswith("@~"):
        return system
    return f"@{folder / system[1:].strip()}"


def _messages(name: str, data: object) -> tuple[Message, ...]:
    """Return examples: questions and answers in turn."""
    expected = f"profile {name}: messages must be alternating user and assistant roles with content"
    if not isinstance(data, list) or len(data) % 2:
        raise UsageError(expected)
    result = []
    for place, each in enumerate(data):
        role = _SPEAKERS[place % 2]
        if not isinstance(each, dict) or each.keys() != {"role", "content"}:
            raise UsageError(
                expected, f"Message {place + 1} must have a role, a content and nothing else"
            )
        content = each["content"]
        if each["role"] != role.value or not isinstance(content, str) or not content.strip():
            raise UsageError(
                expected, f"Message {place + 1} must have the role {role.value} and text"
            )
        result.append(Message(role, content))
    return tuple(result)


def _check_template(name: str, template: str) -> None:
    for mark in re.finditer(_MARK, template):
        if mark[0] in {"{", "}"}:
            raise UsageError(
                f"profile {name}: template has a {mark[0]} outside a placeholder"
                f" ({format_value(template[mark.start() :], 20)})",
                f"Write {mark[0] * 2} for a literal brace",
            )


def parse_values(words: list[str]) -> dict[str, str]:
    """Return the values of placeholders from words such as `language=French`.

    Raises:
        UsageError: a word is something else.
    """
    result = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"a value for a profile must be NAME=VALUE, not {format_value(word)}")
        if name.strip() == INPUT:
            raise UsageError("{input} is the question itself and cannot be set")
        result[name.strip()] = value
    return result
