"""Other tile servers, given the same rows: installed on demand, never a dependency of the product.

What they are given favours them: one plain table that holds only what the reader may see, already
in EPSG:3857, with a spatial index, without row security, read as the owner of the database; and no
limit on features, no sign-in, no look-up of who asks. They run with as many processes as the site.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction

from core.morton import Tile
from core.scope import acting_as_system
from households.scope import Scope
from tests.bench.peers.fastcgi import FastCgi
from tests.bench.peers.wheels import python
from tests.bench.server import Client, free_port, started

HERE = Path(__file__).parent

FIELDS = ("uuid", "slot", "lapsed", "proposed")
WHEELS = ["tipg==1.6.1", "uvicorn", "django-vectortiles==1.0.2", "django==5.2.19",
          "psycopg2-binary", "gunicorn"]  # fmt: skip
# A peer answers with the bytes of a tile.
Peer = Callable[[Tile], bytes]


def share_rows(scope: Scope) -> int:
    """Fill the table `peers.homes` with what `scope` may see; return how many rows."""
    owner = connections["owner"]
    with (
        acting_as_system("bench"),
        transaction.atomic(using="owner"),
        owner.cursor() as cursor,
    ):
        cursor.execute("DROP SCHEMA IF EXISTS peers CASCADE; CREATE SCHEMA peers")
        cursor.execute(
            "CREATE TABLE peers.homes AS SELECT id, uuid::text, slot, lapsed::int, proposed::int,"
            " point_3857 AS geom FROM households_household WHERE grid_id = ANY (%s) ORDER BY qk",
            [scope.grid_ids],
        )
        rows = cursor.rowcount
        cursor.execute(
            "ALTER TABLE peers.homes ADD PRIMARY KEY (id);"
            "CREATE INDEX ON peers.homes USING gist (geom)"
        )
    with owner.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE peers.homes")
    return rows


@contextmanager
def running(var: Path, say: Callable[[str], None]) -> Iterator[tuple[dict[str, Peer], list[str]]]:
    """Start those that can be had; yields them by name, and why the others are missing."""
    peers, missing = {}, []
    with ExitStack() as stack:
        for name, start in (
            ("tipg", _tipg), ("django-vectortiles", _vectortiles), ("MapServer", _mapserver),
        ):  # fmt: skip
            try:
                peer = stack.enter_context(start(var, say))
                peer(Tile(1, 1, 0))
                peers[name] = peer
            except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
                missing.append(f"{name}: {str(error)[-300:]}")
                say(f"missing {missing[-1]}")
        yield peers, missing
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS peers CASCADE")


def _by_http(port: int, path: str) -> Peer:
    client = Client(port)

    def get(tile: Tile) -> bytes:
        answer = client.get(path.format(z=tile.z, x=tile.x, y=tile.y))
        if answer.status not in (200, 204):
            raise RuntimeError(f"{answer.status}: {answer.body[:200]!r}")
        return answer.body

    return get


@contextmanager
def _tipg(var: Path, say: Callable[[str], None]) -> Iterator[Peer]:
    port, owner = free_port(), settings.DATABASES["owner"]
    command = [
        str(python("tiles", WHEELS, say).parent / "uvicorn"), "tipg.main:app", "--port", str(port), "--workers", "2",
        "--log-level", "warning",
    ]  # fmt: skip
    environment = {
        "DATABASE_URL": os.environ["DATABASE_OWNER_URL"],
        "TIPG_DB_SCHEMAS": '["peers"]',
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
        "PGDATABASE": owner["NAME"],
    }
    with started(command, port, var / "bench" / "tipg.log", **environment):
        yield _by_http(port, "/collections/peers.homes/tiles/WebMercatorQuad/{z}/{x}/{y}")


@contextmanager
def _vectortiles(var: Path, say: Callable[[str], None]) -> Iterator[Peer]:
    port = free_port()
    command = [
        str(python("tiles", WHEELS, say).parent / "gunicorn"), "vectortiles_urls:application",
        "--chdir", str(HERE), "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4",
        "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip
    environment = {
        "DJANGO_SETTINGS_MODULE": "vectortiles_site",
        "GDAL_LIBRARY_PATH": settings.GDAL_LIBRARY_PATH or "",
        "GEOS_LIBRARY_PATH": settings.GEOS_LIBRARY_PATH or "",
    }
    with started(command, port, var / "bench" / "vectortiles.log", **environment):
        yield _by_http(port, "/{z}/{x}/{y}")


@contextmanager
def _mapserver(var: Path, _say: Callable[[str], None]) -> Iterator[Peer]:
    """Debian's, as a FastCGI process that is asked without a web server between."""
    if not shutil.which("mapserv"):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise RuntimeError("apt-get install cgi-mapserver needs root")
        install = ["apt-get", "-qq", "-y", "--no-install-recommends", "install", "cgi-mapserver"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    owner = settings.DATABASES["owner"]
    mapfile = var / "peers" / "homes.map"
    mapfile.parent.mkdir(exist_ok=True)
    template = (HERE / "homes.map").read_text()
    mapfile.write_text(template.replace("{host}", owner["HOST"]).replace("{user}", owner["USER"])
                       .replace("{name}", owner["NAME"]))  # fmt: skip
    config = mapfile.with_name("mapserver.conf")
    config.write_text("CONFIG\n  ENV\n  END\nEND\n")
    with FastCgi(
        shutil.which("mapserv"), MS_MAPFILE=str(mapfile), MAPSERVER_CONFIG_FILE=str(config)
    ) as server:

        def get(tile: Tile) -> bytes:
            return server.get(
                f"mode=tile&tilemode=gmap&tile={tile.x}+{tile.y}+{tile.z}&layers=homes"
                "&map.imagetype=mvt"
            )

        yield get
