"""CPU time and output for a token of Markdown, if every token is drawn in a frame of its own.

This is the worst case: the program draws less often. It is compared with `rich.live.Live`, which
renders the whole text for each frame, so that a few frames, spread over the answer, stand for all.

    python bench/markdown.py [ROUNDS]
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass

from rounds import Goal, divide, format_met, parse_rounds, summarize
from texts import TEXTS, TOKEN

from nemochat.lexers import preload
from nemochat.screen.markdown.renderer import Renderer
from nemochat.screen.painter import Painter
from nemochat.screen.style.colours import make_styler

WIDTH, HEIGHT = 80, 24
FEW, MANY = 1_000, 20_000  # tokens
FRAMES = 12  # of rich
CPU_GOAL, BYTES_GOAL, GROWTH_GOAL = Goal(0.1, "ms"), Goal(40, "bytes"), Goal(1.3)


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds and bytes for a token."""

    cpu: float
    size: float


def draw(text: str) -> Cost:
    """Draw a text with nemochat."""
    out = io.StringIO()
    renderer = Renderer(WIDTH - 1)
    painter = Painter(lambda text: print(text, end="", file=out), make_styler())
    begun = time.process_time()
    for at in range(0, len(text), TOKEN):
        final = renderer.feed(text[at : at + TOKEN])
        painter.paint(final, renderer.tail()[1 - HEIGHT :], WIDTH)
    spent = time.process_time() - begun
    tokens = len(text) / TOKEN
    return Cost(1000 * spent / tokens, len(out.getvalue().encode()) / tokens)


def draw_with_rich(text: str) -> Cost:
    """Draw some of a text's frames with `Live` of rich."""
    from rich.console import Console
    from rich.live import Live
    from rich.markdown import Markdown

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=WIDTH, height=HEIGHT)
    with Live(console=console, auto_refresh=False) as live:
        begun = time.process_time()
        for number in range(1, FRAMES + 1):
            live.update(Markdown(text[: len(text) * number // FRAMES]), refresh=True)
        spent = time.process_time() - begun
        size = len(out.getvalue().encode())
    return Cost(1000 * spent / FRAMES, size / FRAMES)


def measure(name: str, rounds: int) -> str:
    """Return the row of one text."""
    few, many = (TEXTS[name](tokens * TOKEN) for tokens in (FEW, MANY))
    draw(few)  # loads what is needed
    pairs = [(draw(few), draw(many)) for _ in range(rounds)]
    cpu = [long.cpu for _, long in pairs]
    growth = divide(cpu, [short.cpu for short, _ in pairs])
    size = [long.size for _, long in pairs]
    goals = ((CPU_GOAL, cpu), (BYTES_GOAL, size), (GROWTH_GOAL, growth))
    met = all(goal.is_met(values) for goal, values in goals)
    rich = draw_with_rich(many)
    cells = [name, summarize(cpu, 3), summarize(size[:1], 0), summarize(growth, 2)]
    cells += [format_met(met=met), f"{rich.cpu:,.0f}", f"{rich.size:,.0f}"]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    rounds = parse_rounds()
    preload("python")
    print(
        f"| answer | a token of {MANY:,}: CPU ms, {CPU_GOAL} | bytes, {BYTES_GOAL} "
        f"| ratio to {FEW:,}, {GROWTH_GOAL} | met | `rich.Live`: CPU ms | bytes |"
    )
    print("|---|--:|--:|--:|---|--:|--:|")
    for name in TEXTS:
        print(measure(name, rounds), flush=True)


if __name__ == "__main__":
    main()
