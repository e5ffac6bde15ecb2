"""Masks for the token in what an endpoint sends back, and for logins in addresses."""

from __future__ import annotations

import base64
import html
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.core.masking import mask_address, mask_secrets

TOKEN = "sk-aB3dEfGh1JkLmN0pQrSt_UvWx-Yz9"
DISGUISES = {
    "as it is": TOKEN,
    "capitals": TOKEN.upper(),
    "small letters": TOKEN.lower(),
    "swapped case": TOKEN.swapcase(),
    "backwards": TOKEN[::-1],
    "blanks": " ".join(TOKEN),
    "line ends": "\r\n".join(TOKEN),
    "zero-width": "\u200b\u2060\ufeff".join(TOKEN),
    "soft hyphens": "\xad".join(TOKEN),
    "stars": "*".join(TOKEN),
    "colours": "\x1b[31;1m".join(TOKEN),
    "percent": quote(TOKEN, safe="").replace("_", "%5F").replace("-", "%2d"),
    "all percent": "".join(f"%{ord(each):02X}" for each in TOKEN),
    "percent twice": "".join(f"%25{ord(each):02x}" for each in TOKEN),
    "JSON": "".join(f"\\u{ord(each):04x}" for each in TOKEN),
    "HTML": "".join(f"&#{ord(each)};" for each in TOKEN),
    "HTML in hexadecimal": "".join(f"&#x{ord(each):X};" for each in TOKEN),
    "hexadecimal": TOKEN.encode().hex(":"),
    "blanks and capitals": " ".join(TOKEN.upper()),
    **{
        f"base64 after {before!r}": base64.b64encode(f"{before}{TOKEN}s".encode()).decode()
        for before in ("", "x", "xy", "user:", "Bearer ")
    },
    "base64 in lines": base64.encodebytes((TOKEN * 4).encode()).decode(),
    "base64 of URLs": base64.urlsafe_b64encode(f"?{TOKEN}".encode()).decode(),
}


@pytest.mark.parametrize("disguised", DISGUISES.values(), ids=DISGUISES)
def test_a_token_is_recognized_in_disguise(disguised: str) -> None:
    masked = mask_secrets(f"the key <{disguised}> was refused", [TOKEN])
    assert masked.startswith("the key <")
    assert masked.endswith("> was refused")
    assert "[token]" in masked
    assert mask_secrets(masked, [TOKEN]) == masked
    plain = html.unescape(masked).replace(" ", "")
    assert TOKEN[3:9].lower() not in plain.lower()


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_is_around_a_token_stays(before: str, after: str) -> None:
    assert mask_secrets(f"{before}<{TOKEN}>{after}", [TOKEN]) == f"{before}<[token]>{after}"


def test_ordinary_text_is_left_as_it_is() -> None:
    text = "The model 'nemo' is busy; 100% of 4,096 tokens (HTTP 429) \x1b[1mnow\x1b[m ünï."
    assert mask_secrets(text, [TOKEN, "test", ""]) == text
    assert mask_secrets("a x b", ["x"]) == "a x b"  # a token of one character is a word


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://me:pass@host:1/v1", "http://…@host:1/v1"),
        ("http://me:p@ss/w?rd@host", "http://…@host"),
        ("socks5://me@host", "socks5://…@host"),
        ("me:pass@host:1", "…@host:1"),
        ("htp:/me:pass@host", "…@host"),
        ("http://host/v1?key=pass", "http://host/v1?…"),
        ("http://host/v1", "http://host/v1"),
        ("http://[::1", "http://[::1"),
        ("none", "none"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_login_and_query(address: str, shown: str) -> None:
    assert mask_address(address) == shown
