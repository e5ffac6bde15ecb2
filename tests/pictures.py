"""The pictures of the README, drawn from the real program on a screen: `make pictures`."""

from __future__ import annotations

import tempfile
from html import escape
from pathlib import Path

from tests.conftest import Program
from tests.regen import ROOT
from tests.streaming import Streaming
from tests.terminal import CTRL_D, Screen

FOLDER = ROOT / "docs" / "pictures"
QUESTION = "How do I read a file line by line in Python, and how long do lines get?"
ANSWER = """Open it with `with`, so that it is closed whatever happens:

```python
from pathlib import Path

def longest(path: Path) -> int:
    \"\"\"The length of the longest line.\"\"\"
    with path.open(encoding="utf-8") as file:
        return max((len(line) for line in file), default=0)
```

1. The file is **never** in memory as a whole: `for line in file` reads on demand.
2. Lines keep their newline; `line.rstrip("\\n")` takes it off.

| file | lines | longest |
|---|--:|--:|
| `words.txt` | 235,976 | 24 |
| `dates.csv` | 1,024 | 71 |

For *n* lines that is \\(O(n)\\) time, and memory for one line alone.
"""
FONT = 'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14"'
WIDTH, HEIGHT = 8.4, 18  # of a character, in pixels
DARK = {
    "background": "#1c1f24",
    "foreground": "#d8dbe0",
    "dim": "#7f8790",
    "black": "#30343b",
    "red": "#e86671",
    "green": "#98c379",
    "brown": "#e5c07b",
    "blue": "#6cb2f7",
    "magenta": "#c678dd",
    "cyan": "#56b6c2",
    "white": "#d8dbe0",
}
LIGHT = {
    "background": "#fbfbf9",
    "foreground": "#2b2e33",
    "dim": "#84888f",
    "black": "#2b2e33",
    "red": "#c0392b",
    "green": "#3d7d2c",
    "brown": "#946200",
    "blue": "#2862b5",
    "magenta": "#8e3aa8",
    "cyan": "#0e7581",
    "white": "#5b5f66",
}


def picture(screen: Screen, colours: dict[str, str]) -> str:
    """The screen as SVG; rows at its end that are blank are left out."""
    display = screen.screen.display
    rows = max((y + 1 for y, row in enumerate(display) if row.strip()), default=1)
    width, height = screen.screen.columns * WIDTH + 24, rows * HEIGHT + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" {FONT}>',
        f'<rect width="100%" height="100%" rx="8" fill="{colours["background"]}"/>',
    ]
    for y in range(rows):
        line = screen.screen.buffer[y]
        for x in range(screen.screen.columns):
            cell = line[x]
            if not cell.data.strip():
                continue
            colour = colours.get(cell.fg.replace("bright", ""), colours["foreground"])
            looks = ' font-weight="bold"' if cell.bold else ""
            looks += ' font-style="italic"' if cell.italics else ""
            looks += ' text-decoration="underline"' if cell.underscore else ""
            parts.append(
                f'<text x="{12 + x * WIDTH:.1f}" y="{26 + y * HEIGHT}" fill="{colour}"{looks}>'
                f"{escape(cell.data)}</text>"
            )
    return "\n".join([*parts, "</svg>\n"])


def draw(columns: int) -> None:
    """Draw a streamed answer half-way and done, light and dark."""
    with tempfile.TemporaryDirectory() as home, Streaming() as server:
        server.answers[QUESTION], server.pace = ANSWER, 0.02
        program = Program(
            Path(home), {"HOME": home, "TERM": "xterm-256color", "PATH": "/usr/bin:/bin"}
        )
        arguments = ("--base-url", server.base_url, "--private")
        with Screen(program, *arguments, columns=columns, rows=44) as screen:
            screen.wait_for_prompt()
            screen.say(QUESTION)
            screen.wait_for("return max((len")
            for name, colours in (("dark", DARK), ("light", LIGHT)):
                (FOLDER / f"half-{columns}-{name}.svg").write_text(picture(screen, colours))
            screen.wait_for("for one line alone" if columns > 60 else "alone.")
            screen.wait_for_prompt()
            for name, colours in (("dark", DARK), ("light", LIGHT)):
                (FOLDER / f"done-{columns}-{name}.svg").write_text(picture(screen, colours))
            screen.type(CTRL_D)
            screen.wait_for_end()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for columns in (80, 40):
        draw(columns)
