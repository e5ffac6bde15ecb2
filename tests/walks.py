"""Walks through the source: which files one flag, and one delta, pass on their way.

    python -m tests.walks [-v]

The program runs with a profile function that looks at the arguments, the locals and the result of
every call of nemochat's own. A file is passed where one of them holds the value: 0.3 until the
answer comes, or the text of the delta until the view has written it. What saves the text and
returns it afterwards is counted apart.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.answering import Answering

MARK = "zyzzyva"  # a text that nothing else holds

CHILD = f"""
import inspect, os, sys, threading
SOURCE = os.path.join(sys.argv.pop(1), "nemochat") + os.sep
passed, touched = {{"flag": set(), "delta": set(), "text": set()}}, set()
arrived = False

def holds(value, depth=0):
    if type(value) is float:
        return {{"flag"}} if value == 0.3 else set()
    if type(value) is str:
        return ({{"flag"}} if value == "0.3" or '"temperature": 0.3' in value else set()) | (
            {{"delta"}} if "{MARK}" in value else set())
    if type(value) in (bytes, bytearray):
        return ({{"flag"}} if b'"temperature": 0.3' in value else set()) | (
            {{"delta"}} if b"{MARK}" in value else set())
    if depth > 3:
        return set()
    if isinstance(value, dict):
        each = list(value.values())
    elif isinstance(value, (list, tuple, set)):
        each = list(value)
    else:
        return set()
    return set().union(*(holds(one, depth + 1) for one in each[:40]))

def profile(frame, event, result):
    global arrived
    file = frame.f_code.co_filename
    if not file.startswith(SOURCE) or event not in ("call", "return"):
        return
    if not frame.f_code.co_flags & inspect.CO_OPTIMIZED:  # the body of a module or a class
        return
    name = file[len(SOURCE):]
    touched.add(name)
    values = [v for k, v in list(frame.f_locals.items()) if k != "self"]
    found = holds([*values, result], 0)
    if "flag" in found and not passed["text"]:  # once the answer comes, the flag has arrived
        passed["flag"].add(name)
    if "delta" in found:
        passed["text"].add(name)
        if not arrived:
            passed["delta"].add(name)
        arrived = arrived or (event == "return" and frame.f_code.co_name == "_put")

sys.setprofile(profile)
threading.setprofile(profile)
import atexit, json
from nemochat.__main__ import main
def report():
    sys.setprofile(None)
    threading.setprofile(None)
    files = {{**passed, "touched": touched}}
    with open(os.environ["WALKS"], "w") as out:
        json.dump({{name: sorted(each) for name, each in files.items()}}, out)
atexit.register(report)
main()
"""


class Walks(NamedTuple):
    """The files passed.

    Attributes:
        flag: By `-t 0.3`, from the command line to the request's body.
        delta: By a delta, from the socket to the pipe.
        text: By its text until the program ends: it is saved and returned, too.
        touched: All files of which a function ran.
    """

    flag: list[str]
    delta: list[str]
    text: list[str]
    touched: list[str]


def walk(source: str = "src") -> Walks:
    """Ask one question with `-t 0.3` and return the files passed."""
    with (
        Answering({"Which word?": (MARK,)}) as server,
        tempfile.TemporaryDirectory(prefix="nemochat-walks-") as home,
    ):
        out = Path(home, "walks.json")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
            "HOME": home,
            "PYTHONPATH": source,
            "NEMOCHAT_BASE_URL": server.base_url,
            "NEMOCHAT_TOKEN": "sk-walks",
            "WALKS": str(out),
        }
        command = [sys.executable, "-c", CHILD, str(Path(source).resolve()), "ask", "-t", "0.3"]
        subprocess.run(
            [*command, "Which word?"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        return Walks(**json.loads(out.read_text("utf-8")))


def main(arguments: list[str]) -> None:
    """Print the figures; with -v, the files too."""
    walks = walk()
    rows = {
        "files that -t 0.3 passes on its way to the body": walks.flag,
        "files that a delta passes from the socket to the pipe": walks.delta,
        "files that its text passes, which is saved, too": walks.text,
        "files of which a function runs": walks.touched,
    }
    for row, files in rows.items():
        print(f"{row:<56}{len(files):>4}")
        if "-v" in arguments:
            print(*(f"    {file}" for file in files), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
