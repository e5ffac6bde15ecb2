"""How an endpoint's requests differ from the ones that we would make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # an endpoint is looked up before anything is sent to it
    from nemochat.core.prompt import Prompt
    from nemochat.wire.lenient import Json


class Dialect(NamedTuple):
    """What of a request an endpoint does not take, calls otherwise, or wants besides.

    Attributes:
        without: Members of the body that it does not take, by our names.
        called: Its names of members, by ours.
        body: Further members of the body; they win over ours.
        headers: Further headers; they may be secret.
    """

    without: tuple[str, ...] = ()
    called: Mapping[str, str] = MappingProxyType({})
    body: Mapping[str, Json] = MappingProxyType({})
    headers: Mapping[str, str] = MappingProxyType({})


class Fitting:
    """Makes prompts fit a dialect, and tells once of each parameter that is left out.

    Attributes:
        dialect: How the endpoint's requests differ.
    """

    def __init__(self, dialect: Dialect, notice: Callable[[str], None] = lambda _: None) -> None:
        self.dialect = dialect
        self._notice = notice
        self._told: set[str] = set()

    def fit(self, prompt: Prompt) -> Prompt:
        """The prompt without the parameters that are not taken."""
        left_out = [name for name in prompt.parameters if name in self.dialect.without]
        if not left_out:
            return prompt
        if news := [name for name in left_out if name not in self._told]:
            self._told.update(news)
            them = "it is" if len(news) == 1 else "they are"
            self._notice(f"this endpoint does not take {' and '.join(news)}: {them} not sent")
        kept = {name: v for name, v in prompt.parameters.items() if name not in left_out}
        return prompt._replace(parameters=kept)
