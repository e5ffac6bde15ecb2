"""Under which licences are the libraries that come with nemochat? As their metadata tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

EXTRAS = ("keyring", "import", "schema")
SPDX = {
    "Apache Software License": "Apache-2.0",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
LONGEST = 40  # characters; some put the whole text of the licence where its name belongs


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(found: Distribution, extras: Iterable[str]) -> list[Requirement]:
    """What a distribution asks for on this machine, with these extras."""
    asked = map(Requirement, found.requires or [])
    environments = [{"extra": extra} for extra in ("", *extras)]
    return [
        each
        for each in asked
        if each.marker is None or any(map(each.marker.evaluate, environments))
    ]


def closure(name: str, extras: Iterable[str] = ()) -> dict[str, Distribution]:
    """All that comes with a distribution, by name; what is not installed is left out."""
    found: dict[str, Distribution] = {}
    asked = [*wanted(distribution(name), extras)]
    while asked:
        each = asked.pop()
        if normal(each.name) in found:
            continue
        try:
            found[normal(each.name)] = distribution(each.name)
        except PackageNotFoundError:
            continue
        asked += wanted(found[normal(each.name)], each.extras)
    return dict(sorted(found.items()))


def licence(found: Distribution) -> str:
    """The licence of a distribution as SPDX writes it, where its metadata is that exact."""
    told = found.metadata
    classes = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier", [])
        if line.startswith("License ::")
    ]
    fields = told.get_all("License-Expression", []) + told.get_all("License", [])
    named = next((field for field in fields if len(field) <= LONGEST), " and ".join(classes))
    return SPDX.get(named, named)


def rows() -> list[tuple[str, str, str]]:
    """Every library with its licence, and with the extra that brings it if that is needed."""
    always = closure("nemochat")
    with_extras = closure("nemochat", EXTRAS)
    brings = {name: extra for extra in EXTRAS for name in closure("nemochat", (extra,))}
    return [
        (f"`{name}`", licence(found), "" if name in always else f"`{brings[name]}`")
        for name, found in with_extras.items()
    ]
