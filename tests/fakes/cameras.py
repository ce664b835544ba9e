"""Cameras: a real RTSP server (aio-rtsp-toolkit) on loopback that can be stopped, started and silenced."""

from __future__ import annotations

import asyncio
import base64
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aio_rtsp_toolkit.server import RtspServer
from aio_rtsp_toolkit.server_session import RtspServerSession

from infra.local.emulator import free_port

# RFC 3550, 5.1: the first time stamp is random. This one is 2 s before the 32 bits of RTP run over.
FIRST_STAMP = 2**32 - 2 * 90_000


@dataclass(frozen=True)
class CameraTraits:
    """`sets_in_sdp_only`: parameter sets are told in the answer to DESCRIBE and nowhere else.

    `repeats`: each picture is sent twice. `silent_within_key`: silence does not come at once, but after so
    many packets of a key picture.
    """

    credentials: str | None = None  # user:password
    sets_in_sdp_only: bool = False
    repeats: bool = False
    silent_within_key: int | None = None


class FakeCamera:
    """Serves the files of a folder, again and again, each at its own speed. A context manager: it runs."""

    def __init__(self, folder: Path, traits: CameraTraits | None = None) -> None:
        self.folder, self.traits = folder, traits or CameraTraits()
        self.port = free_port()
        self.silent = threading.Event()
        self.connections = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def url(self, name: str, credentials: str | None = None) -> str:
        """The address of a file that is played for ever."""
        before = f"{credentials}@" if credentials else ""
        return f"rtsp://{before}127.0.0.1:{self.port}/{name}?play_count=0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to listen; returns when it does."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)))
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        """Break all connections and listen no longer, as a camera does that loses its power."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(10)
            self._loop = self._thread = None

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = _Server(self)
        await server.start()
        ready.set()
        await self._ended.wait()
        listening = server._server
        assert listening is not None
        listening.close()  # or a client could come back while it stops
        for session in server.sessions:
            session.sock.writer.transport.abort()
        await asyncio.wait_for(asyncio.gather(*server.tasks, return_exceptions=True), 10)
        await server.close()


class _Server(RtspServer):
    def __init__(self, camera: FakeCamera) -> None:
        super().__init__(str(camera.folder), host="127.0.0.1", port=camera.port)
        self.camera = camera
        self.logger = logging.getLogger("camera")
        self.sessions: set[_Session] = set()
        self.tasks: set[asyncio.Task[Any]] = set()

    async def _handle_client(self, sock: Any) -> None:
        self.camera.connections += 1
        session = _Session(self, sock)
        self.sessions.add(session)
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            await session.run()
        finally:
            self.sessions.discard(session)
            self.tasks.discard(task)


class _Session(RtspServerSession):
    """The toolkit's session, with what real cameras have and it has not."""

    server: _Server
    _until_silent: int | None = None  # packets of the key picture that is being sent
    _is_silent = False

    async def _handle_describe(self, uri: str, headers: dict[str, str]) -> None:
        wanted = self.server.camera.traits.credentials
        given = headers.get("authorization", "").removeprefix("Basic ")
        if wanted and base64.b64decode(given).decode() != wanted:
            await self._send_response(
                headers, 401, "Unauthorized", {"WWW-Authenticate": 'Basic realm="camera"'}
            )
            return
        await super()._handle_describe(uri, headers)

    async def _send_response(
        self, headers: dict[str, str], status: int, reason: str, extra: Any = None, body: bytes = b""
    ) -> None:
        extra = {name: value for name, value in (extra or {}).items() if name != "RTP-Info"}
        await super()._send_response(headers, status, reason, extra, body)

    async def _send_video_packet(
        self, state: Any, data: bytes, media_time: float, duration_seconds: float, is_keyframe: bool
    ) -> None:
        self._until_silent = self.server.camera.traits.silent_within_key if is_keyframe else None
        if self.server.camera.traits.sets_in_sdp_only:
            state.sent_codec_config, is_keyframe = True, False
        for _ in range(2 if self.server.camera.traits.repeats else 1):
            await super()._send_video_packet(state, data, media_time, duration_seconds, is_keyframe)

    async def _send_rtp_packet(self, state: Any, payload: bytes, timestamp: int, marker: int) -> None:
        self._note_packet()
        if not self._is_silent:
            await super()._send_rtp_packet(state, payload, timestamp + FIRST_STAMP, marker)

    def _note_packet(self) -> None:
        """Fall silent with this packet, or speak again, if that is due."""
        camera = self.server.camera
        is_due = camera.traits.silent_within_key is None or self._until_silent == 0
        self._is_silent = camera.silent.is_set() and (self._is_silent or is_due)
        if self._until_silent:
            self._until_silent -= 1
