"""Signals at the worst moments: while an answer is saved, and while the process starts or ends."""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from nemochat.chat.chat import Chat
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending
from nemochat.core.prompt import Prompt
from nemochat.errors import Cancelled, Ended, ExitCode
from nemochat.signals import SECONDS_IGNORING_REPEATS, AnswerSignals, ProgramSignals
from nemochat.store.conversations import ConversationStore
from tests.conftest import Program
from tests.streaming import Streaming
from tests.test_chat import Script, Seen

Event = Callable[[], None]


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def terminate() -> None:
    signal.raise_signal(signal.SIGTERM)


def hang_up() -> None:
    signal.raise_signal(signal.SIGHUP)


def lose_the_terminal() -> None:
    raise Ended(ExitCode.HUNG_UP)


class Breaking(Script):
    """Endpoint whose answer is ended by an event after the first words."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._event = event

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        yield Delta("Hel")
        self._event()
        yield Delta(ending=Ending.COMPLETE)


@pytest.fixture(autouse=True)
def no_garbage_collection() -> Iterator[None]:
    """Disable garbage collection, as hypothesis has a callback for it."""
    gc.disable()
    yield
    gc.enable()


class Starting(Script):
    """Endpoint that answers after an event."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._event = event

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        self._event()
        yield Delta("Hel")
        yield Delta("lo")
        yield Delta(ending=Ending.COMPLETE)


class Moment:
    """Profile function that sends a signal at one call or return after an event."""

    def __init__(self, first: Event, second: Event, number: int) -> None:
        self.was_reached = False
        self._first = first
        self._second = second
        self._left = number

    def start(self) -> None:
        sys.setprofile(self)
        self._first()

    def __call__(self, *_: object) -> None:
        self._left -= 1
        if self._left < 0:
            sys.setprofile(None)
            self.was_reached = True
            self._second()


def is_saved_at(moment: Moment, store: ConversationStore) -> bool:
    """Return whether the text and the ending are saved after the two events."""
    conversation = Conversation(Settings("nemo", "guide"))
    chat = Chat(conversation, Breaking(moment.start), store, Seen())
    with suppress(Cancelled, Ended), ProgramSignals(), suppress(Cancelled, Ended):
        try:
            chat.say("Hello?")
        finally:
            sys.setprofile(None)
    with closing(sqlite3.connect(store.database.path)) as db:
        query = "SELECT content, details FROM messages ORDER BY id DESC LIMIT 1"
        content, details = db.execute(query).fetchone()
    ending: str = json.loads(details)["provenance"].get("ending", "") if details else ""
    return (content, ending) == ("Hel", "interrupted")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (interrupt, interrupt),
        (interrupt, terminate),
        (terminate, interrupt),
        (lose_the_terminal, hang_up),
        (lose_the_terminal, interrupt),
    ],
)
def test_a_second_signal_at_any_moment_loses_neither_words_nor_ending(
    first: Event, second: Event, tmp_path: Path
) -> None:
    store = ConversationStore(tmp_path / "nemochat.db")
    for number in range(10_000):
        moment = Moment(first, second, number)
        assert is_saved_at(moment, store), number
        if not moment.was_reached:
            break
    store.database.close()
    assert number > 50


@pytest.mark.parametrize("event", [interrupt, terminate])
def test_what_is_shown_is_saved_with_an_ending_whenever_a_signal_comes(
    event: Event, tmp_path: Path
) -> None:
    store = ConversationStore(tmp_path / "nemochat.db")
    for number in range(10_000):
        moment, seen = Moment(lambda: None, event, number), Seen()
        chat = Chat(Conversation(Settings("nemo", "guide")), Starting(moment.start), store, seen)
        with suppress(Cancelled, Ended), ProgramSignals(), suppress(Cancelled, Ended):
            try:
                chat.say("Hello?")
            finally:
                sys.setprofile(None)
        _, *answers = store.load(str(chat.conversation.id)).messages()
        assert len(answers) <= 1
        assert "".join(answer.content for answer in answers).startswith(seen.text), number
        assert all(answer.ending for answer in answers), number
        if not moment.was_reached:
            break
    store.database.close()
    assert number > 50


def test_a_signal_waits_no_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemochat.signals.SECONDS_TO_SETTLE", 0.05)

    def save() -> None:
        with AnswerSignals(defers_next=True):
            terminate()
            time.sleep(30)  # a disk that hangs

    with ProgramSignals(), pytest.raises(Ended):
        save()
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def wait_for_words(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    assert os.read(process.stdout.fileno(), 5) == b"Hello"


def test_a_second_signal_on_a_slow_disk_loses_neither_words_nor_ending(program: Program) -> None:
    with Streaming() as streaming:
        streaming.others, streaming.held_at = "Hello, I am Nemo.", 5
        process = subprocess.Popen(
            [sys.executable, "-m", "nemochat", "ask", "--base-url", streaming.base_url, "Hello?"],
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for_words(process)
        with closing(sqlite3.connect(program.database, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")  # saving waits for this lock
            process.send_signal(signal.SIGTERM)
            time.sleep(SECONDS_IGNORING_REPEATS + 0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
            db.execute("ROLLBACK")
            _, error = process.communicate(timeout=20)
            rows = db.execute("SELECT content, details FROM messages ORDER BY id").fetchall()
        streaming.goes_on.set()
    assert process.returncode == ExitCode.TERMINATED
    assert b"Traceback" not in error
    assert rows[1][0] == "Hello"
    assert json.loads(rows[1][1])["provenance"]["ending"] == "interrupted"


STARTING = """
import os, sys
from nemochat.__main__ import main
def profile(frame, event, result):
    code = frame.f_code
    if event == "call" and (code.co_filename + " " + code.co_name).endswith(os.environ["PLACE"]):
        sys.setprofile(None)
        os.kill(os.getpid(), 2)
sys.setprofile(profile)
main()
"""


@pytest.mark.parametrize(
    ("place", "argument"),
    [
        ("nemochat/__main__.py _print_version", "--version"),
        ("/signal.py <module>", "profiles"),
        ("nemochat/errors.py <module>", "profiles"),
        ("nemochat/signals.py ExitSignals", "profiles"),
        ("nemochat/signals.py __enter__", "profiles"),
    ],
)
def test_ctrl_c_before_anything_is_loaded_ends_the_process_silently(
    place: str, argument: str, program: Program
) -> None:
    done = subprocess.run(
        # Isolated from modules that the environment may load first.
        [sys.executable, "-I", "-c", STARTING, argument],
        env={**program.environment, "PLACE": place},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (ExitCode.INTERRUPTED, b"", b"")


ENDING = """
import os, signal, sys
from nemochat.__main__ import main
def profile(frame, event, result):
    name = frame.f_code.co_name
    here = event == os.environ["EVENT"] and name == "run"
    if here and frame.f_code.co_filename.endswith("cli/main.py"):
        sys.setprofile(None)
        os.kill(os.getpid(), int(os.environ["NUMBER"]))
sys.setprofile(profile)
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("event", ["call", "return"])
@pytest.mark.parametrize("arguments", [("chats", "list"), ("chats", "show", "7")])
def test_a_signal_while_the_process_begins_or_ends_ends_it_without_a_traceback(
    arguments: tuple[str, ...], event: str, number: signal.Signals, program: Program
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDING, *arguments],
        env={**program.environment, "NUMBER": str(number.value), "EVENT": event},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 128 + number
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("event", "raised"), [(interrupt, Cancelled), (terminate, Ended), (hang_up, Ended)]
)
def test_a_signal_during_an_import_waits_until_it_is_over(
    event: Event, raised: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python swallows exceptions in the callbacks of weak references in its import system.
    name = f"imported_{event.__name__}"
    source = (
        f"from tests.test_interrupts import {event.__name__}\n{event.__name__}()\nis_whole = True"
    )
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))

    def import_it() -> None:
        assert importlib.import_module(name).is_whole
        while True:  # until the signal is repeated
            pass

    with pytest.raises(raised), ProgramSignals():
        import_it()
