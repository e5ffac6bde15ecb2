"""Nothing is lost when the process dies: the real program, killed at random moments.

50 times in the suite; `NEMOCHAT_CRASHES=1000` for as many as one likes (`make crash`).
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nemochat.guide.server import Guide, start
from tests.conftest import Program

CRASHES = int(os.environ.get("NEMOCHAT_CRASHES", "50"))
AT_ONCE = 4
MOST_LOST = 0.5  # seconds of a partial answer
PACE = 0.004  # seconds between two pieces of an answer
QUESTIONS = ("How do I save a chat?", "What parameters are there?")  # some 0.1 s and 2 s of answer


@pytest.fixture(scope="module")
def paced() -> Iterator[Guide]:
    with start(pace=PACE) as guide:
        yield guide


@dataclass
class Seen:
    """What came out of a program, and when."""

    text: str = ""
    arrived: list[tuple[float, int]] = field(default_factory=list)

    def before(self, moment: float) -> str:
        """What had been on the screen at a moment."""
        length = max((n for when, n in self.arrived if when <= moment), default=0)
        return self.text[:length]


def start_program(program: Program, guide: Guide, *arguments: str) -> subprocess.Popen[bytes]:
    environment = program.environment | {
        "DEEPINFRA_TOKEN": "test-token",
        "NEMOCHAT_BASE_URL": guide.base_url,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "nemochat", *arguments],
        env=environment,
        cwd=program.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )


def watch(process: subprocess.Popen[bytes], seen: Seen, until: float) -> None:
    """Read what comes until a moment, or to the end."""
    assert process.stdout is not None
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([process.stdout], [], [], left)
        if ready:
            read = os.read(process.stdout.fileno(), 65536)
            if not read:
                return
            seen.text += read.decode("utf-8", "replace")
            seen.arrived.append((time.monotonic(), len(seen.text)))


def crash(home: Path, program: Program, guide: Guide, seed: int) -> None:
    """Kill a chat of many turns at a random moment after its first words, and look what is left."""
    home.mkdir()
    question = QUESTIONS[seed % 2]
    (home / "script").write_text(f"{question}\n" * 40)
    own = {n: str(home / n.split("_")[1].lower()) for n in program.environment if n[:4] == "XDG_"}
    mine = Program(home, program.environment | own | {"HOME": str(home)})
    seen = Seen()
    process = start_program(mine, guide, "--script", "script")
    try:
        while not seen.text and process.poll() is None:
            watch(process, seen, time.monotonic() + 0.05)
        watch(process, seen, time.monotonic() + random.Random(seed).uniform(0, 1.2))
        killed = time.monotonic()
        process.kill()
        watch(process, seen, time.monotonic() + 5)
    finally:
        process.kill()
        process.communicate()
    # Each question is shown when the turn before it is done.
    shown = seen.text.split(f"> {question}\n\n")[1:]
    if not mine.database.exists():  # killed between the first question's showing and its keeping
        assert len(shown) == 1
        assert not shown[0].strip()
        return
    with sqlite3.connect(mine.database) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        begun = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'messages'").fetchone()
        query = "SELECT role, content, details FROM messages ORDER BY id"
        rows = db.execute(query).fetchall() if begun else []  # killed before it was first opened
    db.close()
    answers = [(content, json.loads(details)) for role, content, details in rows if details]
    assert len(rows) - len(answers) >= len(shown) - 1  # every question that was sent
    for place, text in enumerate(shown[:-1]):
        content, details = answers[place]
        assert details["provenance"]["ending"] == "complete"
        assert content.strip() == text.strip()
    sure = seen.before(killed - MOST_LOST).split(f"> {question}\n\n")[1:]
    if len(sure) == len(shown) and sure and sure[-1].strip():  # the answer that was being shown
        assert answers[len(shown) - 1][0].startswith(sure[-1].rstrip("\n"))


def test_a_kill_at_any_moment_loses_no_turn(program: Program, paced: Guide, tmp_path: Path) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [
            pool.submit(crash, tmp_path / f"{seed}", program, paced, seed)
            for seed in range(CRASHES)
        ]:
            done.result()


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_signal_ends_the_program_and_stores_the_partial_answer_as_interrupted(
    program: Program, number: signal.Signals, code: int
) -> None:
    with start(pace=0.05) as guide:
        process = start_program(program, guide, "ask", "What parameters are there?")
        seen = Seen()
        while len(seen.text) < 40:
            watch(process, seen, time.monotonic() + 0.05)
        process.send_signal(number)
        _, error = process.communicate(timeout=20)
    assert process.returncode == code
    assert b"Traceback" not in error
    with sqlite3.connect(program.database) as db:
        (_, answer) = db.execute("SELECT content, details FROM messages ORDER BY id").fetchall()
    db.close()
    assert json.loads(answer[1])["provenance"]["ending"] == "interrupted"
    assert answer[0].strip() == seen.text.strip()
