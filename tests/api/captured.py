"""Responses captured from real servers, parsed without any code of `api`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from tests.api.fault_server.scripts import Json

CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.http"))


@dataclass
class Response:
    """Response of a capture."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def documents(self) -> list[Json]:
        """Return the JSON of a body, or of the events of a stream."""
        text = self.body.decode()
        if self.headers["content-type"] != "text/event-stream":
            return [json.loads(text)]
        return [json.loads(data) for data in re.findall(r"^data: (\{.*)$", text, re.MULTILINE)]


def taken_apart(path: Path) -> Response:
    head, _, body = path.read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    if headers.get("transfer-encoding") == "chunked":
        plain = b""
        while size := int(body[: body.index(b"\r\n")], 16):
            start = body.index(b"\r\n") + 2
            plain += body[start : start + size]
            body = body[start + size + 2 :]
        body = plain
    return Response(int(first.split()[1]), headers, body)
