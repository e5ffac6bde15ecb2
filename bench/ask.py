"""The cost of one question with an answer of ten tokens, into a pipe.

It is measured over plain HTTP on this machine, and over TLS with a round trip of 60 ms. There the
difference to the plain script shows what connecting ahead of time could bring, for the script
connects only when all of its modules are loaded; "start to connection" shows when each connects.

    python bench/ask.py [ROUNDS]
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import certifi
from endpoint import Endpoint
from processes import Failed, Program, run
from programs import prepare
from relay import Relay
from rounds import BASELINE, OURS, Goal, Row, Sample, compare, parse_rounds, play, show

ROUND_TRIP = 60.0  # milliseconds
CERTIFICATES = Path(__file__).parents[1] / "tests" / "api" / "certificates"
CPU_GOAL = Goal(1.4, baseline="the plain script")
DIFFERENCE_GOAL = Goal(60, "ms")


def measure(program: Program, relay: Relay | None = None) -> Sample:
    if relay:
        relay.accepted.clear()
    done = run(program)
    sample = {"cpu": done.usage.cpu, "first": done.first_output}
    if relay:
        if not relay.accepted:
            raise Failed("no connection")
        sample["connection"] = 1000 * (relay.accepted[0] - done.started)
    return sample


def measure_near(rounds: int) -> list[Row]:
    with Endpoint() as endpoint, prepare(endpoint.base_url) as programs:
        runs = {name: partial(measure, each) for name, each in programs.ask().items()}
        results = play(rounds, runs)
    return [
        compare(results, "cpu", "`ask`, one short answer: CPU ms", goal=CPU_GOAL),
        compare(results, "first", "`ask`, start to first token: ms"),
    ]


@contextmanager
def make_bundle() -> Iterator[str]:
    """Yield the path of a file with all public certificates and the one that signed ours."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.pem"
        public = Path(certifi.where()).read_text("utf-8")
        path.write_text(public + (CERTIFICATES / "authority.pem").read_text("utf-8"), "utf-8")
        yield str(path)


def measure_far(rounds: int) -> list[Row]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "good.pem")
    with (
        make_bundle() as bundle,
        Endpoint(context) as endpoint,
        Relay(endpoint.port, ROUND_TRIP / 1000) as relay,
        prepare(f"https://127.0.0.1:{relay.port}/v1", bundle) as programs,
    ):
        runs = {name: partial(measure, each, relay) for name, each in programs.ask().items()}
        results = play(rounds, runs)
    pairs = zip(results[OURS]["first"], results[BASELINE]["first"], strict=True)
    differences = [ours - theirs for ours, theirs in pairs]
    far = f"`ask` over TLS, round trip {ROUND_TRIP:g} ms"
    return [
        compare(results, "first", f"{far}, start to first token: ms"),
        Row(f"{far}, difference to the plain script: ms", differences, goal=DIFFERENCE_GOAL),
        compare(results, "connection", f"{far}, start to connection: ms"),
    ]


if __name__ == "__main__":
    rounds = parse_rounds()
    show([*measure_near(rounds), *measure_far(rounds)])
