"""Access to the studio: for its pages on this machine, and from elsewhere for whoever has the token."""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "descentlab_studio_token"
LOOPBACK = ("127.0.0.1", "localhost", "::1")

REFUSED = {
    "host": "This address is not the studio's own. Open the address that `descentlab studio` printed.",
    "origin": "A page of another site asked for this. The studio answers its own pages only.",
    "token": "This studio needs its token. Open the address with ?token=... that `descentlab studio` printed.",
}


class Guard:
    """Lets through requests from the studio's pages only.

    A request must name this server as its host (so that no other site's name can be pointed here). A request with an
    origin must come from this server, web sockets included. If a token is set, every request must carry it: as
    `?token=` the first time, and as a cookie from then on.
    """

    def __init__(self, app: App, *, hosts: frozenset[str] | None, token: str | None) -> None:
        """Protect an application.

        Args:
            app: The application.
            hosts: Host names that a request may use; None allows any, since the token protects the studio.
            token: Token that every request must carry, or None.
        """
        self._app = app
        self._hosts = hosts
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        reason = self._reason_to_refuse(scope, headers)
        if reason is not None:
            await _refuse(scope, send, reason)
            return
        token = _query_token(scope)
        wants_cookie = self._token is not None and token is not None and scope["type"] == "http"
        await self._app(scope, receive, _with_cookie(send, str(token)) if wants_cookie else send)

    def _reason_to_refuse(self, scope: Scope, headers: dict[str, str]) -> str | None:
        host = headers.get("host", "")
        if self._hosts is not None and _name_of(host) not in self._hosts:
            return REFUSED["host"]
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return REFUSED["origin"]
        if scope["type"] == "websocket" and origin is None and self._token is None:
            return None  # browsers send an origin, so this is a script on this machine
        if self._token is not None and not self._has_token(scope, headers):
            return REFUSED["token"]
        return None

    def _has_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        given = _query_token(scope) or _cookie_token(headers.get("cookie", ""))
        return (
            self._token is not None and given is not None and hmac.compare_digest(given.encode(), self._token.encode())
        )


def _name_of(host: str) -> str:
    return (urlsplit(f"//{host}").hostname or "").lower()


def _query_token(scope: Scope) -> str | None:
    tokens = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token")
    return tokens[0] if tokens else None


def _cookie_token(cookies: str) -> str | None:
    try:
        cookie = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None


async def _refuse(scope: Scope, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason[:100]})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": f"{reason}\n".encode()})


def _with_cookie(send: Send, token: str) -> Send:
    async def wrapped(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            cookie = f"{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/"
            message = {**message, "headers": [*message.get("headers", []), (b"set-cookie", cookie.encode("latin-1"))]}
        await send(message)

    return wrapped
