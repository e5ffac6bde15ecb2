"""How much memory is held after 50,000 tokens, by one question in a pipe and by a chat?

python bench/memory.py [ROUNDS]
"""

from __future__ import annotations

from functools import partial

from measuring import Row, Sample, at_most, fewer, medians, peers_of, rounds_asked_for, show
from peers import PROMPT, measured
from processes import Program, Terminal, own_peak, run
from serving import Plan, Server

TOKENS = 50_000


def piped(program: Program, server: Server) -> Sample:
    peak = run(program, server).peak
    if peak <= own_peak():
        raise SystemExit("the measuring process holds more memory than what it measures")
    return {"peak": peak}


def chatting(program: Program, server: Server) -> Sample:
    with Terminal(program, server) as terminal:
        terminal.wait_for(PROMPT)
        terminal.quiet(0.3)
        terminal.press("Hello!\r")
        terminal.wait_for_answer(server, 1, PROMPT)
        terminal.quiet(0.5)
        return {"peak": terminal.peak()}


def rows(rounds: int) -> list[Row]:
    rounds = fewer(rounds)  # memory hardly differs from run to run
    with Server() as server, measured(server.base_url) as programs:
        server.plan = Plan(TOKENS)
        asking = programs.asking(server.base_url)
        asked = ("ours", "floor", "llm")
        runs = {name: partial(piped, asking[name], server) for name in asked if name in asking}
        ask = medians(rounds, runs, warm=False)
        chats = {"ours": programs.ours, **programs.chat}
        chats.pop("shell_gpt", None)  # renders the whole answer for each token: it would not end
        talked = {name: partial(chatting, each, server) for name, each in chats.items()}
        chat = medians(rounds, talked, warm=False)
    peak, after = "peak", f"after {TOKENS:,} tokens: MB"
    return [
        Row(
            f"memory of `ask` {after}",
            ask["ours"][peak],
            ask["floor"][peak],
            (at_most(32, "MB"),),
            peers_of(ask, peak),
        ),
        Row(
            f"memory of a chat {after}",
            chat["ours"][peak],
            goals=(at_most(48, "MB"),),
            peers=peers_of(chat, peak),
        ),
    ]


if __name__ == "__main__":
    show(rows(rounds_asked_for()))
