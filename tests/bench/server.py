"""Programs under measurement, and a client that costs next to nothing itself."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextmanager
def started(command: list[str], port: int, log: Path, **env: str) -> Iterator[None]:
    """Run a server until the block is left; fails when it does not listen within 20 s."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | env, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, port, log)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} does not answer: {log.read_text()[-2000:]}")


@contextmanager
def site(log: Path, *, workers: int = 2, **env: str) -> Iterator[int]:
    """The product as ./run serves it; yields its port."""
    port = free_port()
    command = [str(ROOT / "ops" / "serve"), str(port)]
    with started(command, port, log, WUSE_WORKERS=str(workers), **env):
        yield port


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Client:
    """One kept connection. Sends the same few bytes each time and reads by Content-Length."""

    port: int
    cookie: str = ""
    _socket: socket.socket | None = field(default=None, repr=False)

    def get(self, path: str, *extra: str) -> Answer:
        lines = [
            f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Accept-Encoding: gzip",
            *([f"Cookie: {self.cookie}"] if self.cookie else []), *extra, "", "",
        ]  # fmt: skip
        return self.send("\r\n".join(lines).encode())

    def send(self, request: bytes) -> Answer:
        kept = self._socket is not None
        if not kept:
            self._socket = socket.create_connection(("127.0.0.1", self.port), 60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(request)
            data = self._receive()
        except (BrokenPipeError, ConnectionResetError):
            data = b""
        if kept and not data:  # the server had ended a connection that stood idle
            self.close()
            return self.send(request)
        while (end := data.find(b"\r\n\r\n")) < 0:
            more = self._receive()
            if not more:
                raise ConnectionError("closed before an answer")
            data += more
        first, *lines = data[:end].decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        status, body = int(first.split(" ")[1]), data[end + 4 :]
        if headers.get("transfer-encoding") == "chunked":
            body = self._chunks(body)
        elif status not in (204, 304):
            length = int(headers["content-length"])
            while len(body) < length:
                body += self._receive()
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    def _receive(self) -> bytes:
        # A server that sends head and body apart would wait 40 ms for our delayed acknowledgement,
        # and we would measure that.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return self._socket.recv(1 << 20)

    def _chunks(self, data: bytes) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in data:
                data += self._receive()
            size, _, data = data.partition(b"\r\n")
            length = int(size, 16)
            while len(data) < length + 2:
                data += self._receive()
            body, data = body + data[:length], data[length + 2 :]
            if not length:
                return body

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
