"""Line editor of the chat."""

from __future__ import annotations

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
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.keys import Keys

from nemochat.errors import UsageError
from nemochat.repl.entry import escape, paste_notice
from nemochat.repl.prompt.appearance import EmojiProcessor, MessageLexer, prompt_style
from nemochat.repl.prompt.completer import MessageCompleter, is_completable
from nemochat.repl.prompt.history import ChatHistory, HistorySuggester
from nemochat.repl.prompt.key_bindings import OPEN_EDITOR, create_bindings
from nemochat.repl.prompt.lines import PROMPT, read_reply
from nemochat.repl.prompt.paste import BurstReader, KeyParser, PasteTracker
from nemochat.repl.prompt.toolbar import Toolbar
from nemochat.repl.session import Session
from nemochat.signals import SUSPEND, PromptSignals, stop_job

ACCESSIBLE_PROMPT = "You: "
MONO_THEME = "mono"
SECONDS_TO_SETTLE = 0.1  # from the first prompt until anything else is loaded
MENU_ROWS = 8  # for the message and the completions below it
OTHER_ROWS = 2  # for the toolbar and a row of the conversation
ESCAPE_TIMEOUT = 0.05  # seconds, after which Esc is a key of its own


class Editor:
    """Line editor that reads one message at a time.

    Attributes:
        session: The chat.
        tracker: The origin of the text on the prompt.
        is_drawn: Whether the current prompt is on the screen; keys before that are typed ahead.
    """

    tracker: PasteTracker

    def __init__(
        self,
        session: Session,
        history: Path | None,
        *,
        accessible: bool = False,
        after_draw: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the editor.

        Args:
            session: The chat.
            history: The history file, or None to keep no history.
            accessible: Whether a screen reader reads the prompt: nothing then appears unasked.
            after_draw: Called in a thread once the first prompt is drawn.
        """
        self.session = session
        self.is_drawn = False
        self._runner = Runner()  # one event loop for all prompts: creating one takes milliseconds
        self._toolbar: Toolbar | None = None if accessible else Toolbar(session)
        self._hint = ""
        self._raw_paste = ""  # the paste that was escaped, because it would be a command
        self._prompt_text = ACCESSIBLE_PROMPT if accessible else PROMPT
        self._parser = KeyParser(lambda _: None)
        self._after_draw: Callable[[], None] | None = after_draw
        self._prompt = self._create_prompt(history)

    def _create_prompt(self, path: Path | None) -> PromptSession[str]:
        history, is_visual = ChatHistory(self.session, path), self._toolbar is not None
        vi = self.session.factory.config.text("editing_mode") == "vi"
        prompt: PromptSession[str] = PromptSession(
            history=history,
            completer=MessageCompleter(self.session),
            complete_while_typing=Condition(
                lambda: is_visual and is_completable(buffer.document.text_before_cursor)
            ),
            auto_suggest=HistorySuggester(history) if is_visual else None,
            key_bindings=create_bindings(self),
            editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
            multiline=True,
            prompt_continuation=_continuation,
            lexer=MessageLexer(self.session.pastes),
            input_processors=[EmojiProcessor()],
            bottom_toolbar=self._toolbar_fragments if is_visual else None,
        )
        buffer, app = prompt.default_buffer, prompt.app
        self.tracker = PasteTracker(buffer)
        # PromptSession offers either this or completion while typing, because both use the arrows.
        buffer.enable_history_search = Condition(lambda: True)
        buffer.on_text_changed += lambda _: self.set_hint("")
        if vi:  # elsewhere Esc alone does nothing, and a slow line may split other keys
            app.ttimeoutlen = ESCAPE_TIMEOUT
        if isinstance(prompt.input, Vt100Input):
            self._read_bursts(prompt.input)
        app.renderer.cpr_not_supported_callback = None  # its warning helps nobody
        self._wrap_accept_handler(prompt)

        def leave_room(_: object) -> None:  # a low terminal would show "Window too small..."
            rows = prompt.output.get_size().rows
            prompt.reserve_space_for_menu = max(0, min(MENU_ROWS, rows - OTHER_ROWS))

        app.before_render += leave_room
        app.after_render += self._note_drawn
        return prompt

    def _read_bursts(self, terminal: Vt100Input) -> None:
        terminal.stdin_reader = BurstReader(terminal.fileno(), encoding=terminal.stdin.encoding)
        self._parser = KeyParser(terminal.vt100_parser.feed_key_callback)
        terminal.vt100_parser = self._parser

    def _note_drawn(self, _: object) -> None:
        self.is_drawn = True
        if self._after_draw is not None:
            waiting = Timer(SECONDS_TO_SETTLE, self._after_draw)
            waiting.daemon = True
            waiting.start()
            self._after_draw = None

    def read_message(self) -> str:
        """Return the next entry.

        Raises:
            UsageError: The user's editor failed; the next prompt shows the text again.
            EOFError: Ctrl-D on an empty prompt.
        """
        keyboard = self.session.screen.keyboard
        keyboard.listen()  # the prompt leaves the terminal as it finds it
        if self._toolbar is not None:
            self._toolbar.refresh()
        self._hint = ""
        self._prompt.style, self._prompt.color_depth = prompt_style(self._theme())
        self._insert_typeahead()
        session, words = self.session, FormattedText([("class:prompt", self._prompt_text)])
        app, buffer = self._prompt.app, self._prompt.default_buffer
        content: str | Document = session.draft
        session.draft = ""
        while True:
            app.erase_when_done = False
            app.layout.focus(buffer)  # the last prompt may have ended in a search
            self.tracker.begin(content if isinstance(content, str) else content.text)
            self._raw_paste, self.is_drawn = "", False
            try:
                with PromptSignals(app) as signals:
                    coroutine = self._prompt.prompt_async(
                        words,
                        default=content,
                        pre_run=signals.handle_pending_signal,
                        handle_sigint=False,
                    )
                    text = self._runner.run(coroutine)
            finally:
                keyboard.listen()  # the prompt has turned bracketed paste off
            content = buffer.document
            if text == SUSPEND:
                if not signals.was_continued:
                    stop_job()
            elif text == OPEN_EDITOR:
                session.draft = content.text  # kept if the editor fails
                self.tracker.unfold(session.pastes)
                edited = session.edit_text(session.pastes.unfold(content.text))
                content, session.draft = session.pastes.refold(edited), ""
            else:
                return self._finish_entry(text)

    def read_reply(self, question: str) -> str:
        """Return the reply to a question, or "" for Ctrl-C and Ctrl-D."""
        with self.session.screen.keyboard.lend():
            return read_reply(question)

    def set_hint(self, hint: str) -> None:
        """Show a hint in place of the toolbar, until the text changes."""
        self._hint = hint

    def _finish_entry(self, text: str) -> str:
        """Return the entry for the text on the prompt; say so if a paste looks like a command."""
        pastes = self.session.pastes
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        pasted = self._raw_paste or (pastes.unfold(text) if pastes.has_leading_paste(text) else "")
        if notice := paste_notice(pasted):
            self.session.screen.notice(notice)
        return pastes.to_entry(text)

    def _wrap_accept_handler(self, prompt: PromptSession[str]) -> None:
        """Escape a paste that would be a command."""
        accept = prompt.default_buffer.accept_handler

        def accept_message(buffer: Buffer) -> bool:
            text = buffer.text
            if self.tracker.is_pasted() and (entry := escape(text)) != text:
                buffer.text, self._raw_paste = entry, text  # the history keeps the entry
            return accept is not None and accept(buffer)

        prompt.default_buffer.accept_handler = accept_message

    def _theme(self) -> str:
        try:
            return self.session.screen.theme()
        except UsageError:  # a view without colours
            return MONO_THEME

    def _toolbar_fragments(self) -> StyleAndTextTuples:
        if self._hint or self._toolbar is None:
            return [("class:toolbar", self._hint)]
        return [*self._toolbar.fragments(self._prompt.app.output.get_size().columns)]

    def _insert_typeahead(self) -> None:
        """Put what was typed during the last answer on this prompt."""
        keys = self._parser.parse(self.session.screen.take_typed())
        replies = {Keys.CPRResponse, Keys.Ignore}
        store_typeahead(self._prompt.input, [key for key in keys if key.key not in replies])


def _continuation(width: int, _line: int, soft_wrap: int) -> StyleAndTextTuples:
    """Return what precedes a further line; the rest of a wrapped line is only indented."""
    return [("", " " * width)] if soft_wrap else [("class:continuation", "… ")]
