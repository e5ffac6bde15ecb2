"""Answers, notices and tables on a terminal. The only door to rich.

A streamed answer is shown as Markdown while it comes: blocks that are finished are printed once and
stay in the terminal's scrollback, only the block still open is painted again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nemochat.core.messages import Delta, Ending, Message
from nemochat.errors import EndpointError
from nemochat.screen.safe import harmless, harmless_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

SECONDS_A_FRAME = 0.05


class Terminal:
    """Paints answers as they come, and all else between them."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console: Console = Console(highlight=False, markup=False, emoji=False)
        self._live: Live | None = None
        self._open = ""
        self._painted = 0.0
        self._candidate = 0

    def follow(self, deltas: Iterator[Delta]) -> Iterator[Delta]:
        """Pass the deltas on; whatever happens, the terminal is left as it was."""
        try:
            yield from deltas
        finally:
            self._finish()

    def write(self, delta: Delta) -> None:
        """Show more of the answer, at most twenty times a second."""
        if not delta.text:
            return
        if delta.candidate != self._candidate:
            self._finish()
            self._candidate = delta.candidate
            self._console.rule(style="dim")
        self._open += delta.text
        now = time.monotonic()
        if now - self._painted >= SECONDS_A_FRAME:
            self._paint()
            self._painted = now

    def settle(self, answers: list[Message]) -> None:
        """Show the rest, and how the answer ended if it is not whole."""
        self._finish()
        self._candidate = 0
        for answer in answers:
            if answer.outcome:
                self._console.print(f"[{answer.outcome}]", style="yellow")
            elif answer.ending is Ending.COMPLETE and answer.empty:
                self.notice("the answer is empty")
        self._console.print()

    def wait(self, seconds: float, error: EndpointError) -> None:
        """Count down to the next try."""
        line = harmless_line(error.sentence, 200)
        with self._console.status(line, spinner="dots") as status:
            deadline = time.monotonic() + seconds
            while (left := deadline - time.monotonic()) > 0:
                status.update(f"{line}; trying again in {left:.0f} s (Ctrl-C stops)")
                time.sleep(min(left, 0.25))

    def notice(self, text: str) -> None:
        """Tell something that is not the answer."""
        self._console.print(harmless_line(text, 300), style="yellow")

    def asked(self, text: str) -> None:
        """Show a question that nobody typed here."""
        self._console.print(f"> {harmless(text)}", style="bold")
        self._console.print()

    def show(self, markdown: str) -> None:
        """Show a text of our own, or of a stored conversation, as Markdown."""
        self._print(markdown)
        self._console.print()

    def _paint(self) -> None:
        """Print the blocks that are finished, and the open one over its last picture."""
        finished, self._open = split(self._open)
        if finished:
            self._stop()
            self._print(finished)
            self._console.print()
        if self._open.strip():
            self._live_tail()

    def _live_tail(self) -> None:
        from rich.live import Live

        if self._live is None:
            self._live = Live(
                console=self._console, transient=True, auto_refresh=False, vertical_overflow="crop"
            )
            self._live.start()
        self._live.update(self._tail(), refresh=True)

    def _tail(self) -> RenderableType:
        """The last rows of the open block, as many as fit above the cursor."""
        from rich.console import Group
        from rich.segment import Segment, Segments

        options = self._console.options.update(width=self._console.width)
        rows = self._console.render_lines(_markdown(self._open), options, pad=False)
        kept = rows[-max(self._console.height - 2, 1) :]
        return Group(*(Segments([*row, Segment.line()]) for row in kept))

    def _finish(self) -> None:
        self._stop()
        if self._open.strip():
            self._print(self._open)
        self._open = ""

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _print(self, markdown: str) -> None:
        self._console.print(_markdown(markdown))


def _markdown(text: str) -> RenderableType:
    from rich.markdown import Markdown

    return Markdown(harmless(text), code_theme="ansi_dark", hyperlinks=False)


def split(text: str) -> tuple[str, str]:
    """The top-level blocks that can no longer change, and the last one, which still can."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt().enable("table")
    starts = [t.map[0] for t in parser.parse(text) if t.map and t.level == 0 and t.nesting >= 0]
    if len(starts) < 2:  # noqa: PLR2004 - one block is the open one
        return "", text
    lines = text.splitlines(keepends=True)
    return "".join(lines[: starts[-1]]), "".join(lines[starts[-1] :])
