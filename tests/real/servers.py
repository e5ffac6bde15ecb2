"""The servers: what each is installed from, how it is started, and what it is told to answer."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nemochat.config.endpoints import NEMO
from tests.real.processes import LeftOut, Running, free_port, installed, run, running

TOKEN = "sk-nemochat-real"  # the key that each server takes
ANSWER = "one two three four five six seven eight nine ten"
SECOND_ANSWER = "I said so before."
TO_PIRATES = "Arr!"
CUT_ANSWER = "one two three four five"
BROKEN_ANSWER = "one two three four five six seven eight nine ten"
TINY_MODEL = Path(__file__).with_name("tiny_model.py")

Command = list[str]


@dataclass(frozen=True, eq=False)
class Kind:
    """A server that nobody here wrote.

    Attributes:
        name: What it is called here.
        package: What it is installed from.
        version: The version of it.
        needs: Programs without which it cannot be installed or run.
        install: The commands that install it into a folder of its own.
        start: Writes what it is to answer into a folder, and makes the command that serves it at
            a port; takes the folder of the installation first.
        environment: What it finds in its environment.
        heard: What it prints for each question that it takes.
        flags: What nemochat is given so that it answers alike each time.
    """

    name: str
    package: str
    version: str
    needs: tuple[str, ...]
    install: Callable[[Path], list[Command]]
    start: Callable[[Path, Path, int], Command]
    heard: str
    environment: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    @contextmanager
    def started(self, cache: Path) -> Iterator[Running]:
        """Install it if it is not yet there, and run it.

        Raises:
            LeftOut: it cannot be had here.
        """
        missing = [program for program in self.needs if not shutil.which(program)]
        if missing:
            raise LeftOut(f"{' and '.join(missing)} cannot be found")
        folder = cache / self.name
        installed(folder, f"{self.package} {self.version}", self.install(folder))
        with tempfile.TemporaryDirectory() as made:
            here, port = Path(made), free_port()
            command = self.start(folder, here, port)
            with running(command, port, here, self.environment) as server:
                yield server


def _pip(*requirements: str) -> Callable[[Path], list[Command]]:
    def install(folder: Path) -> list[Command]:
        return [
            [sys.executable, "-m", "venv", str(folder / "venv")],
            [str(folder / "venv/bin/python"), "-m", "pip", "install", "--quiet", *requirements],
        ]

    return install


# --- aimock: answers to texts, with its own ideas of streaming and errors ---

_AIMOCK = "1.43.0"
_FIXTURES = [
    {
        "match": {"userMessage": "tool"},
        "response": {"toolCalls": [{"name": "weather", "arguments": {"city": "Paris"}}]},
    },
    {
        "match": {"userMessage": "at length"},
        "response": {"content": CUT_ANSWER, "finishReason": "length"},
    },
    {
        "match": {"userMessage": "break off"},
        "response": {"content": BROKEN_ANSWER},
        "latency": 50,
        "truncateAfterChunks": 3,
    },
    {"match": {"userMessage": "Say nothing"}, "response": {"content": ""}},
    {
        "match": {"userMessage": "busy"},
        "response": {"error": {"message": "Model busy, retry later"}, "status": 429},
    },
    {"match": {"systemMessage": "pirate", "model": NEMO}, "response": {"content": TO_PIRATES}},
    {"match": {"turnIndex": 1, "model": NEMO}, "response": {"content": SECOND_ANSWER}},
    {"match": {"model": NEMO}, "response": {"content": ANSWER}},
]


def _install_aimock(folder: Path) -> list[Command]:
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    return [["npm", "install", "--prefix", str(folder), *quiet, f"@copilotkit/aimock@{_AIMOCK}"]]


def _start_aimock(folder: Path, here: Path, port: int) -> Command:
    fixtures = here / "fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": _FIXTURES}), "utf-8")
    program = folder / "node_modules/@copilotkit/aimock/dist/cli.js"
    flags = ["--port", str(port), "--fixtures", str(fixtures), "--strict", "--log-level", "debug"]
    return ["node", str(program), *flags]


AIMOCK = Kind(
    "aimock",
    "@copilotkit/aimock",
    _AIMOCK,
    ("node", "npm"),
    _install_aimock,
    _start_aimock,
    heard="Fixture matched",
    environment={"AIMOCK_API_KEYS": TOKEN, "AIMOCK_STRICT_TURN_INDEX": "1"},
)


# --- litellm: a proxy that makes up its answers by model ---

_LITELLM = "1.106.2"
_CALL = {"name": "weather", "arguments": '{"city": "Paris"}'}
_MODELS: dict[str, dict[str, object]] = {
    NEMO: {"mock_response": ANSWER},
    "tools": {
        "mock_response": "Let me look.",
        "mock_tool_calls": [{"id": "call_1", "type": "function", "function": _CALL}],
    },
    "busy": {"mock_response": "litellm.RateLimitError"},
    "long": {"mock_response": "litellm.ContextWindowExceededError"},
}


def _start_litellm(folder: Path, here: Path, port: int) -> Command:
    always: dict[str, object] = {"model": "openai/nemo", "api_key": "none"}
    told = {
        "model_list": [
            {"model_name": name, "litellm_params": {**always, **answers}}
            for name, answers in _MODELS.items()
        ],
        "general_settings": {"master_key": TOKEN},
        "router_settings": {"num_retries": 0},
    }
    config = here / "config.yaml"  # JSON is YAML
    config.write_text(json.dumps(told), "utf-8")
    flags = ["--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    return [str(folder / "venv/bin/litellm"), *flags, "--telemetry", "False"]


LITELLM = Kind(
    "litellm",
    "litellm[proxy]",
    _LITELLM,
    (),
    _pip(f"litellm[proxy]=={_LITELLM}"),
    _start_litellm,
    heard="POST /v1/chat/completions",
    environment={"LITELLM_LOCAL_MODEL_COST_MAP": "True"},  # it would fetch a list of prices
)


# --- llama-cpp-python: a real model, though a tiny one, behind the rules of Nemo's template ---

_LLAMA = "0.3.36"


def _start_llama(folder: Path, here: Path, port: int) -> Command:
    python = str(folder / "venv/bin/python")
    run([python, str(TINY_MODEL), str(here / "tiny.gguf")], here)
    flags = ["--model", "tiny.gguf", "--model_alias", NEMO, "--api_key", TOKEN, "--n_ctx", "1024"]
    listen = ["--host", "127.0.0.1", "--port", str(port)]
    return [python, "-m", "llama_cpp.server", *flags, *listen]


LLAMA = Kind(
    "llama-cpp-python",
    "llama-cpp-python[server]",
    _LLAMA,
    ("cc", "c++"),  # it is compiled; cmake and ninja come with it where they are missing
    _pip(f"llama-cpp-python[server]=={_LLAMA}", "gguf==0.19.0"),
    _start_llama,
    heard="POST /v1/chat/completions",
    flags=("--seed", "27"),  # of the seeds tried, one whose answer has wide letters and a NUL
)

KINDS = (AIMOCK, LITELLM, LLAMA)
