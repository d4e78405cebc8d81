"""A limit of the size of requests, whatever size they state."""

from collections.abc import MutableMapping
from typing import Any

from descentlab.studio.server._guard import App, Receive, Scope, Send

TOO_LARGE = b"This is more than the studio takes at once; name the file's path on the Data page instead.\n"


class BodyLimit:
    """Ends requests with more than so many bytes, before they fill the disk."""

    def __init__(self, app: App, most_bytes: int) -> None:
        """Protect an application.

        Args:
            app: The application.
            most_bytes: Largest size of a request's body, in bytes.
        """
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._most_bytes:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 413, "headers": headers})
            await send({"type": "http.response.body", "body": TOO_LARGE})
            return
        await self._app(scope, _counted(receive, self._most_bytes), send)


def _counted(receive: Receive, most_bytes: int) -> Receive:
    """Disconnect when a body exceeds the limit; a body without a stated length is counted while it is read."""
    left = most_bytes

    async def wrapped() -> MutableMapping[str, Any]:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return wrapped
