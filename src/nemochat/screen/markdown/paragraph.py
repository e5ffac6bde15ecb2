"""Growing paragraph or heading: which of its rows are final."""

from __future__ import annotations

from nemochat.screen.markdown.containers import Margin
from nemochat.screen.markdown.inline import Outlook, RenderOptions, parse
from nemochat.screen.text.spans import Row, Span, row
from nemochat.screen.text.wrap import lay_out, wrap

_PORTION = 2_000  # characters that are parsed at once
_PATIENCE = 64  # characters before the settled part is searched again


class Paragraph:
    """Paragraph or heading whose rows become final one by one."""

    def __init__(self, margin: Margin, setting: RenderOptions, style: str = "") -> None:
        self.margin = margin
        self._setting = setting
        self._style = style
        self._spans: list[Span] = []  # settled, in the open row
        self._rest = ""  # not settled
        self._before = ""  # the character before the rest
        self._blanks = ""  # at the end of the source, which count if text follows
        self._due = _PATIENCE
        self._begun = False  # whether rows were returned

    @property
    def is_empty(self) -> bool:
        """Return whether it has no text."""
        return not (self._rest or self._before)

    def begin_line(self, text: str) -> list[Row]:
        """Begin a line of source; return the rows that became final."""
        if not self.is_empty:
            self._rest += "\n"
        self._blanks = ""
        return self.add(text.lstrip(" \t"))

    def add(self, text: str) -> list[Row]:
        """Continue the line; return the rows that became final."""
        text = self._blanks + text.replace("\t", " ")
        content = text.rstrip(" ")
        self._blanks = text[len(content) :]
        final: list[Row] = []
        for at in range(0, len(content), _PORTION):
            self._rest += content[at : at + _PORTION]
            if len(self._rest) >= self._due:
                final += self._settle()
        return final

    def live(self, extra: str = "") -> list[Row]:
        """Return the rows that are not final, with more source; open constructs seem closed."""
        return self._rows(extra, Outlook.HOPEFUL)

    def finish(self, extra: str = "", outlook: Outlook = Outlook.ENDED) -> list[Row]:
        """Return the rows that are not final, with more source, if the paragraph ends here."""
        return self._rows(extra, outlook)

    def _rows(self, extra: str, outlook: Outlook) -> list[Row]:
        rest = self._rest
        extra = extra.replace("\t", " ")
        if extra:
            rest += extra if self.is_empty else f"\n{extra}"
        elif outlook is Outlook.HOPEFUL:
            rest += self._blanks
        parsed = parse(rest, self._before, self._style, self._setting, outlook)
        spans = [*self._spans, *parsed.spans]
        margin = self.margin
        return lay_out(spans, margin.columns, margin.first, margin.rest, begun=self._begun)

    def _settle(self) -> list[Row]:
        parsed = parse(self._rest, self._before, self._style, self._setting, Outlook.OPEN)
        settled = parsed.settled
        if settled:
            self._before = self._rest[settled - 1]
            self._rest = self._rest[settled:]
            self._spans += parsed.spans
        # Growing by half keeps the work proportional to the text.
        self._due = len(self._rest) + max(_PATIENCE, len(self._rest) // 2)
        *final, self._spans = wrap(self._spans, self.margin.columns)
        self._begun = self._begun or bool(final)
        return [row((*self.margin.take(), *part)) for part in final]
