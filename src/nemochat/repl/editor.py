"""The line editor: history, completion, several lines. One of the doors to prompt_toolkit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nemochat.repl.session import Session

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent


class Editor:
    """Reads one message at a time from the terminal."""

    def __init__(self, session: Session, history: Path | None) -> None:
        """Prepare the editor; `history` is the file of what was typed, None keeps none."""
        from prompt_toolkit import PromptSession

        from nemochat.repl.completion import Commands

        self._prompt: PromptSession[str] = PromptSession(
            history=_history(history),
            completer=Commands(session),
            complete_while_typing=True,
            key_bindings=_keys(),
            multiline=True,
            prompt_continuation=_continuation,
            enable_history_search=True,
        )

    def read(self) -> str:
        """The next message.

        Raises:
            KeyboardInterrupt: Ctrl-C, which clears the line.
            EOFError: Ctrl-D on an empty line, which leaves.
        """
        return self._prompt.prompt([("bold ansigreen", "> ")])


def _history(path: Path | None) -> History:
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    if path is None:
        return InMemoryHistory()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600))
    except OSError:
        return InMemoryHistory()  # without a home, the chat still works
    return FileHistory(path)


def _continuation(width: int, line: int, soft_wrap: int) -> str:  # noqa: ARG001 - prompt_toolkit's
    """What stands before a further line: nothing before the rest of a wrapped one."""
    return " " * width if soft_wrap else "… "


def _keys() -> KeyBindings:
    """Enter sends; Ctrl-J, Alt-Enter and a backslash before Enter begin a new line."""
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("enter")
    def send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.current_line_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("c-j")
    @keys.add("escape", "enter")
    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys
