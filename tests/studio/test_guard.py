import asyncio
from typing import Any

import pytest

from descentlab.studio.server._guard import COOKIE, LOOPBACK, Guard

OPEN = {"type": "http", "query_string": b""}


def ask(guard_of: dict[str, Any], scope: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    """Send one request through a guard, and return what comes back."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"inside"})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    asyncio.run(Guard(app, **guard_of)({**OPEN, **scope, "headers": pairs}, receive, send))
    return sent


LOCAL = {"hosts": frozenset(LOOPBACK), "token": None}
ANYWHERE = {"hosts": None, "token": "secret-token"}


@pytest.mark.parametrize("host", ["127.0.0.1:8137", "localhost:8137", "[::1]:8137", "LOCALHOST"])
def test_this_machine_is_let_in(host: str) -> None:
    assert ask(LOCAL, {}, host=host)[0]["status"] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8137", "", "localhost.evil:80", "192.168.1.1"]
)
def test_another_name_for_this_machine_is_refused(host: str) -> None:
    assert ask(LOCAL, {}, host=host)[0]["status"] == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8137.evil"]
)
def test_pages_of_other_origins_are_refused(origin: str) -> None:
    assert ask(LOCAL, {}, host="127.0.0.1:8137", origin=origin)[0]["status"] == 403
    closed = ask(LOCAL, {"type": "websocket"}, host="127.0.0.1:8137", origin=origin)
    assert closed == [{"type": "websocket.close", "code": 1008, "reason": closed[0]["reason"]}]


def test_its_own_pages_are_let_in() -> None:
    assert ask(LOCAL, {"type": "websocket"}, host="127.0.0.1:8137", origin="http://127.0.0.1:8137")[0]["status"] == 200


def test_a_token_is_asked_for_and_kept_as_a_cookie() -> None:
    assert ask(ANYWHERE, {}, host="server:8137")[0]["status"] == 403
    assert ask(ANYWHERE, {"query_string": b"token=wrong"}, host="server:8137")[0]["status"] == 403
    first = ask(ANYWHERE, {"query_string": b"token=secret-token"}, host="server:8137")
    assert first[0]["status"] == 200
    cookie = dict(first[0]["headers"])[b"set-cookie"].decode()
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    again = ask(ANYWHERE, {}, host="server:8137", cookie=f"other=1; {COOKIE}=secret-token")
    assert again[0]["status"] == 200


def test_a_web_socket_needs_the_token_too() -> None:
    scope = {"type": "websocket"}
    refused = ask(ANYWHERE, scope, host="server:8137", origin="http://server:8137")
    assert refused[0]["type"] == "websocket.close"
    let_in = ask(ANYWHERE, scope, host="server:8137", origin="http://server:8137", cookie=f"{COOKIE}=secret-token")
    assert let_in[0]["status"] == 200


@pytest.mark.parametrize("cookie", ["=;;=", f"{COOKIE}=", f"{COOKIE}=sécret", "\x01"])
def test_a_broken_cookie_is_no_token(cookie: str) -> None:
    assert ask(ANYWHERE, {}, host="server", cookie=cookie)[0]["status"] == 403
