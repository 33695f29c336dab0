"""As much of FastCGI 1.0 as it takes to ask one process again and again."""

import os
import socket
import struct
import subprocess
import tempfile
from pathlib import Path

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
RESPONDER, KEEP = 1, 1


class FastCgi:
    """A FastCGI program on a socket of its own, with one kept connection."""

    def __init__(self, program: str, **env: str):
        # A request's parameters take the place of the environment.
        self._env = env
        self._folder = tempfile.TemporaryDirectory()
        path = str(Path(self._folder.name) / "socket")
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(path)
        listening.listen()
        # It inherits the listening socket as its standard input: that is the protocol.
        self._process = subprocess.Popen(
            [program],
            stdin=listening,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | env,
        )
        listening.close()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(path)
        self._unread = b""

    def __enter__(self) -> "FastCgi":
        return self

    def __exit__(self, *_error) -> None:
        self._socket.close()
        # Deaf to SIGTERM while it waits for a request.
        self._process.kill()
        self._process.wait(20)
        self._folder.cleanup()

    def get(self, query: str) -> bytes:
        """The body of the answer to GET ?query; RuntimeError when it is not a success."""
        params = self._env | {"REQUEST_METHOD": "GET", "QUERY_STRING": query}
        pairs = b"".join(
            struct.pack(">BI", len(k), len(v) | 1 << 31) + k.encode() + v.encode()
            for k, v in params.items()
        )
        self._socket.sendall(
            _record(BEGIN, struct.pack(">HB5x", RESPONDER, KEEP))
            + _record(PARAMS, pairs) + _record(PARAMS, b"") + _record(STDIN, b"")
        )  # fmt: skip
        out = []
        while True:
            kind, length, padding = struct.unpack(">xBxxHBx", self._take(8))
            content = self._take(length + padding)[:length]
            if kind == STDOUT:
                out.append(content)
            elif kind == END:
                break
        head, _, body = b"".join(out).partition(b"\r\n\r\n")
        if b"text/html" in head or b"Status: " in head:
            raise RuntimeError((head + body)[-400:].decode(errors="replace"))
        return body

    def _take(self, n: int) -> bytes:
        while len(self._unread) < n:
            more = self._socket.recv(1 << 20)
            if not more:
                raise RuntimeError("the FastCGI process closed the connection")
            self._unread += more
        taken, self._unread = self._unread[:n], self._unread[n:]
        return taken


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content
