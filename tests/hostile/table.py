"""All hostile inputs."""

from __future__ import annotations

from tests.hostile import code, imports, inputs, texts

CASES = [*inputs.CASES, *texts.CASES, *code.CASES, *imports.CASES]
