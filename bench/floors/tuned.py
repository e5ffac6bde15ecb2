"""The tuned floor: no look for proxies, one set of certificates, no garbage collection.

`tuned.py BASE_URL`
"""

from __future__ import annotations

import gc

gc.disable()

import json  # noqa: E402 - nothing is collected while it is loaded
import os  # noqa: E402
import sys  # noqa: E402

import httpx  # noqa: E402 - all of the floor

trust: object = False
if sys.argv[1].startswith("https:"):
    import ssl

    trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
body = {
    "model": "mistralai/Mistral-Nemo-Instruct-2407",
    "messages": [{"role": "user", "content": "Hello!"}],
    "stream": True,
}
client = httpx.Client(trust_env=False, verify=trust)
with client.stream("POST", sys.argv[1] + "/chat/completions", json=body) as response:
    for line in response.iter_lines():
        if line.startswith("data: {"):
            for choice in json.loads(line[6:])["choices"]:
                sys.stdout.write(choice["delta"].get("content") or "")
                sys.stdout.flush()
os._exit(0)
