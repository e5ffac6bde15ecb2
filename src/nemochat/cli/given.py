"""What the flags say that a chat and `ask` share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from nemochat.core.values import Value


class Given(NamedTuple):
    """What the shared flags say.

    Attributes:
        settings: Settings by name, as typed.
        parameters: Sampling parameters by name.
        resume: Which conversation to go on with, by name or number; "" is the last, None a new one.
        fork: Whether to go on in a new conversation that begins as that one.
        private: Whether to keep nothing on disk.
        stream: Whether to stream answers.
        resume_dropped: Whether to ask for the rest of an answer that broke off.
        debug: Whether to log what is sent and received.
        filling: Values for the template of the profile.
    """

    settings: Mapping[str, str] = MappingProxyType({})
    parameters: Mapping[str, Value] = MappingProxyType({})
    resume: str | None = None
    fork: bool = False
    private: bool = False
    stream: bool = True
    resume_dropped: bool = False
    debug: bool = False
    filling: Mapping[str, str] = MappingProxyType({})

    def over(self, other: Given) -> Given:
        """These flags, and the other's where these say nothing."""
        return Given(
            {**other.settings, **self.settings},
            {**other.parameters, **self.parameters},
            other.resume if self.resume is None else self.resume,
            self.fork or other.fork,
            self.private or other.private,
            self.stream and other.stream,
            self.resume_dropped or other.resume_dropped,
            self.debug or other.debug,
            {**other.filling, **self.filling},
        )
