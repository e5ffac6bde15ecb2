"""Turns with real servers, as a table: `make real`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from nemochat.screen.plain import BETWEEN_CANDIDATES
from tests.real.processes import LeftOut, Running
from tests.real.servers import KINDS, TOKEN, Kind
from tests.real.turns import TURNS, WRONG_TOKEN, Expected, Turn

CACHE = Path(__file__).parents[2] / ".real"
SECONDS_OF_A_TURN = 60.0
LONGEST_SENTENCE = 300  # characters
SHOWN = 60  # characters of a text in the table
AGAIN = "; trying again in "


@dataclass(frozen=True)
class Came:
    """What one run of nemochat brought.

    Attributes:
        answers: The objects of --json; none if it was run without.
        errors: What --json tells instead of answers.
    """

    code: int
    out: str
    err: list[str]
    answers: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """What was said of the end, and not of a further try."""
        return [line for line in self.err if AGAIN not in line]


class Player:
    """Plays turns with one server: each once for people and once with --json.

    Both have a home of their own, so that both have the same conversations.
    """

    def __init__(self, kind: Kind, server: Running, homes: Path) -> None:
        self._kind = kind
        self._server = server
        self._homes = homes
        self._told: dict[str, Came] = {}

    def play(self, turn: Turn, expected: Expected) -> tuple[Came, list[str]]:
        """What came of a turn with --json, and what is wrong with it."""
        if turn.stops:
            self._server.stop()
        heard = self._server.printed(self._kind.heard)
        plain = self._run(turn, expected)
        told = plain if turn.lines else self._run(turn, expected, json_wanted=True)
        self._told[turn.name] = told
        wrong = common(plain) + common(told)
        if turn.lines:
            wrong += in_order(plain.out, expected.texts)
            wrong += [] if plain.code == expected.code and not plain.err else [f"it ends: {plain}"]
        else:
            wrong += compared(plain, told, expected)
        if turn.more_than and not more(told, self._told[turn.more_than]):
            wrong.append("the model did not get what stands before the question")
        if turn.unsent and self._server.printed(self._kind.heard) != heard:
            wrong.append("something was sent")
        return told, wrong

    def _run(self, turn: Turn, expected: Expected, *, json_wanted: bool = False) -> Came:
        home = self._homes / ("json" if json_wanted else "plain")
        home.mkdir(exist_ok=True)
        flags = ["--base-url", self._server.base_url, *self._kind.flags, *expected.flags]
        if turn.lines:
            script = home / "script.txt"
            script.write_text("\n".join(turn.lines), "utf-8")
            words = [*flags, "--script", str(script)]
        else:
            words = ["ask", *flags, *(["--json"] if json_wanted else []), *turn.words]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "nemochat", *words],
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(home),
                    "DEEPINFRA_TOKEN": turn.token,
                },
                cwd=home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS_OF_A_TURN,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Came(-1, "", [f"it goes on after {SECONDS_OF_A_TURN:.0f} s"])
        out = done.stdout.decode("utf-8", "replace")
        err = done.stderr.decode("utf-8", "replace").removesuffix("\n")
        said = err.split("\n") if err else []
        try:
            objects = [json.loads(line) for line in out.split("\n") if line and json_wanted]
        except ValueError:
            return Came(done.returncode, out, [*said, f"--json prints {out!r}"])
        errors = [each["error"]["message"] for each in objects if "error" in each]
        answers = [each for each in objects if "error" not in each]
        return Came(done.returncode, out, said, answers, errors)


def common(came: Came) -> list[str]:
    """What no run may do, whatever it is about."""
    said = "\n".join(came.err)
    checks = {
        "a traceback": "Traceback" not in said,
        "a token is shown": TOKEN not in said + came.out and WRONG_TOKEN not in said + came.out,
        "a control character on standard error": all(line.isprintable() for line in came.err),
        "a long sentence": all(
            len(line) <= LONGEST_SENTENCE + len("nemochat: ") for line in came.err
        ),
    }
    return [f"{words}: {said}" for words, fine in checks.items() if not fine]


def compared(plain: Came, told: Came, expected: Expected) -> list[str]:
    """What is wrong with the two runs of `ask`."""
    contents = [answer["content"] for answer in told.answers]
    shown = BETWEEN_CANDIDATES.join(contents)
    endings = tuple(answer.get("ending", "") for answer in told.answers)
    calls = tuple(call["name"] for a in told.answers for call in a.get("tool_calls", ()))
    checks = {
        f"exit codes {plain.code} and {told.code}": {plain.code, told.code} == {expected.code},
        f"endings {endings}": endings == expected.endings,
        f"tool calls {calls}": calls == expected.calls,
        f"prints {plain.out!r}, with --json {shown!r}": plain.out == (shown and shown + "\n"),
        f"tells as JSON {told.errors}": bool(told.errors) is not bool(told.answers)
        and all(any(message in line for line in told.err) for message in told.errors),
        f"says {plain.err}": fits(plain.sentences, expected.says),
        f"says with --json {told.err}": fits(told.sentences, expected.says),
    }
    wrong = [words for words, fine in checks.items() if not fine]
    return wrong + in_order(plain.out, expected.texts)


def fits(sentences: list[str], says: str) -> bool:
    """Whether standard error holds the one sentence that is expected, or nothing."""
    return says in sentences[0] if len(sentences) == 1 and says else not sentences and not says


def in_order(out: str, texts: tuple[str, ...]) -> list[str]:
    """What is missing on standard output."""
    at = 0
    for text in texts:
        found = out.find(text, at)
        if found < 0:
            return [f"{text!r} is missing in {out!r}"]
        at = found + len(text)
    return []


def more(told: Came, before: Came) -> bool:
    """Whether the model had more to read than before: it answers otherwise, or counts more."""
    if not told.answers or not before.answers:
        return False
    now, then = told.answers[0], before.answers[0]
    counts: list[int] = [a.get("usage", {}).get("prompt_tokens", 0) for a in (now, then)]
    return bool(now["content"] != then["content"]) or counts[0] > counts[1]


def summary(came: Came) -> str:
    """What came, for the table."""
    endings = " and ".join(answer.get("ending", "no ending") for answer in came.answers)
    text = came.answers[0]["content"] if came.answers else came.out
    parts = [f"exit {came.code}", endings, shortened(text)]
    parts += [shortened(came.sentences[-1].removeprefix("nemochat: "))] if came.sentences else []
    return "; ".join(part for part in parts if part)


def shortened(text: str) -> str:
    """The beginning of a text, fit for a cell."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
    return f"`{line.replace('|', '/').replace('`', chr(39))}`" if line else ""


def row(*cells: str) -> None:
    """Print a row of the table."""
    print("|", " | ".join(cells), "|", flush=True)


def played(kind: Kind, cache: Path) -> list[str]:
    """Play all turns with one server, print its rows, and return what went wrong."""
    wrong: list[str] = []
    name = f"{kind.name} {kind.version}"
    try:
        with kind.started(cache) as server, tempfile.TemporaryDirectory() as homes:
            player = Player(kind, server, Path(homes))
            for turn in TURNS:
                expected = turn.expected[kind]
                if isinstance(expected, str):
                    row(name, turn.name, f"left out: {expected}", "")
                    continue
                came, problems = player.play(turn, expected)
                note = f" ({expected.note})" if expected.note else ""
                row(name, turn.name, summary(came), ("**no**" if problems else "yes") + note)
                wrong += [f"{name}, {turn.name}: {problem}" for problem in problems]
    except LeftOut as reason:
        row(name, "all", f"left out: {reason}", "")
    return wrong


def main(arguments: list[str] | None = None) -> int:
    """Play all turns with all servers; 1 if a server that runs saw a turn go wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.real", description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the servers are installed")
    parser.add_argument("names", nargs="*", metavar="SERVER", help="which; all if none is named")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - {kind.name for kind in KINDS}:
        parser.error(f"there is no {' '.join(unknown)}; there are {[k.name for k in KINDS]}")
    cache: Path = chosen.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    (cache / ".gitignore").write_text("*\n", "utf-8")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    row("server", "turn", "what came", "as expected")
    row("---", "---", "---", "---")
    wrong = [
        problem
        for kind in KINDS
        if not chosen.names or kind.name in chosen.names
        for problem in played(kind, cache)
    ]
    for problem in wrong:
        print(f"\n{problem}")
    return int(bool(wrong))


def leave(number: int, frame: FrameType | None) -> NoReturn:
    """End by way of every `finally`, so that no server stays behind."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
