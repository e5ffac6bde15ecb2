"""How long the store takes with 100,000 messages in it: CPU milliseconds, against one of 1,000.

Each figure is the median of whole operations on an open database, the start of the process not
counted; one row is a whole `nemochat chats list` beside `nemochat --version`.
`python bench/store.py [MESSAGES]`.
"""

from __future__ import annotations

import itertools
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from nemochat.core.conversation import Conversation, MessageNode, Settings
from nemochat.core.messages import Ending, Message, Provenance, Role, Usage
from nemochat.store.conversations import ConversationStore
from nemochat.store.search import search

MESSAGES = 100_000
SMALL = 1_000
TURNS = 10  # in a conversation
CHINESE = 0.1  # of the texts
WORDS = 30_000  # different ones, as often as words are in a language
ROUNDS = 15
MOST = 50.0  # CPU milliseconds

random.seed(1)
_VOCABULARY = [
    "".join(random.choices("etaoinshrdlu", k=random.randint(2, 10))) for _ in range(WORDS)
]
_WEIGHTS = list(itertools.accumulate(1 / (rank + 1) for rank in range(WORDS)))
_CHARACTERS = [chr(0x4E00 + n) for n in range(3000)]


def text(words: int) -> str:
    """A text as a person or a model might write it; every tenth is Chinese."""
    if random.random() < CHINESE:
        return "".join(random.choices(_CHARACTERS, k=2 * words))
    return " ".join(random.choices(_VOCABULARY, cum_weights=_WEIGHTS, k=words))


def filled(path: Path, messages: int) -> ConversationStore:
    """A store of so many messages in conversations of ten turns."""
    store = ConversationStore(path)
    origin = Provenance("m", "m", "e", ending=Ending.COMPLETE, usage=Usage(9, 99, 108, None, 1e-6))
    for number in range(messages // (2 * TURNS)):
        name = f"name {number}" if number % 10 == 0 else ""
        talk = Conversation(Settings("m", "e"), name=name, started=datetime.now(UTC))
        for key in range(1, 2 * TURNS + 1):
            asked = Message(Role.USER, text(12))
            said = asked if key % 2 else Message(Role.ASSISTANT, text(110), provenance=origin)
            talk.graft(MessageNode(key, key - 1 or None, said))
        talk.go_to(2 * TURNS)
        store.add_imported(talk)
    return store


def cpu(run: Callable[[], object]) -> float:
    """The median CPU milliseconds of an operation; the first one is not counted."""
    figures = []
    for _ in range(ROUNDS + 1):
        before = time.process_time()
        run()
        figures.append(1000 * (time.process_time() - before))
    return statistics.median(figures[1:])


def process(path: Path, *arguments: str) -> float:
    """The median CPU milliseconds of a whole process."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(path), "XDG_DATA_HOME": str(path)}
    figures = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "nemochat", *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return 1000 * statistics.median(figures)


def operations(store: ConversationStore) -> dict[str, Callable[[], object]]:
    """What a person waits for."""
    middle = str(store.catalogue.count() // 2)
    rare, database = _VOCABULARY[-1], store.database
    return {
        "list, 20 newest": store.catalogue.entries,
        "load by number": lambda: store.load(middle),
        "load by name": lambda: store.load("name 10"),
        "load the last": store.last,
        "search a common word": lambda: search(database, [_VOCABULARY[3] + " "]),
        "search a rare word": lambda: search(database, [rare]),
        "search two words": lambda: search(database, [_VOCABULARY[200], _VOCABULARY[300]]),
        "search two Chinese characters": lambda: search(database, ["".join(_CHARACTERS[7:9])]),
        "search what is not there": lambda: search(database, ["qqqqq"]),
        "search two letters not there": lambda: search(database, ["qx"]),
    }


def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    with tempfile.TemporaryDirectory() as folder:
        stores = {
            number: filled(Path(folder) / str(number) / "nemochat" / "nemochat.db", number)
            for number in (SMALL, most)
        }
        small, large = (operations(store) for store in stores.values())
        print(f"| CPU ms, median of {ROUNDS} | {SMALL} messages | {most} messages |")
        print("|---|---|---|")
        slow = []
        for name, run in large.items():
            figure = cpu(run)
            print(f"| {name} | {cpu(small[name]):.2f} | {figure:.2f} |")
            slow += [name] if figure > MOST else []
        for words in (("--help",), ("chats", "list"), ("chats", "search", "lamb")):
            figures = [process(Path(folder) / str(number), *words) for number in (SMALL, most)]
            print(f"| a process: {' '.join(words)} | {figures[0]:.0f} | {figures[1]:.0f} |")
        for number, store in stores.items():
            store.database.close()
            size = sum(f.stat().st_size for f in store.database.path.parent.iterdir())
            print(f"{number} messages take {size / 1e6:.0f} MB")
    if slow:
        sys.exit(f"over {MOST:.0f} ms: {', '.join(slow)}")


if __name__ == "__main__":
    main()
