"""Toolbar below the prompt: model, context, cost and unusual settings, as far as they fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nemochat.config.endpoints import GUIDE
from nemochat.core.ledger import add_up, format_money
from nemochat.core.messages import Role
from nemochat.core.parameters import format_as_input
from nemochat.core.prompt import WINDOW, estimate_used
from nemochat.core.text import count_noun
from nemochat.repl.session import Session
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.screen.text.width import clusters, text_width

Fragments = list[tuple[str, str]]

DIM, STRONG, FULL = "class:toolbar", "class:toolbar.strong", "class:toolbar.full"
SEPARATOR = " · "
BAR_COLUMNS = 10
NEARLY_FULL = 0.8  # share of the context
MAX_NAME_COLUMNS = 30
_RANKS = range(10, 0, -1)


class ToolbarState(NamedTuple):
    """Contents of the toolbar.

    Attributes:
        model: The model; "" for the guide.
        context_tokens: The size of the conversation.
        turn_cost: US dollars of the last answer, if known.
        cost: US dollars of the conversation, if known.
        parameters: The parameters that are set, as typed.
    """

    model: str
    endpoint: str
    profile: str = ""
    context_tokens: int = 0
    turn_cost: float | None = None
    cost: float | None = None
    parameters: tuple[str, ...] = ()
    private: bool = False
    multiline: bool = False
    attachment_count: int = 0


class _Part(NamedTuple):
    """A part of the toolbar in ever shorter variants, each with a rank.

    Of all variants up to a rank, the first is shown; rank 1 is the last to disappear.
    """

    style: str
    variants: tuple[tuple[int, str], ...]

    def text_at(self, rank: int) -> str:
        """Return the longest variant up to a rank, or ""."""
        return next((text for least, text in self.variants if least <= rank), "")


class Toolbar:
    """Toolbar of a chat, computed once per prompt."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sums_key: tuple[object, ...] = ()
        self._sums: tuple[int, float | None, float | None] = (0, None, None)
        self._state: ToolbarState | None = None

    def refresh(self) -> None:
        """Collect the state of the chat for a new prompt."""
        self._state = self._collect_state()

    def fragments(self, width: int) -> Fragments:
        """Return the toolbar for a terminal of this width, in prompt_toolkit's styles."""
        return lay_out(self._state, width) if self._state is not None else []

    def _collect_state(self) -> ToolbarState:
        session, settings = self._session, self._session.settings
        tokens, turn, cost = self._sum_usage()
        return ToolbarState(
            model="" if settings.endpoint == GUIDE else settings.model,
            endpoint=session.factory.display_address(settings.endpoint),
            profile=settings.profile,
            context_tokens=tokens,
            turn_cost=turn,
            cost=cost,
            parameters=tuple(
                f"{name} {format_as_input(v)}" for name, v in settings.parameters.items()
            ),
            private=session.is_private,
            multiline=session.multiline,
            attachment_count=len(session.attachments),
        )

    def _sum_usage(self) -> tuple[int, float | None, float | None]:
        """Return the tokens of the context, and the cost of the last answer and of all."""
        conversation = self._session.chat.conversation
        system = conversation.settings.system
        key = (conversation, conversation.head, len(conversation.nodes), system)
        if key != self._sums_key:
            last = conversation.last(Role.ASSISTANT)
            self._sums = (
                estimate_used(system, conversation.messages()),
                add_up([last.message]).cost if last else None,
                add_up(node.message for node in conversation.nodes.values()).cost,
            )
            self._sums_key = key
        return self._sums


def lay_out(state: ToolbarState, width: int) -> Fragments:
    """Return the toolbar in fewer than `width` columns, without the least important parts."""
    parts = list(_list_parts(state))
    shown: list[tuple[str, str]] = []
    for rank in _RANKS:
        shown = [(part.style, text) for part in parts if (text := part.text_at(rank))]
        if sum(text_width(text) for _, text in shown) + len(SEPARATOR) * (len(shown) - 1) < width:
            break
    else:
        shown = [(style, _truncate(text, width - 1)) for style, text in shown[:1]]
    fragments: Fragments = []
    for style, text in shown:
        fragments += [(DIM, SEPARATOR)] if fragments else []
        fragments.append((style, text))
    return fragments


def _list_parts(state: ToolbarState) -> Iterator[_Part]:
    if state.private:
        yield _Part(STRONG, ((1, "private"),))
    if state.multiline:
        yield _Part(STRONG, ((6, "multiline: Alt-Enter sends"), (3, "multiline")))
    if count := state.attachment_count:
        yield _Part(STRONG, ((5, f"{count_noun(count, 'attachment')}"), (4, f"+{count}")))
    yield _model_part(state)
    if state.profile:
        yield _Part(DIM, ((6, _shorten_name(state.profile)),))
    yield _context_part(state)
    if state.cost is not None:
        yield _cost_part(state.cost, state.turn_cost)
    if state.parameters:
        values = sanitize_line(", ".join(state.parameters), 80)
        count = len(state.parameters)
        yield _Part(DIM, ((9, values), (7, f"{count_noun(count, 'parameter')} set")))


def _model_part(state: ToolbarState) -> _Part:
    name, endpoint = _shorten_name(state.model.rpartition("/")[2]), _shorten_name(state.endpoint)
    if not name:
        return _Part(DIM, ((8, f"the embedded {endpoint}"), (4, endpoint)))
    return _Part(DIM, ((8, f"{name} at {endpoint}"), (5, name), (4, _truncate(name, 13))))


def _context_part(state: ToolbarState) -> _Part:
    share = state.context_tokens / WINDOW
    filled = min(round(share * BAR_COLUMNS), BAR_COLUMNS)
    bar = "█" * filled + "░" * (BAR_COLUMNS - filled)
    percent = "<1%" if 0 < share * 100 < 1 else f"{share:.0%}"
    tokens = f"{state.context_tokens:,} of {WINDOW:,} tokens"
    style = FULL if share >= NEARLY_FULL else DIM
    return _Part(
        style,
        (
            (10, f"{bar} {tokens}"),
            (9, f"{bar} {percent}"),
            (2, f"{percent} of context"),
            (1, percent),
        ),
    )


def _cost_part(cost: float, turn_cost: float | None) -> _Part:
    total = format_money(cost)
    if turn_cost is None or turn_cost == cost:
        return _Part(DIM, ((7, total),))
    return _Part(DIM, ((8, f"{format_money(turn_cost)}, {total} in total"), (7, total)))


def _shorten_name(text: str) -> str:
    return _truncate(sanitize_line(text, 200), MAX_NAME_COLUMNS)


def _truncate(text: str, most: int) -> str:
    """Return a text in at most so many columns."""
    if text_width(text) <= most:
        return text
    kept, room = "", most - 1
    for part, width in clusters(text):
        room -= width
        if room < 0:
            break
        kept += part
    return f"{kept}…" if most > 0 else ""
