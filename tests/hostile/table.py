"""All hostile inputs."""

from __future__ import annotations

from tests.hostile import imports, inputs, texts

CASES = [*inputs.CASES, *texts.CASES, *imports.CASES]
