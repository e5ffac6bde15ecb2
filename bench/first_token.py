"""What does one question cost? CPU until its request has come in, and until the end; TLS far away.

The programs write into a pipe. The answer is ten tokens long; its last bytes come a tenth of a
second after the others.

    python bench/first_token.py [ROUNDS]
"""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import certifi
from measuring import (
    Goal,
    Row,
    Sample,
    medians,
    over,
    peers_of,
    rounds_asked_for,
    share,
    show,
    times,
)
from peers import QUESTION, measured
from processes import Failed, Program, run
from relay import Relay
from serving import Server

ROUND_TRIP = 0.06  # seconds
CERTIFICATES = Path(__file__).parents[1] / "tests" / "wire" / "certificates"


def one(program: Program, server: Server) -> Sample:
    ended = run(program, server)
    if ended.to_request is None or ended.after_last is None:
        raise Failed(f"{program.command[0]} was not answered")
    return {
        "cpu to request": 1000 * ended.to_request.cpu,
        "wall to request": 1000 * ended.to_request.wall,
        "cpu": 1000 * ended.cpu,
        "cpu after last": 1000 * ended.after_last.cpu,
        "wall after last": 1000 * ended.after_last.wall,
    }


def near(rounds: int) -> list[Row]:
    """In the clear, on this machine."""
    with Server() as server, measured(server.base_url) as programs:
        runs = programs.asking(server.base_url)
        runs["private"] = programs.ours("ask", "--private", QUESTION)
        table = medians(rounds, {name: partial(one, each, server) for name, each in runs.items()})
    ours, floor = table["ours"], table["floor"]

    def row(said: str, figure: str, goals: tuple[Goal, ...] = (), digits: int = 0) -> Row:
        return Row(said, ours[figure], floor[figure], goals, peers_of(table, figure), digits)

    before, after = "cpu to request", "wall after last"
    lean = (times(1.15, floor[before]), *share(0.2, peers_of(table, before), "llm"))
    return [
        row("`ask` into a pipe, start to request received: CPU ms", before, lean),
        Row("the same beside the tuned floor: CPU ms", ours[before], table["tuned"][before]),
        Row("the same with `--private`: CPU ms", table["private"][before], floor[before]),
        row("one question, one short answer, whole process: CPU ms", "cpu"),
        row("last byte to end of process: ms", after, (over(15, floor[after], "ms"),), 1),
        row("the same: CPU ms", "cpu after last"),
    ]


@contextmanager
def certificates() -> Iterator[str]:
    """A file of all the certificates that people trust, and of the one that signed ours."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.pem"
        known = Path(certifi.where()).read_text("utf-8")
        path.write_text(known + (CERTIFICATES / "authority.pem").read_text("utf-8"), "utf-8")
        yield str(path)


def far(rounds: int) -> list[Row]:
    """Over TLS, with a round trip of 60 ms."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "good.pem")
    with (
        certificates() as bundle,
        Server(context) as server,
        Relay(server.port, ROUND_TRIP) as relay,
    ):
        base_url = f"https://127.0.0.1:{relay.port}/v1"
        with measured(base_url, bundle) as programs:
            runs = programs.asking(base_url)
            for name in ("shell_gpt", "openai"):  # one peer stands for all: they take seconds
                runs.pop(name, None)
            curl = shutil.which("curl")
            if curl:
                words = ("-sN", "--cacert", bundle, "-H", "Content-Type: application/json")
                body = '{"stream": true, "messages": []}'
                command = (curl, *words, "-d", body, f"{base_url}/chat/completions")
                runs["curl"] = Program(command, programs.ours.environment)
            parts = {name: partial(one, each, server) for name, each in runs.items()}
            table = medians(rounds, parts)
    figure = "wall to request"
    ours, peers = table["ours"][figure], peers_of(table, figure)
    rows = []
    if "curl" in table:
        least = table["curl"][figure]
        said = "TLS at a round trip of 60 ms, start to request received, beside curl: ms"
        rows.append(Row(said, ours, least, (times(1.15, least, "curl"),), peers))
    for name, floor in (("plain", "floor"), ("tuned", "tuned")):
        rows.append(Row(f"the same beside the {name} floor: ms", ours, table[floor][figure]))
    return rows


if __name__ == "__main__":
    rounds = rounds_asked_for()
    show(near(rounds) + far(rounds))
