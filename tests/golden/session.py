"""Descriptions of sessions: what is run, typed and waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SIZES = ((80, 24), (40, 10), (200, 50))  # columns and rows


@dataclass(frozen=True, slots=True)
class Command:
    """One run of the program without a terminal.

    Attributes:
        line: Its arguments, quoted as for a shell.
        stdin: What comes through the pipe; nothing is an empty one.
        environment: Further variables; an empty value removes one.
    """

    line: str
    stdin: str | bytes = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """Commands one after the other in one home.

    Attributes:
        name: The name of its record.
        commands: What is run.
        files: Content by path below the home, written first; a name in `*.sh` is executable.
        all_headers: Whether every header of its requests is recorded.
        server: Whether the program is directed to the loopback server.
        slow: Whether its answers take time, which is for sessions that show how much.
    """

    name: str
    commands: tuple[Command, ...]
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    all_headers: bool = False
    server: bool = True
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Type a line and Enter, and wait for the next empty prompt."""

    line: str


@dataclass(frozen=True, slots=True)
class Type:
    """Press keys, and wait until the screen or its scrollback shows a text."""

    keys: str
    until: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Press keys, and wait for the next empty prompt."""

    keys: str


@dataclass(frozen=True, slots=True)
class Row:
    """Press keys, and wait until the cursor's row is a text."""

    keys: str
    row: str


@dataclass(frozen=True, slots=True)
class Shot:
    """Record the visible screen at this moment."""

    title: str


Step = Say | Type | Prompt | Row | Shot


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Keys typed to a chat in a pseudo-terminal; it ends with `/exit`.

    Attributes:
        name: The name of its record, to which the size is added.
        steps: What is typed and waited for.
        arguments: Of the program, quoted as for a shell.
        files: As those of a session.
        prompt: What stands before the cursor when a line may be typed.
    """

    name: str
    steps: tuple[Step, ...]
    arguments: str = ""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    prompt: str = ">"
