"""What stands below the prompt: the model, the context, the cost, what is unusual, as it fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nemochat.core.ledger import money, total
from nemochat.core.messages import Role
from nemochat.core.values import as_typed
from nemochat.core.window import WINDOW, used
from nemochat.repl.session import Session
from nemochat.screen.markdown.width import clusters, columns
from nemochat.screen.safe import harmless_line

Fragments = list[tuple[str, str]]

DIM, STRONG, FULL = "class:toolbar", "class:toolbar.strong", "class:toolbar.full"
SEPARATOR = " · "
BAR = 10  # columns
NEARLY_FULL = 0.8  # of the context
LONGEST_NAME = 30  # columns of a model's name


class Facts(NamedTuple):
    """What the toolbar tells.

    Attributes:
        used: Tokens of the context that are taken.
        turn: US dollars of the last answer; None where the endpoint told none.
        cost: The same of the whole conversation.
        changed: Parameters that are set, as they are typed.
        attached: How many texts go with the next question.
    """

    model: str
    endpoint: str
    profile: str = ""
    used: int = 0
    turn: float | None = None
    cost: float | None = None
    changed: tuple[str, ...] = ()
    private: bool = False
    multiline: bool = False
    attached: int = 0


class _Part(NamedTuple):
    """A part of the toolbar: the same in ever fewer words, each with a rank.

    The words of the highest rank that there is room for are shown; 1 is what goes last.
    """

    style: str
    words: tuple[tuple[int, str], ...]

    def at(self, rank: int) -> str:
        """The fullest words of no higher rank than this, or ""."""
        return next((text for least, text in self.words if least <= rank), "")


_RANKS = range(10, 0, -1)


class Toolbar:
    """The toolbar of a chat: looked up once a prompt, laid out once a width."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._counted: tuple[object, ...] = ()
        self._sums: tuple[int, float | None, float | None] = (0, None, None)
        self._facts: Facts | None = None
        self._laid_out: tuple[int, Fragments] = (0, [])

    def refresh(self) -> None:
        """Look again at the chat: a prompt begins."""
        self._facts = self._told()
        self._laid_out = (0, [])

    def fragments(self, width: int) -> Fragments:
        """What is shown in so many columns, in prompt_toolkit's styles."""
        if self._facts is not None and self._laid_out[0] != width:
            self._laid_out = (width, laid_out(self._facts, width))
        return self._laid_out[1]

    def _told(self) -> Facts:
        session, settings = self._session, self._session.settings
        taken, turn, cost = self._summed()
        return Facts(
            model=settings.model,
            endpoint=settings.endpoint,
            profile=settings.profile,
            used=taken,
            turn=turn,
            cost=cost,
            changed=tuple(f"{name} {as_typed(v)}" for name, v in settings.parameters.items()),
            private=session.private or session.saved is None,
            multiline=session.multiline,
            attached=len(session.attached),
        )

    def _summed(self) -> tuple[int, float | None, float | None]:
        """Tokens of the context, dollars of the last answer and of all: counted if one came."""
        talk = self._session.chat.conversation
        counted = (talk, talk.head, len(talk.nodes), talk.settings.system)
        if counted != self._counted:
            said = talk.messages()
            last = talk.last(Role.ASSISTANT)
            self._sums = (
                used(talk.settings.system, said),
                total([last.message]).cost if last else None,
                total(node.message for node in talk.nodes.values()).cost,
            )
            self._counted = counted
        return self._sums


def laid_out(facts: Facts, width: int) -> Fragments:
    """The toolbar in fewer than `width` columns; what matters least is left out first."""
    parts = list(_parts(facts))
    shown: list[tuple[str, str]] = []
    for rank in _RANKS:
        shown = [(part.style, text) for part in parts if (text := part.at(rank))]
        if sum(columns(text) for _, text in shown) + len(SEPARATOR) * (len(shown) - 1) < width:
            break
    else:
        shown = [(style, _cut(text, width - 1)) for style, text in shown[:1]]
    fragments: Fragments = []
    for style, text in shown:
        if fragments:
            fragments.append((DIM, SEPARATOR))
        fragments.append((style, text))
    return fragments


def _parts(facts: Facts) -> Iterator[_Part]:
    if facts.private:
        yield _Part(STRONG, ((1, "private"),))
    if facts.multiline:
        yield _Part(STRONG, ((6, "multiline: Alt-Enter sends"), (3, "multiline")))
    if facts.attached:
        texts = "1 text" if facts.attached == 1 else f"{facts.attached} texts"
        yield _Part(STRONG, ((5, f"{texts} attached"), (4, f"+{facts.attached}")))
    yield _model(facts)
    if facts.profile:
        yield _Part(DIM, ((6, _short(facts.profile)),))
    yield _context(facts)
    if costs := _costs(facts):
        yield costs
    if facts.changed:
        number = "1 parameter set" if len(facts.changed) == 1 else f"{len(facts.changed)} set"
        told = harmless_line(", ".join(facts.changed), 80)
        yield _Part(DIM, ((9, told), (7, number)))


def _model(facts: Facts) -> _Part:
    name, endpoint = _short(facts.model.rpartition("/")[2]), _short(facts.endpoint)
    return _Part(DIM, ((8, f"{name} at {endpoint}"), (5, name), (4, _cut(name, 13))))


def _context(facts: Facts) -> _Part:
    share = facts.used / WINDOW
    filled = min(round(share * BAR), BAR)
    bar = "█" * filled + "░" * (BAR - filled)
    full = "<1%" if 0 < share < 0.01 else f"{share:.0%}"  # noqa: PLR2004 - a hundredth
    count = f"{facts.used:,} of {WINDOW} tokens"
    style = FULL if share >= NEARLY_FULL else DIM
    return _Part(
        style, ((10, f"{bar} {count}"), (9, f"{bar} {full}"), (2, f"{full} of context"), (1, full))
    )


def _costs(facts: Facts) -> _Part | None:
    if facts.cost is None:
        return None
    cost = money(facts.cost)
    if facts.turn is None or facts.turn == facts.cost:
        return _Part(DIM, ((7, cost),))
    return _Part(DIM, ((8, f"{money(facts.turn)}, in all {cost}"), (7, cost)))


def _short(text: str) -> str:
    return _cut(harmless_line(text, 200), LONGEST_NAME)


def _cut(text: str, most: int) -> str:
    """A text in at most so many columns."""
    if columns(text) <= most:
        return text
    kept, room = "", most - 1
    for part, width in clusters(text):
        room -= width
        if room < 0:
            break
        kept += part
    return f"{kept}…" if most > 0 else ""
