"""Baseline of `ask`: httpx as its documentation shows it, JSON and print. `plain.py BASE_URL`."""

from __future__ import annotations

import json
import sys

import httpx

body = {
    "model": "mistralai/Mistral-Nemo-Instruct-2407",
    "messages": [{"role": "user", "content": "Hello!"}],
    "stream": True,
}
with httpx.stream("POST", sys.argv[1] + "/chat/completions", json=body) as response:
    for line in response.iter_lines():
        if line.startswith("data: {"):
            for choice in json.loads(line[6:])["choices"]:
                print(choice["delta"].get("content") or "", end="", flush=True)
