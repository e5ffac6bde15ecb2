"""Peak memory after an answer of 50,000 tokens, for one question in a pipe and for a chat.

python bench/memory.py [ROUNDS]
"""

from __future__ import annotations

from functools import partial

from endpoint import Endpoint, Plan
from processes import Program, Terminal, Usage, own_peak, run
from programs import PROMPT, prepare
from rounds import BASELINE, Goal, Row, Sample, compare, parse_rounds, play, reduce, show

TOKENS = 50_000
ASK_GOAL, CHAT_GOAL = Goal(40, "MB"), Goal(60, "MB")
QUIET = 0.5  # seconds without output after which a program waits for keys
TOO_SLOW = "shell_gpt"  # its chat renders the whole answer again for each token


def sample_peak(usage: Usage) -> Sample:
    if usage.peak <= own_peak():
        raise SystemExit("The measuring process uses more memory than the measured one.")
    return {"peak": usage.peak}


def measure_ask(program: Program) -> Sample:
    return sample_peak(run(program).usage)


def measure_chat(program: Program, endpoint: Endpoint) -> Sample:
    answers = endpoint.answers
    with Terminal(program) as terminal:
        terminal.wait_for(PROMPT)
        terminal.settle(QUIET)
        terminal.press("Hello!\r")
        before = terminal.wait_until(lambda: endpoint.answers > answers)
        terminal.wait_for(PROMPT, before)
        terminal.settle(QUIET)
        return sample_peak(terminal.kill())


def rows(rounds: int) -> list[Row]:
    rounds = reduce(rounds)  # memory hardly differs from run to run
    with Endpoint() as endpoint, prepare(endpoint.base_url) as programs:
        endpoint.plan = Plan(TOKENS)
        asks = {name: partial(measure_ask, each) for name, each in programs.ask().items()}
        ask = play(rounds, asks)
        chats = {
            name: partial(measure_chat, each, endpoint)
            for name, each in programs.chat().items()
            if name not in {BASELINE, TOO_SLOW}
        }
        chat = play(rounds, chats)
    after = f"memory after {TOKENS:,} tokens: MB"
    return [
        compare(ask, "peak", f"`ask`, {after}", goal=ASK_GOAL),
        compare(chat, "peak", f"a chat, {after}", goal=CHAT_GOAL),
    ]


if __name__ == "__main__":
    show(rows(parse_rounds()))
