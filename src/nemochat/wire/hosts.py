"""The name of a host in ASCII, as it is looked up, sent and certified. The only door to idna.

Python's own codec is of 2003: straße.de would be asked for as strasse.de, which may be another's.
"""

from __future__ import annotations

_LONGEST_LABEL = 63  # letters between two dots


def in_ascii(host: str) -> str:
    """A host's name or number in ASCII.

    Raises:
        ValueError: it can be none.
    """
    if host.isascii():
        labels = host.removesuffix(".").split(".")
        if not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
            raise ValueError(host)
        return host
    import idna  # for few names

    return idna.encode(host, uts46=True).decode("ascii")
