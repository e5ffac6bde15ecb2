"""The connection that is begun before anything is loaded, to where the last question went."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nemochat import config, tokens
from nemochat.directories import directories
from nemochat.errors import ConfigurationError
from nemochat.wire import early
from nemochat.wire.route import Route
from nemochat.wire.trust import trusted
from tests.conftest import Program
from tests.test_imports import LOADED, PROFILED
from tests.wire.fault_server.scripts import HELLO
from tests.wire.secured import AUTHORITY, secured, until, unused_port

SECONDS = 5.0
SECRET = "sk-not-to-be-kept"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The environment of this process with a home of its own, and nothing set."""
    for name in os.environ:
        if name.startswith("NEMOCHAT_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG", "STATE"):
        folder = tmp_path / name.lower() / "nemochat"
        folder.mkdir(parents=True)
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder.parent))
    monkeypatch.setenv("FAR_TOKEN", SECRET)
    (tmp_path / "config" / "nemochat" / "config.toml").write_text("retries = 0\n")
    early._BEGUN.clear()
    yield tmp_path
    early._BEGUN.clear()


def keep(port: int, bundle: str = "") -> None:
    folders = directories()
    early.keep(
        ("127.0.0.1", port),
        SECONDS,
        encrypted=bool(bundle),
        bundle=bundle,
        config=str(folders.config / "config.toml"),
        tokens=str(folders.state / "tokens"),
        variable="FAR_TOKEN",
    )


def begun(port: int) -> bool:
    """Whether a connection to there is begun; it is closed again."""
    early.begin()
    return close(port)


def close(port: int) -> bool:
    """Close the connection that was begun, if one was."""
    if connection := early.connection("127.0.0.1", port, SECONDS):
        connection.close()
    return connection is not None


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_question_goes_over_the_connection_to_where_the_last_one_went(program: Program) -> None:
    with secured("good") as server:
        settings = {"NEMOCHAT_BASE_URL": server.base_url, "SSL_CERT_FILE": AUTHORITY}
        asking = Program(program.home, program.environment | settings)
        for times in (1, 2):
            done = asking.run("ask", "Hi", environment=PROFILED)
            assert (done.stdout.decode(), done.returncode) == (f"{HELLO}\n", 0)
            assert (server.connections, len(server.requests)) == (times, times)
        loaded = LOADED.findall(done.stderr.decode())
        assert loaded.index("socket") < loaded.index("nemochat.config")
        moved = asking.run("ask", "Hi", environment={"NEMOCHAT_ENDPOINT": "nowhere"})
        assert (moved.returncode, server.connections) == (3, 2)


@pytest.mark.parametrize("arguments", ["ask --private Hi", "ask --base-url URL Hi", "chats list"])
def test_nothing_is_kept_that_was_not_to_be(program: Program, arguments: str) -> None:
    with secured("good") as server:
        settings = {"NEMOCHAT_BASE_URL": server.base_url, "SSL_CERT_FILE": AUTHORITY}
        asking = Program(program.home, program.environment | settings)
        words = arguments.replace("URL", server.base_url).split()
        assert asking.run(*words).returncode == 0
    assert not (program.home / "state" / "nemochat" / early.NAME).exists()


def test_it_is_begun_where_nothing_has_changed(home: Path, listening: int) -> None:
    assert not begun(listening)
    keep(listening)
    assert begun(listening)
    assert (home / "state" / "nemochat" / early.NAME).stat().st_mode & 0o777 == 0o600


def edited(home: Path) -> None:
    (home / "config" / "nemochat" / "config.toml").write_text('endpoint = "mistral"\n')


def stored(home: Path) -> None:
    (home / "state" / "nemochat" / "tokens").write_text("deepinfra sk-1\n")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *((f"NEMOCHAT_{name.upper()}", "other") for name in early.DECIDING),
        *(("FAR_TOKEN", ""), ("NEMOCHAT_TOKEN", "sk-2")),
        *(("HOME", "/elsewhere"), ("XDG_CONFIG_HOME", "/elsewhere")),
        *(("https_proxy", "http://127.0.0.1:9"), ("ALL_PROXY", "socks5://127.0.0.1:9")),
    ],
)
def test_it_is_not_begun_where_the_environment_has_changed(
    listening: int, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    keep(listening)
    monkeypatch.setenv(variable, value)
    assert not begun(listening)


@pytest.mark.parametrize("change", [edited, stored])
def test_it_is_not_begun_where_a_file_has_changed(
    home: Path, listening: int, change: Callable[[Path], None]
) -> None:
    keep(listening)
    change(home)
    assert not begun(listening)


def test_what_was_kept_in_part_leads_nowhere(home: Path, listening: int) -> None:
    keep(listening)
    file = home / "state" / "nemochat" / early.NAME
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        early.begin()
        assert early._BEGUN == [], whole[:length]
    file.write_bytes(b"\xff\n" * 40)
    assert not begun(listening)


def test_no_secret_is_kept(home: Path, listening: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEMOCHAT_TOKEN", SECRET)
    keep(listening)
    file = home / "state" / "nemochat" / early.NAME
    assert SECRET not in file.read_text()
    file.unlink()
    monkeypatch.setenv("https_proxy", f"http://me:{SECRET}@127.0.0.1:9")
    keep(listening)
    assert not file.exists()


def test_a_place_that_cannot_be_written_costs_nothing(home: Path, listening: int) -> None:
    folder = home / "state" / "nemochat"
    folder.rmdir()
    keep(listening)
    folder.write_text("a file")
    keep(listening)
    assert not begun(listening)


@pytest.mark.usefixtures("home")
def test_why_there_is_no_connection_is_told() -> None:
    port = unused_port()
    keep(port)
    early.begin()
    with pytest.raises(ConnectionRefusedError):
        early.connection("127.0.0.1", port, SECONDS)
    assert early.connection("127.0.0.1", port, SECONDS) is None


@pytest.mark.usefixtures("home")
def test_a_connection_that_does_not_come_is_left_in_time() -> None:
    with socket.socket() as full:  # nobody accepts, and one fills the queue
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            keep(port)
            early.begin()
            with pytest.raises(TimeoutError):
                early.connection("127.0.0.1", port, 0.1)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("value", ["", " ", "/x", "/x/", None])
def test_it_is_kept_where_the_platform_says(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("XDG_STATE_HOME")
    else:
        monkeypatch.setenv("XDG_STATE_HOME", value)
    assert Path(early._file()) == directories().state / early.NAME


def test_its_flags_are_those_of_the_settings() -> None:
    settings = [setting for name in early.DECIDING if (setting := config.find(name))]
    assert [setting.name for setting in settings] == list(early.DECIDING)
    assert {setting.flag for setting in settings} <= early.FLAGS
    short = {flag for setting in settings for flag in setting.flags}
    assert short == {f"-{letter}" for letter in early.LETTERS} - {"-h"}
    assert all(early.decided([flag]) for flag in short)
    assert tokens.ANY == "NEMOCHAT_TOKEN"


@pytest.mark.usefixtures("home")
def test_certificates_are_read_beside_it_and_given_once(listening: int) -> None:
    keep(listening, AUTHORITY)
    early.begin()
    until(lambda: bool(early._BEGUN[0].place))
    assert early.context(str(Path(AUTHORITY).with_name("good.pem"))) is None
    read = early.context(AUTHORITY)
    assert read is not None
    assert read.cert_store_stats()["x509_ca"] == 1
    assert (read.check_hostname, read.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert early.context(AUTHORITY) is None
    close(listening)


@pytest.mark.usefixtures("home")
def test_certificates_that_cannot_be_read_are_told_where_they_are_needed(listening: int) -> None:
    keep(listening, __file__)
    early.begin()
    until(lambda: bool(early._BEGUN[0].place))
    with pytest.raises(ConfigurationError, match=f"the certificates in {__file__} cannot be read"):
        trusted(Route("https://127.0.0.1/v1", __file__))
    close(listening)
