"""Key bindings of the prompt, in addition to those of every line editor."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application import Application
from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import (
    CompleteEvent,
    get_common_complete_suffix,
)
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import (
    Condition,
    emacs_insert_mode,
    emacs_mode,
    has_focus,
    has_selection,
    vi_insert_mode,
)
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from nemochat.repl.entry import BLOCK
from nemochat.repl.prompt.completer import is_command, is_completable
from nemochat.repl.prompt.lines import is_unfinished
from nemochat.repl.prompt.paste import PasteTracker
from nemochat.repl.session import Session
from nemochat.screen.text.width import clusters
from nemochat.signals import suspend_prompt

OPEN_EDITOR = "\0editor"  # a result that nobody can type
_OTHER_ENTER = Keys.F24  # a key that no keyboard has: one code for what terminals send variously
# Alt-Enter, and Shift-Enter and Ctrl-Enter of terminals that tell them apart. Alt-Enter as one
# sequence is known at once, also in vi mode, where Esc and Enter are two keys of another meaning.
_OTHER_ENTERS = ("\x1b\r", "\x1b[13;2u", "\x1b[13;5u", "\x1b[27;2;13~", "\x1b[27;5;13~")
_NEARBY_CHARACTERS = 200  # characters beside the cursor in which its neighbour is looked for

_in_message = has_focus(DEFAULT_BUFFER)
_insert_mode = emacs_insert_mode | vi_insert_mode


def create_bindings(
    session: Session, tracker: Callable[[], PasteTracker], hint: Callable[[str], None]
) -> KeyBindings:
    """The keys of a chat's prompt; `hint` is told what may be shown for once."""
    ANSI_SEQUENCES.update(dict.fromkeys(_OTHER_ENTERS, _OTHER_ENTER))
    bindings = KeyBindings()
    _bind_enter(bindings, session, tracker, hint)
    _bind_clear(bindings, hint)
    _bind_navigation(bindings)
    _bind_characters(bindings, session)

    @bindings.add(Keys.BracketedPaste, filter=_in_message)
    def paste(event: KeyPressEvent) -> None:
        tracker().paste(session.pastes.fold_paste(event.data))

    @bindings.add("c-x", "c-e", filter=_in_message)
    @bindings.add("c-g", filter=_in_message)
    def open_editor(event: KeyPressEvent) -> None:
        app: Application[str] = event.app
        app.erase_when_done = True
        app.exit(result=OPEN_EDITOR)

    @bindings.add("c-z")
    def suspend_process(event: KeyPressEvent) -> None:
        suspend_prompt(event.app)

    return bindings


def _bind_enter(
    bindings: KeyBindings,
    session: Session,
    tracker: Callable[[], PasteTracker],
    hint: Callable[[str], None],
) -> None:
    """Enter sends, the other Enters make a new line; /multiline swaps them."""

    @bindings.add("enter", filter=_in_message)
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        before = buffer.document.current_line_before_cursor
        is_typed = not tracker().is_pasted()  # else it opens no block, and is no command
        in_block = is_typed and buffer.text.lstrip().startswith(BLOCK)
        if before.endswith("\\") and not in_block:
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        elif in_block and is_unfinished(buffer.text):
            buffer.insert_text("\n")
            hint(f"{BLOCK} ends the message, Ctrl-C clears it")
        elif session.multiline and not (is_typed and is_command(buffer.text)):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @bindings.add("c-j", filter=_in_message)
    @bindings.add(_OTHER_ENTER, filter=_in_message)
    @bindings.add("escape", "enter", filter=_in_message & emacs_mode)
    def other_enter(event: KeyPressEvent) -> None:
        if session.multiline:
            event.current_buffer.validate_and_handle()
        else:
            event.current_buffer.insert_text("\n")


def _bind_clear(bindings: KeyBindings, hint: Callable[[str], None]) -> None:
    @bindings.add("c-c", filter=_in_message)
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


def _bind_navigation(bindings: KeyBindings) -> None:
    """Up and down go through the history, unless Tab has gone into what is offered."""

    @bindings.add("c-i", filter=_in_message & _insert_mode)
    def tab(event: KeyPressEvent) -> None:
        """Offer what goes on: at once where it is one, else what all begin with, else the first."""
        buffer = event.current_buffer
        if not is_completable(buffer.document.text_before_cursor):
            return
        if buffer.complete_state and buffer.complete_state.completions:
            offered = buffer.complete_state.completions
            is_selected = buffer.complete_state.complete_index is not None
        else:
            buffer.cancel_completion()
            asked = CompleteEvent(completion_requested=True)
            offered = list(buffer.completer.get_completions(buffer.document, asked))
            is_selected = False
        if len(offered) == 1 and not is_selected:
            buffer.apply_completion(offered[0])
        elif not is_selected and (common := get_common_complete_suffix(buffer.document, offered)):
            buffer.insert_text(common)
        elif buffer.complete_state:
            buffer.complete_next()
        elif offered:
            buffer.start_completion(select_first=True)

    @bindings.add("up", filter=_in_message)
    def up(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.complete_index is None:
            buffer.cancel_completion()
        buffer.auto_up(count=event.arg)


def _bind_characters(bindings: KeyBindings, session: Session) -> None:
    """Keys that go by what a reader sees as one character, a folded paste among them."""
    editing = _in_message & _insert_mode & ~has_selection

    @bindings.add("backspace", filter=editing, save_before=lambda event: not event.is_repeat)
    def backspace(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            buffer = event.current_buffer
            buffer.delete_before_cursor(_length_before(session, buffer))

    def delete(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            event.current_buffer.delete(_length_after(session, event.current_buffer))

    def move_left(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            event.current_buffer.cursor_position -= _length_before(session, event.current_buffer)

    def move_right(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            event.current_buffer.cursor_position += _length_after(session, event.current_buffer)

    written = Condition(lambda: bool(_current_buffer().text))
    suggested = Condition(lambda: bool(_current_buffer().suggestion and _is_at_end()))
    bindings.add("delete", filter=editing)(delete)
    bindings.add("c-d", filter=editing & written)(delete)
    bindings.add("left", filter=editing)(move_left)
    bindings.add("c-b", filter=editing & emacs_mode)(move_left)
    bindings.add("right", filter=editing & ~suggested)(move_right)
    bindings.add("c-f", filter=editing & emacs_mode & ~suggested)(move_right)


def _current_buffer() -> Buffer:
    return get_app().current_buffer


def _is_at_end() -> bool:
    return _current_buffer().document.is_cursor_at_the_end


def _length_before(session: Session, buffer: Buffer) -> int:
    """How many code points the character before the cursor has."""
    text, at = buffer.text, buffer.cursor_position
    for start, end in session.pastes.find_marks(text):
        if start < at <= end:
            return at - start
    near = clusters(text[max(0, at - _NEARBY_CHARACTERS) : at])
    return len(near[-1][0]) if near else 0


def _length_after(session: Session, buffer: Buffer) -> int:
    """How many code points the character at the cursor has."""
    text, at = buffer.text, buffer.cursor_position
    for start, end in session.pastes.find_marks(text):
        if start <= at < end:
            return end - at
    near = clusters(text[at : at + _NEARBY_CHARACTERS])
    return len(near[0][0]) if near else 0
