"""What does a token cost on the screen? Ours beside rich's Live of Markdown, and beside printing.

Each text comes in tokens of four characters. For ours and for plain printing every token is shown
by a frame of its own, the worst case; `rich.Live` renders the whole text for each, so that a few of
its frames, spread over the answer, stand for all. Bytes are those for a terminal of 80 by 24.

    python bench/rendering.py [--tokens 1000 5000 20000]
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable

from texts import PROSE, TOKEN, mixed

from nemochat.screen.markdown.highlight import prepare
from nemochat.screen.markdown.renderer import Renderer
from nemochat.screen.painter import Painter
from nemochat.screen.style.colours import make_styler

WIDTH, HEIGHT = 80, 24
SAMPLES = 12  # frames of rich that stand for all

TEXTS: dict[str, Callable[[int], str]] = {
    "mixed": mixed,
    "one paragraph": lambda size: PROSE.replace("\n\n", " ") * (size // len(PROSE) + 1),
    "one code block": lambda size: (
        "```python\n" + "    return compute(x, 33)  # why not\n" * (size // 30)
    ),
    "one list": lambda size: "- some text of **an item** that is here\n" * (size // 30),
    "one table": lambda size: (
        "| a | b |\n|---|---|\n" + "| some text | in **cells** |\n" * (size // 25)
    ),
    "`[[[[…`": lambda size: "[" * size,
    "no newline": lambda size: "x" * size,
}


def ours(text: str) -> tuple[float, float, float]:
    """Milliseconds and bytes a token, and the worst frame in milliseconds."""
    out = io.StringIO()
    renderer, painter = Renderer(WIDTH - 1), Painter(lambda text: written(out, text), make_styler())
    spent = worst = 0.0
    for at in range(0, len(text), TOKEN):
        begun = time.process_time()
        final = renderer.feed(text[at : at + TOKEN])
        painter.frame(final, renderer.tail()[1 - HEIGHT :], WIDTH)
        took = time.process_time() - begun
        spent += took
        worst = max(worst, took)
    count = len(text) / TOKEN
    return spent * 1000 / count, len(out.getvalue().encode()) / count, worst * 1000


def written(out: io.StringIO, text: str) -> None:
    """Write as to a terminal."""
    out.write(text)
    out.flush()


def live(text: str) -> tuple[float, float, float]:
    """The same of `rich.Live`, of which only some frames are drawn."""
    from rich.console import Console
    from rich.live import Live
    from rich.markdown import Markdown

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=WIDTH, height=HEIGHT)
    spent = worst = 0.0
    with Live(console=console, auto_refresh=False) as shown:
        for sample in range(1, SAMPLES + 1):
            size = len(text) * sample // SAMPLES
            begun = time.process_time()
            shown.update(Markdown(text[:size]), refresh=True)
            took = time.process_time() - begun
            spent += took
            worst = max(worst, took)
        count = len(out.getvalue().encode())
    return spent * 1000 / SAMPLES, count / SAMPLES, worst * 1000


def raw(text: str) -> tuple[float, float, float]:
    """The same of printing the text as it comes."""
    out = io.StringIO()
    begun = time.process_time()
    for at in range(0, len(text), TOKEN):
        out.write(text[at : at + TOKEN])
        out.flush()
    spent = time.process_time() - begun
    count = len(text) / TOKEN
    return spent * 1000 / count, len(text.encode()) / count, 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, nargs="+", default=[1_000, 5_000, 20_000])
    arguments = parser.parse_args()
    prepare("python")
    print("| text | way | tokens | CPU ms a token | bytes a token | worst frame ms |")
    print("|---|---|--:|--:|--:|--:|")
    for name, make in TEXTS.items():
        for way in (live, ours, raw):
            for tokens in arguments.tokens:
                text = make(tokens * TOKEN)[: tokens * TOKEN]
                milliseconds, size, worst = way(text)
                print(
                    f"| {name} | {way.__name__} | {tokens:,} | {milliseconds:.3f} "
                    f"| {size:,.0f} | {worst:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
