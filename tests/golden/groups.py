"""Sessions of the groups of commands: chats, config, keys, profiles, models, doctor and help."""

from __future__ import annotations

from tests.golden.asks import CONFIG_PATH, FILES
from tests.golden.session import Command, Session

HISTORY = """\
{"messages": [{"role": "user", "content": "Imported?"}, {"role": "assistant", "content": "Yes."}]}
"""
TALK = (Command("ask Hello"), Command("ask code"), Command("ask -c colours"))
BROKEN = {CONFIG_PATH: "temperature = \n"}
UNKNOWN = {CONFIG_PATH: 'modle = "x"\n[profile.a]\nsytem = "y"\n'}

SESSIONS = (
    Session(
        "chats-list",
        (
            Command("chats list"),
            *TALK,
            Command("chats list"),
            Command("chats list --limit 1"),
            Command("chats list --json"),
            Command("chats path"),
            Command("chats"),
            Command("chats lsit"),
        ),
    ),
    Session(
        "chats-show",
        (
            *TALK,
            Command("chats show 2"),
            Command("chats show nothing"),
            Command("chats search colours"),
            Command("chats search '\"no such words\"'"),
            Command("chats search"),
        ),
    ),
    Session(
        "chats-change",
        (
            *TALK,
            Command("chats rename 2 lamb"),
            Command("chats rename 1 lamb"),
            Command("ask --resume lamb Hello"),
            Command("ask --resume lam Hello"),
            Command("chats delete 1"),
            Command("chats delete --yes 1"),
            Command("chats delete --yes 9"),
            Command("chats prune --older-than 90d --yes"),
            Command("chats prune --older-than long"),
            Command("chats list"),
        ),
    ),
    Session(
        "chats-export",
        (
            *TALK,
            Command("chats export 2 --output two.md"),
            Command("chats export 2 --output two.md"),
            Command("chats export 2 --output two.txt"),
            Command("chats export 2 --output two.jsonl"),
            Command("chats export 2 --output two.html"),
            Command("chats export --all --format json"),
            Command("chats export 2 --format nothing"),
            Command("chats backup copy.db"),
            Command("chats import history.jsonl"),
            Command("chats import copy.db"),
            Command("chats import missing.json"),
            Command("chats import notes.txt"),
            Command("chats list"),
        ),
        {**FILES, "history.jsonl": HISTORY},
    ),
    Session(
        "config",
        (
            Command("config path"),
            Command("config show"),
            Command("config show --json"),
            Command("config get parameters.temperature"),
            Command("config get modle"),
            Command("config set parameters.top_k 20"),
            Command("config set parameters.top_k 2000"),
            Command("config set theme dark"),
            Command("config set theme drak"),
            Command("config set idle_timeout 5"),
            Command("config unset parameters.temperature"),
            Command("config unset theme"),
            Command("config check"),
            Command("config show", environment={"NEMOCHAT_MODEL": "example/other-7b"}),
            Command("config edit", environment={"EDITOR": "true"}),
            Command("config edit"),
        ),
        FILES,
    ),
    Session(
        "config-new",
        (
            Command("config check"),
            Command("config set model example/other-7b"),
            Command("ask Hello"),
        ),
    ),
    Session(
        "config-broken",
        (Command("config check"), Command("ask Hello"), Command("config set theme dark")),
        BROKEN,
    ),
    Session(
        "config-unknown",
        (Command("config check"), Command("ask Hello"), Command("config")),
        UNKNOWN,
    ),
    Session(
        "keys",
        (
            Command("keys status"),
            Command("keys set mistral", "a-token\n"),
            Command("keys set mistral --file", "another-token\n"),
            Command("keys set mistral", "two\nlines\n"),
            Command("keys set nowhere", "a-token\n"),
            Command("keys set mistral"),
            Command("keys status"),
            Command("keys remove mistral"),
            Command("keys remove mistral"),
            Command("keys status", environment={"NEMOCHAT_TOKEN": "test-token"}),
            Command("keys"),
            Command("keys list"),
        ),
    ),
    Session(
        "profiles",
        (
            Command("profiles list"),
            Command("profiles show brief"),
            Command("profiles show mood"),
            Command("profiles show breif"),
            Command("profiles edit", environment={"EDITOR": "true"}),
            Command("profiles"),
        ),
        FILES,
    ),
    Session("profiles-none", (Command("profiles list"), Command("profiles show brief"))),
    Session(
        "models",
        (
            Command("models"),
            Command("models -q nemo"),
            Command("models -q nothing"),
            Command("models --json"),
            Command("models --endpoint guide"),
            Command("models --base-url http://127.0.0.1:9/v1"),
        ),
        all_headers=True,
    ),
    Session("doctor", (Command("doctor"), Command("doctor --json"))),
    Session(
        "doctor-ill",
        (
            Command("doctor", environment={"DEEPINFRA_TOKEN": ""}),
            Command("doctor --base-url http://127.0.0.1:9/v1"),
            Command("doctor --endpoint nowhere"),
        ),
        BROKEN,
    ),
    Session(
        "help",
        (
            Command("chats -h"),
            Command("chats export -h"),
            Command("chats prune -h"),
            Command("config -h"),
            Command("config set -h"),
            Command("keys -h"),
            Command("profiles -h"),
            Command("models -h"),
            Command("doctor -h"),
            Command("completions -h"),
            Command("guide -h"),
            Command("completions fsh"),
            Command("help"),
            Command("ask -h", environment={"COLUMNS": "120"}),
        ),
    ),
    Session(
        "show", (Command("show page.md"), Command("show missing.md")), {"page.md": "# A\n\n*b*\n"}
    ),
    Session("help-topic", (Command("help exit-codes"), Command("help exitcodes"))),
)
