"""What is released: its contents, its bytes, its version, and what it asks for."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import nemochat
from tests import interpreters, licences
from tests.regen import LICENCES, ROOT
from tests.source import imports, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NO_SOURCE = (".git", ".venv*", ".*_cache", ".hypothesis", ".real", ".peers", "__pycache__")
LATE = re.compile(r"""import_module\("(\w+)""")
ROW = re.compile(r"^\| `(\S+)` \| (.+?) \|", re.MULTILINE)
ALLOWED = {"Apache", "BSD", "ISC", "MIT", "MPL", "PSF"}


def built(source: Path, kind: str, umask: int = 0o022) -> Path:
    """A `wheel` or an `sdist`, made in a folder of the source."""
    done = subprocess.run(
        [sys.executable, "-c", f"from hatchling.build import *; print(build_{kind}('dist'))"],
        cwd=source,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        umask=umask,
    )
    assert done.returncode == 0, done.stderr
    return source / "dist" / done.stdout.strip()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source as a clone has it."""
    folder = tmp_path_factory.mktemp("here") / "nemochat"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NO_SOURCE, "build", "dist"))
    return folder


@pytest.fixture(scope="module")
def wheel(checkout: Path) -> Path:
    return built(checkout, "wheel")


def test_the_same_source_gives_the_same_bytes_anywhere_at_any_time(
    checkout: Path, wheel: Path, tmp_path: Path
) -> None:
    sdist = built(checkout, "sdist")
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # there from 3.11.4 on
        archive.extractall(tmp_path)
    (elsewhere,) = tmp_path.iterdir()  # the sdist's own folder: all that is needed is in it
    (elsewhere / "PKG-INFO").unlink()  # what the building of the sdist added
    for path in elsewhere.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(path.stat().st_mode & 0o700)
    assert built(elsewhere, "wheel", umask=0o077).read_bytes() == wheel.read_bytes()
    assert built(elsewhere, "sdist", umask=0o077).read_bytes() == sdist.read_bytes()


def test_a_stray_file_is_not_released(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "nemochat"
    shutil.copytree(checkout, folder)
    (folder / "out.py").write_text("x=  1\n")  # what `/write out.py` leaves in a checkout
    with tarfile.open(built(folder, "sdist")) as archive:
        released = {name.split("/")[1] for name in archive.getnames()}
    assert "out.py" not in released
    assert {"CHANGELOG.md", "Makefile", "src", "tests"} <= released


def test_the_wheel_holds_the_program_its_pages_and_what_shells_and_man_read(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    of_data = {name.partition(".data/data/")[2] for name in names if ".data/" in name}
    assert of_data == {
        "share/bash-completion/completions/nemochat",
        "share/fish/vendor_completions.d/nemochat.fish",
        "share/man/man1/nemochat.1",
        "share/zsh/site-functions/_nemochat",
    }
    pages = {f"nemochat/pages/{path.name}" for path in (ROOT / "docs").glob("*.md")}
    source = {str(path.relative_to(ROOT / "src")) for path in modules()}
    assert pages | source <= names
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"nemochat"}
    assert not any(name.endswith((".svg", ".pyc")) for name in names)


def test_the_version_stands_once_and_the_changelog_tells_of_it() -> None:
    assert version("nemochat") == nemochat.__version__
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## (\d\S+) - \d{4}-\d\d-\d\d$", changes, re.MULTILINE)
    assert released[0] == nemochat.__version__


def test_the_pythons_of_the_classifiers_begin_with_the_one_that_is_required() -> None:
    oldest, *_ = interpreters.versions()
    assert PROJECT["requires-python"] == f">={oldest}"


def test_all_does_not_pass_where_no_python_is_found(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "interpreters.py"), "make"],
        env={"HOME": str(tmp_path), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if "not on this machine" not in line] == []
    assert done.stderr.startswith("No Python of these was found")


def test_what_is_imported_is_asked_for_and_what_is_asked_for_is_imported() -> None:
    lines = itertools.chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    asked = {licences.normal(Requirement(line).name) for line in lines}
    libraries = packages_distributions()
    used = {
        licences.normal(libraries[top][0])
        for path in modules()
        for name in (*imports(path), *LATE.findall(path.read_text("utf-8")))
        if (top := name.split(".")[0]) in libraries
    }
    assert used - {"nemochat"} == asked


def test_the_page_of_licences_tells_those_of_the_libraries_that_are_here() -> None:
    told = dict(ROW.findall(LICENCES.read_text("utf-8")))
    here = {name.strip("`"): text for name, text, _ in licences.rows()}
    assert {
        name: told.get(name) for name in here if family(told.get(name, "")) not in ALLOWED
    } == {}
    # A version that is older may write the name of the same licence in another way.
    assert {n: (told[n], here[n]) for n in here if family(told[n]) != family(here[n])} == {}


def family(name: str) -> str:
    """The first word of a licence's name: `BSD` of BSD-3-Clause."""
    return re.split(r"[- ]", name)[0].replace("Python", "PSF")
