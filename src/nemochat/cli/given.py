"""Flags that the chat and `ask` share, as values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from nemochat.core.parameters import Value


class CommonOptions(NamedTuple):
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
        template_values: Values for the template of the profile.
    """

    settings: Mapping[str, str] = MappingProxyType({})
    parameters: Mapping[str, Value] = MappingProxyType({})
    resume: str | None = None
    fork: bool = False
    private: bool = False
    stream: bool = True
    resume_dropped: bool = False
    debug: bool = False
    template_values: Mapping[str, str] = MappingProxyType({})

    def with_defaults(self, other: CommonOptions) -> CommonOptions:
        """These flags, and the other's where these say nothing."""
        return CommonOptions(
            {**other.settings, **self.settings},
            {**other.parameters, **self.parameters},
            other.resume if self.resume is None else self.resume,
            self.fork or other.fork,
            self.private or other.private,
            self.stream and other.stream,
            self.resume_dropped or other.resume_dropped,
            self.debug or other.debug,
            {**other.template_values, **self.template_values},
        )
