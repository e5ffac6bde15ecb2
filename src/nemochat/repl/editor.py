"""The line editor: history, completion, several lines. One of the doors to prompt_toolkit."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nemochat.files import own_folder
from nemochat.repl.session import Session
from nemochat.store.places import own_file

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent


class Editor:
    """Reads one message at a time from the terminal."""

    def __init__(
        self, session: Session, history: Path | None, typed: Callable[[], bytes] = bytes
    ) -> None:
        """Prepare the editor.

        Args:
            session: The chat.
            history: The file of what was typed; None keeps none.
            typed: What was typed since the last prompt, and stands on the next one.
        """
        from prompt_toolkit import PromptSession

        from nemochat.repl.completion import Commands

        self._typed = typed
        self._prompt: PromptSession[str] = PromptSession(
            history=_history(history, session),
            completer=Commands(session),
            complete_while_typing=True,
            key_bindings=_keys(),
            multiline=True,
            prompt_continuation=_continuation,
            enable_history_search=True,
        )

    def message(self) -> str:
        """The next message.

        Raises:
            KeyboardInterrupt: Ctrl-C, which clears the line.
            EOFError: Ctrl-D on an empty line, which leaves.
        """
        self._type_ahead()
        return self._prompt.prompt([("bold ansigreen", "> ")])

    def reply(self, question: str) -> str:
        """A line that answers a question of ours; "" if the person would not say."""
        try:
            return input(f"{question} ").strip()
        except (EOFError, KeyboardInterrupt):
            return ""

    def _type_ahead(self) -> None:
        """Let what was typed while an answer came stand on this prompt; Enter sends it."""
        from prompt_toolkit.input.typeahead import store_typeahead
        from prompt_toolkit.input.vt100_parser import Vt100Parser
        from prompt_toolkit.key_binding import KeyPress
        from prompt_toolkit.keys import Keys

        pressed: list[KeyPress] = []
        parser = Vt100Parser(pressed.append)
        parser.feed(self._typed().decode("utf-8", "replace"))
        parser.flush()
        reports = {Keys.CPRResponse, Keys.Ignore}
        store_typeahead(self._prompt.input, [key for key in pressed if key.key not in reports])


def _history(path: Path | None, session: Session) -> History:
    """What was typed: kept in a file for its owner alone, but what begins with a blank nowhere."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    class Private(InMemoryHistory):
        def append_string(self, string: str) -> None:
            if not string.startswith(" "):
                super().append_string(string)

    class Kept(FileHistory):
        def append_string(self, string: str) -> None:
            if not string.startswith(" "):
                super().append_string(string)

        def store_string(self, string: str) -> None:
            if not session.private:
                with suppress(OSError):  # a full disk
                    super().store_string(string)

    if path is None:
        return Private()
    try:
        own_folder(path.parent)
        with suppress(FileExistsError):
            os.close(own_file(path))
        with path.open("ab"):
            return Kept(path)
    except OSError:
        return Private()  # without a home, the chat still works


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
