"""The pictures of the README, drawn from the real program on a screen: `make pictures`."""

from __future__ import annotations

import os
import re
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


ROWS = {80: 33, 40: 45}  # of the screen, by its columns: as many as the session takes
USAGE = {"prompt_tokens": 26, "completion_tokens": 224, "estimated_cost": 0.0000047}
BACKGROUNDS = {"dark": b"1c1c/1f1f/2424", "light": b"fbfb/fbfb/f9f9"}
# Times differ from run to run, and a picture is to change only where the program does.
TIMES = re.compile(r"[\d.]+ s to the first token · \d+ tokens/s")
TOLD = "0.4 s to the first token · 82 tokens/s"


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
        text = "".join(line[x].data for x in range(screen.screen.columns))
        for x, data in enumerate(TIMES.sub(TOLD, text)):
            if not data.strip():
                continue
            cell = line[min(x, len(text.rstrip()) - 1)]
            looks = ' font-weight="bold"' if cell.bold else ""
            looks += ' font-style="italic"' if cell.italics else ""
            looks += ' text-decoration="underline"' if cell.underscore else ""
            parts.append(
                f'<text x="{12 + x * WIDTH:.1f}" y="{26 + y * HEIGHT}" '
                f'fill="{_colour(cell.fg, colours)}"{looks}>{escape(data)}</text>'
            )
    return "\n".join([*parts, "</svg>\n"])


def _colour(name: str, colours: dict[str, str]) -> str:
    """A colour of pyte's, one of the sixteen by its name or another by its parts."""
    if re.fullmatch("[0-9a-f]{6}", name):
        return f"#{name}"
    return colours.get(name.replace("bright", ""), colours["foreground"])


def draw(columns: int, name: str, colours: dict[str, str]) -> None:
    """Draw a streamed answer half-way and done, in a session that writes its code to a file."""
    with tempfile.TemporaryDirectory() as home, Streaming() as server:
        server.answers[QUESTION], server.pace, server.usage = ANSWER, 0.01, USAGE
        server.held_at = ANSWER.index("default=0")
        environment = {"HOME": home, "TERM": "xterm-256color", "PATH": "/usr/bin:/bin"}
        environment |= {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        moved = f'[endpoint.deepinfra]\nbase_url = "{server.base_url}"\n'
        (Path(home) / ".config" / "nemochat").mkdir(parents=True)
        (Path(home) / ".config" / "nemochat" / "config.toml").write_text(moved)
        with Screen(
            Program(Path(home), {**environment, "DEEPINFRA_TOKEN": "a-token"}),
            "--private",
            columns=columns,
            rows=ROWS[columns],
            tells_cursor=True,
            background=BACKGROUNDS[name],
        ) as screen:
            screen.wait_for_prompt()
            screen.say(QUESTION)
            screen.wait_for("return max")
            while screen._read():
                pass  # until it waits
            (FOLDER / f"half-{columns}-{name}.svg").write_text(picture(screen, colours))
            server.goes_on.set()
            screen.wait_for("to the first token")
            screen.wait_for_prompt()
            screen.say("/write longest.py code 1")
            screen.wait_for("Wrote code block 1")
            screen.wait_for_prompt()
            (FOLDER / f"done-{columns}-{name}.svg").write_text(picture(screen, colours))
            screen.type(CTRL_D)
            screen.wait_for_end()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for columns in ROWS:
        draw(columns, "dark", DARK)
        draw(columns, "light", LIGHT)
