"""Toolbar below the prompt: model, context, cost, and what is unusual, as it fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nemochat.config.endpoints import GUIDE
from nemochat.core.ledger import add_up, format_money
from nemochat.core.messages import Role
from nemochat.core.parameters import format_as_input
from nemochat.core.prompt import WINDOW, estimate_used
from nemochat.repl.session import Session
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.screen.text.width import clusters, text_width

Fragments = list[tuple[str, str]]

DIM, STRONG, FULL = "class:toolbar", "class:toolbar.strong", "class:toolbar.full"
SEPARATOR = " · "
BAR_COLUMNS = 10  # columns
NEARLY_FULL = 0.8  # of the context
MAX_NAME_COLUMNS = 30  # columns of a model's name


class ToolbarState(NamedTuple):
    """What the toolbar tells.

    Attributes:
        model: The one that is asked; "" where none is.
        context_tokens: Tokens of the context that are taken.
        turn_cost: US dollars of the last answer; None where the endpoint told none.
        cost: The same of the whole conversation.
        parameters: Parameters that are set, as they are typed.
        attachment_count: How many texts go with the next question.
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
    """A part of the toolbar: the same in ever fewer words, each with a rank.

    The words of the highest rank that there is room for are shown; 1 is what goes last.
    """

    style: str
    variants: tuple[tuple[int, str], ...]

    def text_at(self, rank: int) -> str:
        """The fullest words of no higher rank than this, or ""."""
        return next((text for least, text in self.variants if least <= rank), "")


_RANKS = range(10, 0, -1)


class Toolbar:
    """The toolbar of a chat: looked up once a prompt, laid out once a width."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sums_key: tuple[object, ...] = ()
        self._sums: tuple[int, float | None, float | None] = (0, None, None)
        self._state: ToolbarState | None = None
        self._layout: tuple[int, Fragments] = (0, [])

    def refresh(self) -> None:
        """Look again at the chat: a prompt begins."""
        self._state = self._collect_state()
        self._layout = (0, [])

    def fragments(self, width: int) -> Fragments:
        """What is shown in so many columns, in prompt_toolkit's styles."""
        if self._state is not None and self._layout[0] != width:
            self._layout = (width, lay_out(self._state, width))
        return self._layout[1]

    def _collect_state(self) -> ToolbarState:
        session, settings = self._session, self._session.settings
        taken, turn, cost = self._sum_usage()
        return ToolbarState(
            model="" if settings.endpoint == GUIDE else settings.model,
            endpoint=session.connector.display_address(settings.endpoint),
            profile=settings.profile,
            context_tokens=taken,
            turn_cost=turn,
            cost=cost,
            parameters=tuple(
                f"{name} {format_as_input(v)}" for name, v in settings.parameters.items()
            ),
            private=session.private or session.disk_store is None,
            multiline=session.multiline,
            attachment_count=len(session.attachments),
        )

    def _sum_usage(self) -> tuple[int, float | None, float | None]:
        """Tokens of the context, dollars of the last answer and of all: counted if one came."""
        talk = self._session.chat.conversation
        counted = (talk, talk.head, len(talk.nodes), talk.settings.system)
        if counted != self._sums_key:
            said = talk.messages()
            last = talk.last(Role.ASSISTANT)
            self._sums = (
                estimate_used(talk.settings.system, said),
                add_up([last.message]).cost if last else None,
                add_up(node.message for node in talk.nodes.values()).cost,
            )
            self._sums_key = counted
        return self._sums


def lay_out(facts: ToolbarState, width: int) -> Fragments:
    """The toolbar in fewer than `width` columns; what matters least is left out first."""
    parts = list(_list_parts(facts))
    shown: list[tuple[str, str]] = []
    for rank in _RANKS:
        shown = [(part.style, text) for part in parts if (text := part.text_at(rank))]
        if sum(text_width(text) for _, text in shown) + len(SEPARATOR) * (len(shown) - 1) < width:
            break
    else:
        shown = [(style, _truncate(text, width - 1)) for style, text in shown[:1]]
    fragments: Fragments = []
    for style, text in shown:
        if fragments:
            fragments.append((DIM, SEPARATOR))
        fragments.append((style, text))
    return fragments


def _list_parts(facts: ToolbarState) -> Iterator[_Part]:
    if facts.private:
        yield _Part(STRONG, ((1, "private"),))
    if facts.multiline:
        yield _Part(STRONG, ((6, "multiline: Alt-Enter sends"), (3, "multiline")))
    if facts.attachment_count:
        texts = "1 text" if facts.attachment_count == 1 else f"{facts.attachment_count} texts"
        yield _Part(STRONG, ((5, f"{texts} attached"), (4, f"+{facts.attachment_count}")))
    yield _model_part(facts)
    if facts.profile:
        yield _Part(DIM, ((6, _shorten_name(facts.profile)),))
    yield _context_part(facts)
    if costs := _cost_part(facts):
        yield costs
    if facts.parameters:
        number = "1 parameter set" if len(facts.parameters) == 1 else f"{len(facts.parameters)} set"
        told = sanitize_line(", ".join(facts.parameters), 80)
        yield _Part(DIM, ((9, told), (7, number)))


def _model_part(facts: ToolbarState) -> _Part:
    name, endpoint = _shorten_name(facts.model.rpartition("/")[2]), _shorten_name(facts.endpoint)
    if not name:
        return _Part(DIM, ((8, f"the embedded {endpoint}"), (4, endpoint)))
    return _Part(DIM, ((8, f"{name} at {endpoint}"), (5, name), (4, _truncate(name, 13))))


def _context_part(facts: ToolbarState) -> _Part:
    share = facts.context_tokens / WINDOW
    filled = min(round(share * BAR_COLUMNS), BAR_COLUMNS)
    bar = "█" * filled + "░" * (BAR_COLUMNS - filled)
    full = "<1%" if 0 < share * 100 < 1 else f"{share:.0%}"
    count = f"{facts.context_tokens:,} of {WINDOW} tokens"
    style = FULL if share >= NEARLY_FULL else DIM
    return _Part(
        style, ((10, f"{bar} {count}"), (9, f"{bar} {full}"), (2, f"{full} of context"), (1, full))
    )


def _cost_part(facts: ToolbarState) -> _Part | None:
    if facts.cost is None:
        return None
    cost = format_money(facts.cost)
    if facts.turn_cost is None or facts.turn_cost == facts.cost:
        return _Part(DIM, ((7, cost),))
    return _Part(DIM, ((8, f"{format_money(facts.turn_cost)}, in all {cost}"), (7, cost)))


def _shorten_name(text: str) -> str:
    return _truncate(sanitize_line(text, 200), MAX_NAME_COLUMNS)


def _truncate(text: str, most: int) -> str:
    """A text in at most so many columns."""
    if text_width(text) <= most:
        return text
    kept, room = "", most - 1
    for part, width in clusters(text):
        room -= width
        if room < 0:
            break
        kept += part
    return f"{kept}…" if most > 0 else ""
