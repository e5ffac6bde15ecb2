"""The line editor: one message at a time from the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from nemochat.errors import UsageError
from nemochat.repl.entry import escape, paste_notice
from nemochat.repl.lines import PROMPT, typed
from nemochat.repl.provenance import Provenance
from nemochat.repl.session import Session

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.document import Document
    from prompt_toolkit.formatted_text import StyleAndTextTuples

    from nemochat.repl.toolbar import Toolbar

SPOKEN_PROMPT = "You: "
COLOURLESS = "mono"  # a theme
SECONDS_TO_SETTLE = 0.1  # the first prompt is whole before anything else is loaded
MENU_ROWS = 8  # of the message and what is offered below it
OTHER_ROWS = 2  # the toolbar's, and one that shows what was said
SECONDS_OF_ESCAPE = 0.05  # after which an Esc is no beginning of another key's sequence


class Editor:
    """Reads one message at a time from the terminal."""

    def __init__(
        self,
        session: Session,
        history: Path | None,
        typed: Callable[[], bytes] = bytes,
        *,
        accessible: bool = False,
        drawn: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the editor.

        Args:
            session: The chat.
            history: The file of what was typed; None keeps none.
            typed: What was typed since the last prompt, and stands on the next one.
            accessible: Whether the prompt is read aloud: nothing is then offered unasked.
            drawn: Called in a thread once the first prompt stands there.
        """
        from asyncio import Runner

        from nemochat.repl.toolbar import Toolbar

        self._runner = Runner()  # one loop for all prompts: a new one takes as long as to ask
        self._session = session
        self._typed = typed
        self._toolbar: Toolbar | None = None if accessible else Toolbar(session)
        self._hint = ""
        self._escaped = ""  # the paste that was sent as a message, though it is no such entry
        self._words = SPOKEN_PROMPT if accessible else PROMPT
        self._prompt = self._made(history)
        self._once_drawn(drawn)

    def _once_drawn(self, then: Callable[[], None]) -> None:
        app = self._prompt.app

        def begin(_: object) -> None:
            app.after_render -= begin
            waiting = Timer(SECONDS_TO_SETTLE, then)
            waiting.daemon = True
            waiting.start()

        app.after_render += begin

    def _made(self, path: Path | None) -> PromptSession[str]:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.enums import EditingMode
        from prompt_toolkit.filters import Condition

        from nemochat.repl.appearance import OneWidth, Typed
        from nemochat.repl.arriving import Arriving
        from nemochat.repl.completion import Commands, expected
        from nemochat.repl.history import Kept, Suggesting
        from nemochat.repl.keys import keys

        history, shown = Kept(self._session, path), self._toolbar is not None
        vi = self._session.connector.config.text("editing_mode") == "vi"
        prompt: PromptSession[str] = PromptSession(
            history=history,
            completer=Commands(self._session),
            complete_while_typing=Condition(
                lambda: shown and expected(buffer.document.text_before_cursor)
            ),
            auto_suggest=Suggesting(history) if shown else None,
            key_bindings=keys(self._session, lambda: self._provenance, self._hinted),
            editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
            multiline=True,
            prompt_continuation=_continuation,
            lexer=Typed(self._session.folds),
            input_processors=[OneWidth()],
            bottom_toolbar=self._told if shown else None,
        )
        buffer = prompt.default_buffer
        self._provenance = Provenance(buffer)
        # PromptSession takes either this or completion while typing, for both want the arrows.
        buffer.enable_history_search = Condition(lambda: True)
        buffer.on_text_changed += lambda _: self._hinted("")
        if vi:  # elsewhere a lone Esc does nothing, and a slow line may part longer keys
            prompt.app.ttimeoutlen = SECONDS_OF_ESCAPE
        if sys.platform != "win32":
            from prompt_toolkit.input.vt100 import Vt100Input

            if isinstance(prompt.input, Vt100Input):
                parser = prompt.input.vt100_parser
                prompt.input.vt100_parser = Arriving(parser.feed_key_callback)
        prompt.app.renderer.cpr_not_supported_callback = None  # its warning helps nobody
        self._accept_plainly(prompt)

        def leave_room(_: object) -> None:  # else all gives way to "Window too small..."
            rows = prompt.output.get_size().rows
            prompt.reserve_space_for_menu = max(0, min(MENU_ROWS, rows - OTHER_ROWS))

        prompt.app.before_render += leave_room
        return prompt

    def message(self) -> str:
        """The next message.

        Raises:
            UsageError: the person's own editor failed; the text stands on the next prompt.
            EOFError: Ctrl-D on an empty line, which leaves.
        """
        from prompt_toolkit.formatted_text import FormattedText

        from nemochat.repl.appearance import looks
        from nemochat.repl.keys import OPEN_EDITOR
        from nemochat.repl.signals import SUSPEND, Signals, stop

        keyboard = self._session.screen.keyboard
        keyboard.listen()  # the prompt, when it ends, leaves the terminal as it finds it
        if self._toolbar is not None:
            self._toolbar.refresh()
        self._hint = ""
        self._prompt.style, self._prompt.color_depth = looks(self._theme())
        self._type_ahead()
        session, words = self._session, FormattedText([("class:prompt", self._words)])
        app, buffer = self._prompt.app, self._prompt.default_buffer
        stands: str | Document = session.draft
        session.draft = ""
        while True:
            app.erase_when_done, app.layout = False, self._prompt.layout
            app.layout.focus(buffer)  # a search may have been left
            self._provenance.begin(stands if isinstance(stands, str) else stands.text)
            self._escaped = ""
            try:
                with Signals(app) as signals:
                    asked = self._prompt.prompt_async(
                        words, default=stands, pre_run=signals.begun, handle_sigint=False
                    )
                    text = self._runner.run(asked)
            finally:
                keyboard.listen()  # the prompt marks no pastes any more
            stands = buffer.document
            if text == SUSPEND:
                if not signals.continued:
                    stop()
            elif text == OPEN_EDITOR:
                session.draft = stands.text  # where the editor fails, it stays
                self._provenance.unfold(session.folds)
                after = session.edited(session.folds.whole(stands.text))
                stands, session.draft = session.folds.refolded(after), ""
            else:
                return self._entry(text)

    def reply(self, question: str) -> str:
        """A line that answers a question of ours; "" if the person would not say."""
        try:
            with self._session.screen.keyboard.lent():
                return typed(f"{question} ").strip()
        except (EOFError, KeyboardInterrupt):
            return ""

    def _entry(self, text: str) -> str:
        """Return the entry for what stands on the prompt: pastes whole, and never a command."""
        folds = self._session.folds
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        whole = self._escaped or (folds.whole(text) if folds.begins(text) else "")
        if notice := paste_notice(whole):
            self._session.screen.notice(notice)
        return folds.entry(text)

    def _accept_plainly(self, prompt: PromptSession[str]) -> None:
        """Escape a paste that would be a command, and let a message be drawn alone when it is sent.

        To lay out menus and bars too takes 0.6 ms.
        """
        from prompt_toolkit.layout import Layout

        buffer, alone = prompt.default_buffer, Layout(prompt.layout.current_window)
        accept = buffer.accept_handler

        def accepted(buffer: Buffer) -> bool:
            prompt.app.layout = alone
            text = buffer.text
            if self._provenance.is_pasted() and (entry := escape(text)) != text:
                buffer.text, self._escaped = entry, text  # so it enters the history, too
            return accept is not None and accept(buffer)

        buffer.accept_handler = accepted

    def _theme(self) -> str:
        try:
            return self._session.screen.theme()
        except UsageError:  # there are no colours
            return COLOURLESS

    def _told(self) -> StyleAndTextTuples:
        if self._hint or self._toolbar is None:
            return [("class:toolbar", self._hint)]
        return [*self._toolbar.fragments(self._prompt.app.output.get_size().columns)]

    def _hinted(self, hint: str) -> None:
        self._hint = hint

    def _type_ahead(self) -> None:
        """Let what was typed while an answer came stand on this prompt; Enter sends it."""
        from prompt_toolkit.input.typeahead import store_typeahead
        from prompt_toolkit.key_binding import KeyPress
        from prompt_toolkit.keys import Keys

        from nemochat.repl.arriving import Arriving

        pressed: list[KeyPress] = []
        parser = Arriving(pressed.append)
        parser.feed(self._typed().decode("utf-8", "replace"))
        parser.flush()
        reports = {Keys.CPRResponse, Keys.Ignore}
        store_typeahead(self._prompt.input, [key for key in pressed if key.key not in reports])


def _continuation(width: int, line: int, soft_wrap: int) -> StyleAndTextTuples:  # noqa: ARG001 - prompt_toolkit's
    """What stands before a further line: nothing before the rest of a wrapped one."""
    return [("", " " * width)] if soft_wrap else [("class:continuation", "… ")]
