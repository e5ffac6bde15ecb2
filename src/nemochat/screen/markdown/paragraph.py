"""A growing paragraph or heading: which of its rows are final."""

from __future__ import annotations

from nemochat.screen.markdown.containers import Margin
from nemochat.screen.markdown.inline import parse
from nemochat.screen.markdown.options import Outlook, RenderOptions
from nemochat.screen.text.spans import Row, Span, row
from nemochat.screen.text.wrap import lay_out, wrap

_PORTION = 2_000  # characters that are read at once, so that a line of megabytes is no burden
_PATIENCE = 64  # characters that come before the settled part is looked for again


class Paragraph:
    """A paragraph or a heading: its source goes in, its rows come out when they are final."""

    def __init__(self, margin: Margin, setting: RenderOptions, style: str = "") -> None:
        self.margin = margin
        self._setting = setting
        self._style = style
        self._spans: list[Span] = []  # settled, of the row that is open
        self._rest = ""  # not settled
        self._before = ""  # the character in front of the rest
        self._blanks = ""  # at the end of the source: they count if something follows in the line
        self._due = _PATIENCE
        self._begun = False  # whether rows were given
        # A paragraph that waits for what the next line is would be laid out at each of its tokens.
        self._asked: tuple[str, Outlook, int] | None = None
        self._answer: list[Row] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing came yet."""
        return not (self._rest or self._before)

    def begin_line(self, text: str) -> list[Row]:
        """Begin a line of source; returns rows that became final."""
        if not self.is_empty:
            self._rest += "\n"
        self._blanks = ""
        return self.add(text.lstrip(" \t"))

    def add(self, text: str) -> list[Row]:
        """Go on with the line; returns rows that became final."""
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
        """The rows that are not final, with more lines of source, what is open hopefully closed."""
        return self._rows(extra, Outlook.HOPEFUL)

    def finish(self, extra: str = "", outlook: Outlook = Outlook.ENDED) -> list[Row]:
        """The rows that are not final, if the paragraph ends here, with more lines of source."""
        return self._rows(extra, outlook)

    def _rows(self, extra: str, outlook: Outlook) -> list[Row]:
        rest = self._rest
        extra = extra.replace("\t", " ")
        if extra:
            rest += extra if self.is_empty else f"\n{extra}"
        elif outlook is Outlook.HOPEFUL:
            rest += self._blanks
        key = rest, outlook, self.margin.columns
        if key != self._asked:
            parsed = parse(rest, self._before, self._style, self._setting, outlook)
            spans = [*self._spans, *parsed.spans]
            margin = self.margin
            self._asked = key
            self._answer = lay_out(
                spans, margin.columns, margin.first, margin.rest, begun=self._begun
            )
        return list(self._answer)

    def _settle(self) -> list[Row]:
        parsed = parse(self._rest, self._before, self._style, self._setting, Outlook.OPEN)
        settled = parsed.settled
        if settled:
            self._before = self._rest[settled - 1]
            self._rest = self._rest[settled:]
            self._spans += parsed.spans
        self._asked = None
        # Looked at again when there is half as much more: the work stays in proportion.
        self._due = len(self._rest) + max(_PATIENCE, len(self._rest) // 2)
        *final, self._spans = wrap(self._spans, self.margin.columns)
        self._begun = self._begun or bool(final)
        return [row((*self.margin.take(), *part)) for part in final]
