"""Line editor: one message at a time from the terminal."""

from __future__ import annotations

import re
import sys
from asyncio import Runner
from collections.abc import Callable
from pathlib import Path
from threading import Timer

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import Layout

from nemochat.errors import Cancelled, UsageError
from nemochat.repl.entry import escape, paste_notice
from nemochat.repl.prompt.appearance import EmojiProcessor, MessageLexer, prompt_style
from nemochat.repl.prompt.completer import MessageCompleter, is_completable
from nemochat.repl.prompt.history import ChatHistory, HistorySuggester
from nemochat.repl.prompt.key_bindings import OPEN_EDITOR, create_bindings
from nemochat.repl.prompt.lines import PROMPT, read_line
from nemochat.repl.prompt.paste import PasteTracker
from nemochat.repl.prompt.toolbar import Toolbar
from nemochat.repl.session import Session
from nemochat.signals import SUSPEND, PromptSignals, stop_job

ACCESSIBLE_PROMPT = "You: "
MONO_THEME = "mono"  # a theme
SECONDS_TO_SETTLE = 0.1  # the first prompt is whole before anything else is loaded
MENU_ROWS = 8  # of the message and what is offered below it
OTHER_ROWS = 2  # the toolbar's, and one that shows what was said
ESCAPE_TIMEOUT = 0.05  # after which an Esc is no beginning of another key's sequence
# A busy or distant terminal tells its background and its sort (screen/background.py) when nobody
# waits for it any more. No key begins like that.
_TERMINAL_REPLY = r"\x1b\]11;[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\?[0-9;]*c"
_PARTIAL_REPLY = r"(?:\x1b\]11;[^\x07\x1b]*\x1b?|\x1b\[\?[0-9;]*)\Z"


class Editor:
    """Reads one message at a time from the terminal."""

    def __init__(
        self,
        session: Session,
        history: Path | None,
        read_typeahead: Callable[[], bytes] = bytes,
        *,
        accessible: bool = False,
        after_draw: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the editor.

        Args:
            session: The chat.
            history: The file of what was typed; None keeps none.
            read_typeahead: What was typed since the last prompt, and stands on the next one.
            accessible: Whether the prompt is read aloud: nothing is then offered unasked.
            after_draw: Called in a thread once the first prompt stands there.
        """
        self._runner = Runner()  # one loop for all prompts: a new one takes as long as to ask
        self._session = session
        self._read_typeahead = read_typeahead
        self._toolbar: Toolbar | None = None if accessible else Toolbar(session)
        self._hint = ""
        self._raw_paste = ""  # the paste that was sent as a message, though it is no such entry
        self._prompt_text = ACCESSIBLE_PROMPT if accessible else PROMPT
        self._prompt = self._create_prompt(history)
        self._call_after_draw(after_draw)

    def _call_after_draw(self, then: Callable[[], None]) -> None:
        app = self._prompt.app

        def start_timer(_: object) -> None:
            app.after_render -= start_timer
            waiting = Timer(SECONDS_TO_SETTLE, then)
            waiting.daemon = True
            waiting.start()

        app.after_render += start_timer

    def _create_prompt(self, path: Path | None) -> PromptSession[str]:
        history, shown = ChatHistory(self._session, path), self._toolbar is not None
        vi = self._session.connector.config.text("editing_mode") == "vi"
        prompt: PromptSession[str] = PromptSession(
            history=history,
            completer=MessageCompleter(self._session),
            complete_while_typing=Condition(
                lambda: shown and is_completable(buffer.document.text_before_cursor)
            ),
            auto_suggest=HistorySuggester(history) if shown else None,
            key_bindings=create_bindings(
                self._session, lambda: self._paste_tracker, self._set_hint
            ),
            editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
            multiline=True,
            prompt_continuation=_continuation,
            lexer=MessageLexer(self._session.pastes),
            input_processors=[EmojiProcessor()],
            bottom_toolbar=self._toolbar_fragments if shown else None,
        )
        buffer = prompt.default_buffer
        self._paste_tracker = PasteTracker(buffer)
        # PromptSession takes either this or completion while typing, for both want the arrows.
        buffer.enable_history_search = Condition(lambda: True)
        buffer.on_text_changed += lambda _: self._set_hint("")
        if vi:  # elsewhere a lone Esc does nothing, and a slow line may part longer keys
            prompt.app.ttimeoutlen = ESCAPE_TIMEOUT
        if sys.platform != "win32":
            from prompt_toolkit.input.vt100 import Vt100Input

            if isinstance(prompt.input, Vt100Input):
                parser = prompt.input.vt100_parser
                prompt.input.vt100_parser = KeyParser(parser.feed_key_callback)
        prompt.app.renderer.cpr_not_supported_callback = None  # its warning helps nobody
        self._wrap_accept_handler(prompt)

        def leave_room(_: object) -> None:  # else all gives way to "Window too small..."
            rows = prompt.output.get_size().rows
            prompt.reserve_space_for_menu = max(0, min(MENU_ROWS, rows - OTHER_ROWS))

        prompt.app.before_render += leave_room
        return prompt

    def read_message(self) -> str:
        """The next message.

        Raises:
            UsageError: the person's own editor failed; the text stands on the next prompt.
            EOFError: Ctrl-D on an empty line, which leaves.
        """
        keyboard = self._session.screen.keyboard
        keyboard.listen()  # the prompt, when it ends, leaves the terminal as it finds it
        if self._toolbar is not None:
            self._toolbar.refresh()
        self._hint = ""
        self._prompt.style, self._prompt.color_depth = prompt_style(self._theme())
        self._insert_typeahead()
        session, words = self._session, FormattedText([("class:prompt", self._prompt_text)])
        app, buffer = self._prompt.app, self._prompt.default_buffer
        stands: str | Document = session.draft
        session.draft = ""
        while True:
            app.erase_when_done, app.layout = False, self._prompt.layout
            app.layout.focus(buffer)  # a search may have been left
            self._paste_tracker.begin(stands if isinstance(stands, str) else stands.text)
            self._raw_paste = ""
            try:
                with PromptSignals(app) as signals:
                    coroutine = self._prompt.prompt_async(
                        words,
                        default=stands,
                        pre_run=signals.handle_pending_signal,
                        handle_sigint=False,
                    )
                    text = self._runner.run(coroutine)
            finally:
                keyboard.listen()  # the prompt marks no pastes any more
            stands = buffer.document
            if text == SUSPEND:
                if not signals.was_continued:
                    stop_job()
            elif text == OPEN_EDITOR:
                session.draft = stands.text  # where the editor fails, it stays
                self._paste_tracker.unfold(session.pastes)
                after = session.edit_text(session.pastes.unfold(stands.text))
                stands, session.draft = session.pastes.refold(after), ""
            else:
                return self._finish_entry(text)

    def read_reply(self, question: str) -> str:
        """A line that answers a question of ours; "" if the person would not say."""
        try:
            with self._session.screen.keyboard.lend():
                return read_line(f"{question} ").strip()
        except (EOFError, Cancelled):
            return ""

    def _finish_entry(self, text: str) -> str:
        """Return the entry for what stands on the prompt: pastes whole, and never a command."""
        folds = self._session.pastes
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        whole = self._raw_paste or (folds.unfold(text) if folds.has_leading_paste(text) else "")
        if notice := paste_notice(whole):
            self._session.screen.notice(notice)
        return folds.to_entry(text)

    def _wrap_accept_handler(self, prompt: PromptSession[str]) -> None:
        """Escape a paste that would be a command, and let a message be drawn alone when it is sent.

        To lay out menus and bars too takes 0.6 ms.
        """
        buffer, alone = prompt.default_buffer, Layout(prompt.layout.current_window)
        accept = buffer.accept_handler

        def accept_message(buffer: Buffer) -> bool:
            prompt.app.layout = alone
            text = buffer.text
            if self._paste_tracker.is_pasted() and (entry := escape(text)) != text:
                buffer.text, self._raw_paste = entry, text  # so it enters the history, too
            return accept is not None and accept(buffer)

        buffer.accept_handler = accept_message

    def _theme(self) -> str:
        try:
            return self._session.screen.theme()
        except UsageError:  # there are no colours
            return MONO_THEME

    def _toolbar_fragments(self) -> StyleAndTextTuples:
        if self._hint or self._toolbar is None:
            return [("class:toolbar", self._hint)]
        return [*self._toolbar.fragments(self._prompt.app.output.get_size().columns)]

    def _set_hint(self, hint: str) -> None:
        self._hint = hint

    def _insert_typeahead(self) -> None:
        """Let what was typed while an answer came stand on this prompt; Enter sends it."""
        typed = self._read_typeahead()
        if not typed:
            return
        pressed: list[KeyPress] = []
        parser = KeyParser(pressed.append)
        parser.feed(typed.decode("utf-8", "replace"))
        parser.flush()
        reports = {Keys.CPRResponse, Keys.Ignore}
        store_typeahead(self._prompt.input, [key for key in pressed if key.key not in reports])


def _continuation(width: int, _line: int, soft_wrap: int) -> StyleAndTextTuples:
    """What stands before a further line: nothing before the rest of a wrapped one."""
    return [("", " " * width)] if soft_wrap else [("class:continuation", "… ")]


class KeyParser(Vt100Parser):
    """Keys out of characters; late replies of the terminal are no keys."""

    def __init__(self, on_key: Callable[[KeyPress], None]) -> None:
        """Give each key to `pressed`."""
        super().__init__(on_key)
        self._partial = ""  # of a reply

    def feed(self, data: str) -> None:
        """Take in what came."""
        text = re.sub(_TERMINAL_REPLY, "", self._partial + data)
        partial = re.search(_PARTIAL_REPLY, text)
        self._partial = ""  # for a paste in the text is followed by a call of this
        super().feed(text[: partial.start()] if partial else text)
        self._partial = partial[0] if partial else ""
