"""How a vector tile is answered: validated by ETag, encoded by PostGIS, compressed, remembered.

What a layer holds, its app says (households/tiles/); which layers there are, gis_app says.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from isal import igzip

from core.morton import Tile

CONTENT_TYPE = "application/vnd.mapbox-vector-tile"
# The level that costs a tenth of zlib's 6 and gives the same size on tiles.
GZIP_LEVEL = 2


@dataclass(frozen=True)
class Query:
    """SQL of one tile's rows: `id`, `geom` in tile coordinates, then the layer's fields."""

    sql: str
    params: dict[str, object]


@dataclass(frozen=True)
class TileLayer:
    """A layer: its name, what it may tell, and where its rows come from.

    `fields` is the privacy review: every property that may leave the server in this layer; a test
    pins it. `query(scope, tile)` returns the rows' SQL, or None when there can be none.
    `stamp(scope, tile)` is a text that changes whenever the tile may.
    """

    name: str
    fields: tuple[str, ...]
    query: Callable[[object, Tile], Query | None]
    stamp: Callable[[object, Tile], str]


class TileMemory:
    """The last tiles sent, by ETag: as the tag holds scope and data version, never a stale one."""

    def __init__(self, max_bytes: int):
        self._max_bytes = max_bytes
        self._bytes = 0
        self._tiles: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, etag: str) -> bytes | None:
        with self._lock:
            if etag in self._tiles:
                self._tiles.move_to_end(etag)
            return self._tiles.get(etag)

    def put(self, etag: str, body: bytes) -> None:
        with self._lock:
            if etag not in self._tiles:
                # With the tag, or empty tiles would weigh nothing and stay for ever.
                self._bytes += len(etag) + len(body)
            self._tiles[etag] = body
            while self._bytes > self._max_bytes:
                gone, body = self._tiles.popitem(last=False)
                self._bytes -= len(gone) + len(body)


memory = TileMemory(max_bytes=settings.TILE_MEMORY_MB * 2**20)


def answer(request, layer: TileLayer, scope, tile: Tile) -> HttpResponse:
    """Answer a request for `tile` of `layer` as `scope` may see it."""
    stamp = f"{layer.name}/{tile.z}/{tile.x}/{tile.y} {layer.stamp(scope, tile)}"
    etag = f'"{hashlib.blake2b(stamp.encode(), digest_size=12).hexdigest()}"'
    if request.headers.get("If-None-Match") == etag:
        return _headed(HttpResponse(status=304), etag)
    body = memory.get(etag)
    if body is None:
        body = _encode(layer, layer.query(scope, tile))
        memory.put(etag, body)
    if not body:
        return _headed(HttpResponse(status=204), etag)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(body, content_type=CONTENT_TYPE)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(igzip.decompress(body), content_type=CONTENT_TYPE)
    response["Vary"] = "Cookie, Accept-Encoding"
    return _headed(response, etag)


def _encode(layer: TileLayer, query: Query | None) -> bytes:
    """The gzipped tile; empty when nothing lies in it."""
    if query is None:
        return b""
    row = connection.fetch_one(
        f"SELECT ST_AsMVT(t, '{layer.name}', 4096, 'geom', 'id') FROM ({query.sql}) AS t",
        query.params,
    )
    body = bytes(row[0] or b"")
    return igzip.compress(body, compresslevel=GZIP_LEVEL) if body else b""


def _headed(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
