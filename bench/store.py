"""CPU time of the store's operations, with few and with many messages in it.

An operation on an open database is repeated; a command is a whole process.

    python bench/store.py [ROUNDS [MESSAGES]]
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from processes import Program, run
from rounds import OURS, QUICK, Goal, format_met, parse_rounds, summarize

from nemochat.core.conversation import Conversation, MessageNode, Settings
from nemochat.core.messages import Ending, Message, Provenance, Role, Usage
from nemochat.store.conversations import ConversationStore
from nemochat.store.search import search

FEW, MANY = 1_000, 100_000  # messages
MANY_QUICK = 10_000
TURNS = 10  # in a conversation
CHINESE = 0.1  # of the texts
WORDS = 30_000  # different ones, with Zipf's frequencies
GOAL = Goal(50, "ms")

RANDOM = random.Random(1)
VOCABULARY = [
    "".join(RANDOM.choices("etaoinshrdlu", k=RANDOM.randint(2, 10))) for _ in range(WORDS)
]
WEIGHTS = list(itertools.accumulate(1 / (rank + 1) for rank in range(WORDS)))
COMMANDS = {
    "`nemochat chats list`": ("chats", "list"),
    "`nemochat chats search`, a common word": ("chats", "search", VOCABULARY[3]),
}
CHARACTERS = [chr(0x4E00 + n) for n in range(3000)]


def write_text(words: int) -> str:
    """Return a text with the word frequencies of a language; every tenth is Chinese."""
    if RANDOM.random() < CHINESE:
        return "".join(RANDOM.choices(CHARACTERS, k=2 * words))
    return " ".join(RANDOM.choices(VOCABULARY, cum_weights=WEIGHTS, k=words))


def fill(path: Path, messages: int) -> ConversationStore:
    """Return a new store with so many messages."""
    store = ConversationStore(path)
    origin = Provenance("m", "m", "e", ending=Ending.COMPLETE, usage=Usage(9, 99, 108, None, 1e-6))
    for number in range(messages // (2 * TURNS)):
        name = f"name {number}" if number % 10 == 0 else ""
        conversation = Conversation(Settings("m", "e"), name=name, started=datetime.now(UTC))
        for key in range(1, 2 * TURNS + 1):
            if key % 2:
                message = Message(Role.USER, write_text(12))
            else:
                message = Message(Role.ASSISTANT, write_text(110), provenance=origin)
            conversation.graft(MessageNode(key, key - 1 or None, message))
        conversation.go_to(2 * TURNS)
        store.add_imported(conversation)
    return store


def list_operations(store: ConversationStore) -> dict[str, Callable[[], object]]:
    """Return the operations that a user waits for."""
    middle = str(store.catalogue.count() // 2)
    rare, database = VOCABULARY[-1], store.database
    return {
        "list the 20 newest": store.catalogue.entries,
        "load by number": lambda: store.load(middle),
        "load by name": lambda: store.load("name 10"),
        "load the last": store.last,
        "a common word": lambda: search(database, [VOCABULARY[3] + " "]),
        "a rare word": lambda: search(database, [rare]),
        "two words": lambda: search(database, [VOCABULARY[200], VOCABULARY[300]]),
        "two Chinese characters": lambda: search(database, ["".join(CHARACTERS[7:9])]),
        "a missing word": lambda: search(database, ["qqqqq"]),
        "two missing letters": lambda: search(database, ["qx"]),
    }


def measure(operation: Callable[[], object]) -> float:
    """Return CPU milliseconds."""
    begun = time.process_time()
    operation()
    return 1000 * (time.process_time() - begun)


def measure_command(home: Path, arguments: tuple[str, ...]) -> float:
    """Return CPU milliseconds of a whole process."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_DATA_HOME": str(home)}
    program = Program((str(Path(sys.executable).with_name(OURS)), *arguments), environment)
    return run(program).usage.cpu


def print_row(name: str, pairs: list[tuple[float, float]], goal: Goal | None, digits: int) -> None:
    few, many = zip(*pairs, strict=True)
    met = format_met(met=goal.is_met(many)) if goal else "-"
    cells = [name, str(goal or "-"), summarize(few, digits), summarize(many, digits), met]
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    rounds = parse_rounds()
    most = MANY_QUICK if rounds <= QUICK else MANY
    if sys.argv[2:]:
        most = int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / str(messages) for messages in (FEW, most)]
        stores = [
            fill(home / "nemochat" / "nemochat.db", messages)
            for home, messages in zip(homes, (FEW, most), strict=True)
        ]
        print(f"| operation: CPU ms | goal | {FEW:,} messages | {most:,} messages | met |")
        print("|---|---|--:|--:|---|")
        few, many = map(list_operations, stores)
        for name in many:
            pairs = [(measure(few[name]), measure(many[name])) for _ in range(rounds + 1)]
            print_row(name, pairs[1:], GOAL, 2)  # the first one fills the caches
        for name, words in COMMANDS.items():
            pairs = [
                (measure_command(homes[0], words), measure_command(homes[1], words))
                for _ in range(rounds)
            ]
            print_row(name, pairs, None, 0)
        for store in stores:
            store.database.close()


if __name__ == "__main__":
    main()
