"""Which key does what on the prompt, beside those that every line editor has?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit.buffer import Buffer  # noqa: TID253 - loaded late by editor.py
from prompt_toolkit.completion import (  # noqa: TID253 - loaded late by editor.py
    CompleteEvent,
    get_common_complete_suffix,
)
from prompt_toolkit.document import Document  # noqa: TID253 - loaded late by editor.py
from prompt_toolkit.enums import DEFAULT_BUFFER  # noqa: TID253 - loaded late by editor.py
from prompt_toolkit.filters import (  # noqa: TID253 - loaded late by editor.py
    Condition,
    emacs_insert_mode,
    emacs_mode,
    has_focus,
    has_selection,
    vi_insert_mode,
)
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES  # noqa: TID253 - as above
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent  # noqa: TID253 - as above
from prompt_toolkit.keys import Keys  # noqa: TID253 - loaded late by editor.py

from nemochat.repl.completion import expected, is_command
from nemochat.repl.entry import BLOCK
from nemochat.repl.lines import unfinished
from nemochat.repl.provenance import Provenance
from nemochat.repl.session import Session
from nemochat.repl.signals import suspend
from nemochat.screen.markdown.width import clusters

if TYPE_CHECKING:
    from prompt_toolkit.application import Application

OPEN_EDITOR = "\0editor"  # a result that nobody can type
_OTHER_ENTER = Keys.F24  # a key that no keyboard has: one code for what terminals send variously
# Alt-Enter, and Shift-Enter and Ctrl-Enter of terminals that tell them apart. Alt-Enter as one
# sequence is known at once, also in vi mode, where Esc and Enter are two keys of another meaning.
_OTHER_ENTERS = ("\x1b\r", "\x1b[13;2u", "\x1b[13;5u", "\x1b[27;2;13~", "\x1b[27;5;13~")
_NEAR = 200  # characters beside the cursor in which its neighbour is looked for

_here = has_focus(DEFAULT_BUFFER)
_inserting = emacs_insert_mode | vi_insert_mode


def keys(
    session: Session, provenance: Callable[[], Provenance], hint: Callable[[str], None]
) -> KeyBindings:
    """The keys of a chat's prompt; `hint` is told what may be shown for once."""
    ANSI_SEQUENCES.update(dict.fromkeys(_OTHER_ENTERS, _OTHER_ENTER))
    bindings = KeyBindings()
    _lines(bindings, session, provenance, hint)
    _leaving(bindings, hint)
    _walking(bindings)
    _characters(bindings, session)

    @bindings.add(Keys.BracketedPaste, filter=_here)
    def paste(event: KeyPressEvent) -> None:
        provenance().paste(session.folds.pasted(event.data))

    @bindings.add("c-x", "c-e", filter=_here)
    @bindings.add("c-g", filter=_here)
    def open_editor(event: KeyPressEvent) -> None:
        app: Application[str] = event.app
        app.erase_when_done = True
        app.exit(result=OPEN_EDITOR)

    @bindings.add("c-z")
    def leave_to_stop(event: KeyPressEvent) -> None:
        suspend(event.app)

    return bindings


def _lines(
    bindings: KeyBindings,
    session: Session,
    provenance: Callable[[], Provenance],
    hint: Callable[[str], None],
) -> None:
    """Enter sends, the other Enters make a new line; /multiline swaps them."""

    @bindings.add("enter", filter=_here)
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        before = buffer.document.current_line_before_cursor
        is_typed = not provenance().is_pasted()  # else it opens no block, and is no command
        in_block = is_typed and buffer.text.lstrip().startswith(BLOCK)
        if before.endswith("\\") and not in_block:
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        elif in_block and unfinished(buffer.text):
            buffer.insert_text("\n")
            hint(f"{BLOCK} ends the message, Ctrl-C clears it")
        elif session.multiline and not (is_typed and is_command(buffer.text)):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @bindings.add("c-j", filter=_here)
    @bindings.add(_OTHER_ENTER, filter=_here)
    @bindings.add("escape", "enter", filter=_here & emacs_mode)
    def other_enter(event: KeyPressEvent) -> None:
        if session.multiline:
            event.current_buffer.validate_and_handle()
        else:
            event.current_buffer.insert_text("\n")


def _leaving(bindings: KeyBindings, hint: Callable[[str], None]) -> None:
    @bindings.add("c-c", filter=_here)
    def clear(event: KeyPressEvent) -> None:
        """Clear the message; Ctrl-_ brings it back."""
        buffer = event.current_buffer
        if text := buffer.text:
            newest = len(buffer._working_lines) - 1  # noqa: SLF001 - there is no other way to it
            buffer.go_to_history(newest)  # where the history is gone through from again
            buffer.document = Document(text)
            buffer.save_to_undo_stack()
            buffer.document = Document()
        else:
            hint("Ctrl-D or /exit leaves")


def _walking(bindings: KeyBindings) -> None:
    """Up and down go through the history, unless Tab has gone into what is offered."""

    @bindings.add("c-i", filter=_here & _inserting)
    def tab(event: KeyPressEvent) -> None:
        """Offer what goes on: at once where it is one, else what all begin with, else the first."""
        buffer = event.current_buffer
        if not expected(buffer.document.text_before_cursor):
            return
        if buffer.complete_state and buffer.complete_state.completions:
            offered = buffer.complete_state.completions
            chosen = buffer.complete_state.complete_index is not None
        else:
            buffer.cancel_completion()
            asked = CompleteEvent(completion_requested=True)
            offered = list(buffer.completer.get_completions(buffer.document, asked))
            chosen = False
        if len(offered) == 1 and not chosen:
            buffer.apply_completion(offered[0])
        elif not chosen and (common := get_common_complete_suffix(buffer.document, offered)):
            buffer.insert_text(common)
        elif buffer.complete_state:
            buffer.complete_next()
        elif offered:
            buffer.start_completion(select_first=True)

    @bindings.add("up", filter=_here)
    def up(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.complete_index is None:
            buffer.cancel_completion()
        buffer.auto_up(count=event.arg)


def _characters(bindings: KeyBindings, session: Session) -> None:
    """Keys that go by what a reader sees as one character, a folded paste among them."""
    editing = _here & _inserting & ~has_selection

    @bindings.add("backspace", filter=editing, save_before=lambda event: not event.is_repeat)
    def backspace(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            buffer = event.current_buffer
            buffer.delete_before_cursor(_before(session, buffer))

    def delete(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            event.current_buffer.delete(_after(session, event.current_buffer))

    def left(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            event.current_buffer.cursor_position -= _before(session, event.current_buffer)

    def right(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            event.current_buffer.cursor_position += _after(session, event.current_buffer)

    written = Condition(lambda: bool(_buffer().text))
    suggested = Condition(lambda: bool(_buffer().suggestion and _at_end()))
    bindings.add("delete", filter=editing)(delete)
    bindings.add("c-d", filter=editing & written)(delete)
    bindings.add("left", filter=editing)(left)
    bindings.add("c-b", filter=editing & emacs_mode)(left)
    bindings.add("right", filter=editing & ~suggested)(right)
    bindings.add("c-f", filter=editing & emacs_mode & ~suggested)(right)


def _buffer() -> Buffer:
    from prompt_toolkit.application.current import get_app

    return get_app().current_buffer


def _at_end() -> bool:
    return _buffer().document.is_cursor_at_the_end


def _before(session: Session, buffer: Buffer) -> int:
    """How many code points the character before the cursor has."""
    text, at = buffer.text, buffer.cursor_position
    for start, end in session.folds.within(text):
        if start < at <= end:
            return at - start
    near = clusters(text[max(0, at - _NEAR) : at])
    return len(near[-1][0]) if near else 0


def _after(session: Session, buffer: Buffer) -> int:
    """How many code points the character at the cursor has."""
    text, at = buffer.text, buffer.cursor_position
    for start, end in session.folds.within(text):
        if start <= at < end:
            return end - at
    near = clusters(text[at : at + _NEAR])
    return len(near[0][0]) if near else 0
