"""Many sessions of the playground that train as fast as they can, without browsers: each takes frames as they come.

    python studio_crowd.py SESSIONS SECONDS

Prints the seconds between frames of the mean session and of the slowest, the ratio of their frame rates, the mean
session's seconds of an epoch, the server's memory for each session beyond the first, and the share of sessions that
do not train after all have reloaded their page.
"""

import asyncio
import html
import json
import re
import sys
import time

import httpx
import socketio
import websockets
from studio_server import memory_mb, served

SESSIONS, SECONDS = int(sys.argv[1]), float(sys.argv[2])
ELEMENTS = re.compile(r"parseElements\(String\.raw`(.*?)`\)", re.DOTALL)
PAGE_ID = re.compile(r"'client_id': '([0-9a-f-]+)'")


class Visitor:
    """A browser on the page: it loads the page, connects, chooses the speed, presses play, and takes frames."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.frames = 0
        self.epoch = 0

    async def enter(self, client: httpx.AsyncClient) -> None:
        page = (await client.get(self.address)).text
        self.page_id = PAGE_ID.search(page)[1]
        self.elements = json.loads(html.unescape(ELEMENTS.search(page)[1]))
        props_by_key = {key: element.get("props", {}) for key, element in self.elements.items()}
        self.stream = next(props["stream"] for props in props_by_key.values() if "stream" in props)
        self.controls = {props["data-control"]: key for key, props in props_by_key.items() if "data-control" in props}
        self.socket = socketio.AsyncClient(reconnection=False)
        query = f"client_id={self.page_id}&tab_id={self.stream}&document_id={self.stream}&next_message_id=0"
        await self.socket.connect(
            f"{self.address}?{query}&implicit_handshake=true",
            socketio_path="/_nicegui_ws/socket.io",
            transports=["websocket"],
        )
        self.task = asyncio.create_task(self.take())

    async def take(self) -> None:
        stream = self.address.replace("http", "ws", 1) + f"frames/{self.stream}"
        async with websockets.connect(stream, max_size=None, compression=None) as frames:
            async for frame in frames:
                self.frames += 1
                length = int.from_bytes(frame[:4], "little")
                self.epoch = json.loads(frame[4 : 4 + length])["epoch"]
                await frames.send("taken")

    async def play(self) -> None:
        await self.tell("speed", "update:modelValue", {"value": 4, "label": "as fast as it goes"})
        await self.tell("play", "click")

    async def tell(self, control: str, event: str, *args: object) -> None:
        key = self.controls[control]
        listener = next(each["listener_id"] for each in self.elements[key]["events"] if each["type"] == event)
        message = {
            "id": int(key),
            "client_id": self.page_id,
            "listener_id": listener,
            "args": [json.dumps(arg) for arg in args],
        }
        await self.socket.emit("event", message)

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.socket.disconnect()


async def enter_all(address: str, client: httpx.AsyncClient, count: int) -> list[Visitor]:
    """Open pages one after the other, as a class of students does; each trains as soon as it is open."""
    visitors = [Visitor(address) for _ in range(count)]
    for visitor in visitors:
        await visitor.enter(client)
        await visitor.play()
    return visitors


async def watch(visitors: list[Visitor], seconds: float) -> list[list[float]]:
    """Return frames and epochs a second of each visitor."""
    before = [(visitor.frames, visitor.epoch) for visitor in visitors]
    begin = time.perf_counter()
    await asyncio.sleep(seconds)
    passed = time.perf_counter() - begin
    after = [(visitor.frames, visitor.epoch) for visitor in visitors]
    return [[(new - old) / passed for new, old in zip(*pair, strict=True)] for pair in zip(after, before, strict=True)]


async def main(address: str, pid: int) -> dict[str, float]:
    async with httpx.AsyncClient(timeout=120.0) as client:
        visitors = await enter_all(address, client, 1)
        await asyncio.sleep(3.0)
        first = memory_mb(pid)
        visitors += await enter_all(address, client, SESSIONS - 1)
        await asyncio.sleep(3.0)
        rates = await watch(visitors, SECONDS)
        memory = (memory_mb(pid) - first) / max(1, SESSIONS - 1)
        for visitor in visitors:
            await visitor.leave()
        visitors = await enter_all(address, client, SESSIONS)
        await asyncio.sleep(3.0)
        again = await watch(visitors, 3.0)
        for visitor in visitors:
            await visitor.leave()
    frames, epochs = zip(*rates, strict=True)
    return {
        "mean_s": len(frames) / sum(frames),
        "slowest_s": 1.0 / max(min(frames), 1e-9),
        "unevenness": sum(frames) / len(frames) / max(min(frames), 1e-9),
        "epoch_s": len(epochs) / max(sum(epochs), 1e-9),
        "session_mb": memory,
        "lost": sum(min(rate) <= 0.0 for rate in again) / len(again),
    }


with served() as (address, pid):
    print(json.dumps(asyncio.run(main(address, pid))))
