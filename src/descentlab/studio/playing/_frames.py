"""The web socket through which a page gets its frames, one at a time."""

import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from descentlab.studio.playing._hall import Hall
from descentlab.studio.playing._player import Player


def add_frames(app: FastAPI, hall: Hall) -> None:
    """Add the route of the frames.

    The page sends "taken" when it has drawn a frame, "hidden" when its tab is hidden, and "shown" when it is visible
    again. The next frame is made only after "taken", so that no queue grows.
    """

    @app.websocket("/frames/{key}")
    async def frames(socket: WebSocket, key: str) -> None:
        player = hall.find(key)
        if player is None:
            await socket.close(code=1008, reason="this page is no longer known; reload it")
            return
        await socket.accept()
        await _stream(socket, player)


async def _stream(socket: WebSocket, player: Player) -> None:
    box: asyncio.Queue[bytes] = asyncio.Queue()
    send = box.put_nowait
    player.connect(send)
    writer = asyncio.create_task(_write(socket, box))
    try:
        while True:
            match await socket.receive_text():
                case "taken":
                    player.taken()
                case "hidden":
                    player.hide(is_hidden=True)
                case "shown":
                    player.hide(is_hidden=False)
                case _:
                    break
    except (WebSocketDisconnect, RuntimeError, KeyError):
        pass
    finally:
        player.disconnect(send)
        writer.cancel()
        with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await writer


async def _write(socket: WebSocket, box: "asyncio.Queue[bytes]") -> None:
    while True:
        await socket.send_bytes(await box.get())
