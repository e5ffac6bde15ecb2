"""Check of a turn's outgoing text: a secret is sent only if the user agrees."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nemochat.core.secrets import describe_place, find_secrets
from nemochat.errors import UsageError

MOST_NAMED = 3  # secrets that a question to the user names


class SecretWithheld(UsageError):
    """A message contains a secret, and nothing was sent."""


class SecretCheck:
    """Gate for everything that the user sends.

    Attributes:
        confirm: Asks the user a yes-or-no question; None without a user at a terminal.
    """

    def __init__(self, *, allowed: bool) -> None:
        """Check nothing if secrets are `allowed`."""
        self.confirm: Callable[[str], bool] | None = None
        self._allowed = allowed
        self._approved: set[str] = set()

    def check(self, texts: Mapping[str, str]) -> None:
        """Check that the texts contain no secret that the user has not approved.

        Args:
            texts: The texts by name, such as "the message".

        Raises:
            SecretWithheld: they do, and the user refuses or cannot be asked.
        """
        if self._allowed:
            return
        secrets: set[str] = set()
        places: list[str] = []
        for name, text in texts.items():
            for found in find_secrets(text):
                secret = text[found.start : found.end]
                if secret not in self._approved | secrets:
                    secrets.add(secret)
                    places.append(f"{found.kind} ({name}, {describe_place(text, found.start)})")
        if not secrets:
            return
        more = len(places) - MOST_NAMED
        listed = ", ".join(places[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        problem = f"this would send {listed}"
        if self.confirm is None:
            raise SecretWithheld(
                f"{problem}; nothing was sent", "Use `--allow-secrets` to send it anyway"
            )
        if not self.confirm(f"{problem[0].upper()}{problem[1:]}. Send it anyway?"):
            raise SecretWithheld("nothing was sent")
        self._approved |= secrets
