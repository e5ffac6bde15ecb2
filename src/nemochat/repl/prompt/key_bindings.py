"""Key bindings of the prompt, in addition to those of prompt_toolkit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.application import Application
from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, get_common_complete_suffix
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

from nemochat.repl.entry import BLOCK, is_command, runs_program
from nemochat.repl.prompt.completer import is_completable
from nemochat.repl.prompt.lines import is_unfinished
from nemochat.repl.session import Session
from nemochat.screen.text.width import clusters
from nemochat.signals import suspend_prompt

if TYPE_CHECKING:
    from nemochat.repl.prompt.editor import Editor

OPEN_EDITOR = "\0editor"  # a result that cannot be typed
_OTHER_ENTER = Keys.F24  # a key that no keyboard has, for all sequences of _OTHER_ENTERS
# Alt-Enter, and Shift-Enter and Ctrl-Enter of terminals that distinguish them. As one sequence,
# Alt-Enter also works in vi mode, where Esc and Enter have other meanings.
_OTHER_ENTERS = ("\x1b\r", "\x1b[13;2u", "\x1b[13;5u", "\x1b[27;2;13~", "\x1b[27;5;13~")
_NEARBY_CHARACTERS = 200  # around the cursor, in which its neighbour is searched

_in_message = has_focus(DEFAULT_BUFFER)
_insert_mode = emacs_insert_mode | vi_insert_mode


def create_bindings(editor: Editor) -> KeyBindings:
    """Return the key bindings of the chat's prompt."""
    ANSI_SEQUENCES.update(dict.fromkeys(_OTHER_ENTERS, _OTHER_ENTER))
    bindings = KeyBindings()
    _bind_enter(bindings, editor)
    _bind_clear(bindings, editor)
    _bind_navigation(bindings)
    _bind_characters(bindings, editor.session)

    @bindings.add(Keys.BracketedPaste, filter=_in_message)
    def paste(event: KeyPressEvent) -> None:
        editor.tracker.paste(editor.session.pastes.fold_paste(event.data))

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


def _bind_enter(bindings: KeyBindings, editor: Editor) -> None:
    """Let Enter send the message, and other Enters insert a new line; `/multiline` swaps them."""

    @bindings.add("enter", filter=_in_message)
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        before = buffer.document.current_line_before_cursor
        is_typed = not editor.tracker.is_pasted()  # a paste opens no block, and is no command
        in_block = is_typed and buffer.text.lstrip().startswith(BLOCK)
        if before.endswith("\\") and not in_block:
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        elif in_block and is_unfinished(buffer.text):
            buffer.insert_text("\n")
            editor.set_hint(f"{BLOCK} ends the message, Ctrl-C clears it")
        elif editor.session.multiline and not (is_typed and is_command(buffer.text)):
            buffer.insert_text("\n")
        else:
            _send(editor, event)

    @bindings.add("c-j", filter=_in_message)
    @bindings.add(_OTHER_ENTER, filter=_in_message)
    @bindings.add("escape", "enter", filter=_in_message & emacs_mode)
    def other_enter(event: KeyPressEvent) -> None:
        if editor.session.multiline:
            _send(editor, event)
        else:
            event.current_buffer.insert_text("\n")

    @bindings.add("c-o", filter=_in_message)
    def ignore(_: KeyPressEvent) -> None:
        """Do nothing; prompt_toolkit would send the message."""


def _send(editor: Editor, event: KeyPressEvent) -> None:
    """Send the message, except a command that runs a program and was typed ahead."""
    buffer = event.current_buffer
    if editor.is_drawn or editor.tracker.is_pasted() or not runs_program(buffer.text):
        buffer.validate_and_handle()
    elif any(len(press.key) == 1 for press in event.key_processor.input_queue):
        buffer.insert_text("\n")  # other text was typed ahead after the command
    else:
        editor.set_hint("Enter runs the command")


def _bind_clear(bindings: KeyBindings, editor: Editor) -> None:
    @bindings.add("c-c", filter=_in_message)
    def clear(event: KeyPressEvent) -> None:
        """Clear the message; Ctrl-_ restores it."""
        buffer = event.current_buffer
        if text := buffer.text:
            newest = len(buffer._working_lines) - 1  # noqa: SLF001 - there is no other way to it
            buffer.go_to_history(newest)  # so that Up begins there again
            buffer.document = Document(text)
            buffer.save_to_undo_stack()
            buffer.document = Document()
        else:
            editor.set_hint("Ctrl-D or /exit leaves")


def _bind_navigation(bindings: KeyBindings) -> None:
    """Let Tab complete, and Up go through the history unless a completion is selected."""

    @bindings.add("c-i", filter=_in_message & _insert_mode)
    def tab(event: KeyPressEvent) -> None:
        """Insert the only completion or what all begin with, otherwise select the first."""
        buffer = event.current_buffer
        if not is_completable(buffer.document.text_before_cursor):
            return
        if buffer.complete_state and buffer.complete_state.completions:
            completions = buffer.complete_state.completions
            is_selected = buffer.complete_state.complete_index is not None
        else:
            buffer.cancel_completion()
            request = CompleteEvent(completion_requested=True)
            completions = list(buffer.completer.get_completions(buffer.document, request))
            is_selected = False
        common = get_common_complete_suffix(buffer.document, completions)
        if len(completions) == 1 and not is_selected:
            buffer.apply_completion(completions[0])
        elif not is_selected and common:
            buffer.insert_text(common)
        elif buffer.complete_state:
            buffer.complete_next()
        elif completions:
            buffer.start_completion(select_first=True)

    @bindings.add("up", filter=_in_message)
    def up(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.complete_index is None:
            buffer.cancel_completion()
        buffer.auto_up(count=event.arg)


def _bind_characters(bindings: KeyBindings, session: Session) -> None:
    """Let keys edit what a reader sees as one character; so is the mark of a folded paste."""
    editing = _in_message & _insert_mode & ~has_selection

    @bindings.add("backspace", filter=editing, save_before=lambda event: not event.is_repeat)
    def backspace(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            before, _after = _neighbour_lengths(session, event.current_buffer)
            event.current_buffer.delete_before_cursor(before)

    def delete(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            _before, after = _neighbour_lengths(session, event.current_buffer)
            event.current_buffer.delete(after)

    def move_left(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            before, _after = _neighbour_lengths(session, event.current_buffer)
            event.current_buffer.cursor_position -= before

    def move_right(event: KeyPressEvent) -> None:
        for _ in range(event.arg):
            _before, after = _neighbour_lengths(session, event.current_buffer)
            event.current_buffer.cursor_position += after

    has_text = Condition(lambda: bool(get_app().current_buffer.text))
    bindings.add("delete", filter=editing)(delete)
    bindings.add("c-d", filter=editing & has_text)(delete)
    bindings.add("left", filter=editing)(move_left)
    bindings.add("c-b", filter=editing & emacs_mode)(move_left)
    bindings.add("right", filter=editing & ~_has_suggestion)(move_right)
    bindings.add("c-f", filter=editing & emacs_mode & ~_has_suggestion)(move_right)


@Condition
def _has_suggestion() -> bool:
    buffer = get_app().current_buffer
    return bool(buffer.suggestion and buffer.document.is_cursor_at_the_end)


def _neighbour_lengths(session: Session, buffer: Buffer) -> tuple[int, int]:
    """Return the number of code points of the characters before and after the cursor."""
    text, at = buffer.text, buffer.cursor_position
    before = [cluster for cluster, _ in clusters(text[max(0, at - _NEARBY_CHARACTERS) : at])]
    after = [cluster for cluster, _ in clusters(text[at : at + _NEARBY_CHARACTERS])]
    lengths = [len(before[-1]) if before else 0, len(after[0]) if after else 0]
    for start, end in session.pastes.find_marks(text):
        if start < at <= end:
            lengths[0] = at - start
        if start <= at < end:
            lengths[1] = end - at
    return lengths[0], lengths[1]
