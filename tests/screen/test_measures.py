"""Measures of a complete answer."""

from __future__ import annotations

import pytest

from nemochat.core.messages import Continuation, Ending, Message, Provenance, Role, Usage
from nemochat.screen.status import format_measures

USED = Usage(20, 312, 332, estimated_cost=0.000021)
WHOLE = Ending.COMPLETE


@pytest.mark.parametrize(
    ("provenance", "told"),
    [
        (
            Provenance(ending=WHOLE, first_token=0.41, seconds=5.41, usage=USED),
            "0.4 s to the first token · 62 tokens/s · 312 tokens · $0.000021",
        ),
        (Provenance(ending=WHOLE, first_token=0.04, seconds=1), "0.04 s to the first token"),
        (Provenance(ending=WHOLE, first_token=0.095, seconds=1), "0.1 s to the first token"),
        (
            Provenance(ending=WHOLE, first_token=3.2, seconds=3.201, usage=USED),
            "3.2 s · 312 tokens · $0.000021",
        ),
        (Provenance(ending=Ending.TOOL_CALLS, seconds=2, usage=Usage(1, 2)), "2.0 s · 2 tokens"),
        (Provenance(ending=WHOLE), ""),
        (Provenance(ending=Ending.MAX_TOKENS, first_token=1, seconds=2, usage=USED), ""),
        (Provenance(ending=Ending.FAILED, first_token=1, seconds=2, usage=USED), ""),
        (
            Provenance(ending=WHOLE, seconds=2, continued=(Continuation(1, "length", "", 0),)),
            "",
        ),
        (None, ""),
    ],
)
def test_what_is_known_of_a_whole_answer(provenance: Provenance | None, told: str) -> None:
    assert format_measures(Message(Role.ASSISTANT, "x", provenance=provenance)) == told
