"""What the tests of export and import share: files out over the API, edited, and back in."""

import io
import json
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile

from core.scope import acting_as_system
from grids.models import Assignment, Grid
from tests.households.test_territory_edit import Api

CODE, NAME, LEAD, ACCOUNT = "网格编码", "名称", "主责", "主责账号"
SAME = "和现在一样，没有改动。"
SUPPORT_ACCOUNTS, TARGET, VERSION, HOMES = "协同账号", "目标户数", "版本", "户数"


class Office(Api):
    """A chair with Excel and QGIS."""

    def export(self, place, kind, status=200, draft=True):
        query = f"&draft={self.draft['id']}" if self.draft and draft else ""
        answer = self.client.get(f"/api/territory/{place.code}/export/?as={kind}{query}")
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer

    def file(self, place, kind, **more) -> bytes:
        return self.export(place, kind, **more).content

    def bring(self, content: bytes, status=200, name="文件.xlsx", **body):
        version = {"expected_version": self.draft["version"]}
        answer = self.client.post(
            f"/api/drafts/{self.draft['id']}/import/",
            version | {"file": SimpleUploadedFile(name, content)} | body,
        )
        assert answer.status_code == status, answer.content.decode()
        if status == 200:
            self.draft = answer.json()["draft"]
        return answer.json()

    def steps(self):
        return self.get(f"drafts/{self.draft['id']}/")["steps"]

    def rows(self, place):
        return {r["code"]: r for r in self.territory(place)["grids"]}


def furnished(client, cast) -> Office:
    """The cast's chair; 柳村's first grid has supports, a target and a name that is no formula."""
    with acting_as_system("test"):
        for who in (cast.hua, cast.mei):
            Assignment.objects.create(grid=cast.liu1, member=who, role="support")
        Grid.objects.filter(pk=cast.liu1.pk).update(target_households=60, name="=１号、网格")
    return Office(client)


class Xlsx:
    """A workbook in hand: `book[code, column]`, as Excel shows it."""

    def __init__(self, content: bytes):
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.page = self.book.active
        self.columns = [c.value for c in self.page[1]]

    def _cell(self, code, column):
        at = self.columns.index(CODE) + 1
        row = next(r for r in range(2, self.page.max_row + 1)
                   if str(self.page.cell(r, at).value) == code)  # fmt: skip
        return self.page.cell(row, self.columns.index(column) + 1)

    def __getitem__(self, key):
        return self._cell(*key).value

    def __setitem__(self, key, value):
        self._cell(*key).value = value

    def edit(self, code, cells: dict):
        row = self._cell(code, CODE).row
        for column, value in cells.items():
            self.page.cell(row, self.columns.index(column) + 1).value = value

    def saved(self) -> bytes:
        file = io.BytesIO()
        self.book.save(file)
        return file.getvalue()


class Gpkg:
    """A GeoPackage in hand, saved again as QGIS does."""

    def __init__(self, content: bytes, tmp_path: Path):
        self.path = tmp_path / "out.gpkg"
        self.path.write_bytes(content)
        self.meta, _, wkb, data = pyogrio.raw.read(self.path)
        self.fields = list(self.meta["fields"])
        self.shapes = list(shapely.from_wkb(wkb))
        self.data = dict(zip(self.fields, (list(column) for column in data), strict=True))

    def at(self, code):
        return self.data[CODE].index(code)

    def drop(self, code):
        i = self.at(code)
        del self.shapes[i]
        for column in self.data.values():
            del column[i]

    def saved(self, tmp_path: Path, **options) -> bytes:
        path = tmp_path / "edited.gpkg"
        path.unlink(missing_ok=True)
        pyogrio.raw.write(
            path, np.array(shapely.to_wkb(self.shapes), object),
            [np.array(column, object if any(isinstance(v, str) for v in column) else float)
             for column in self.data.values()],
            np.array(list(self.data), object), driver="GPKG", crs="EPSG:4326",
            geometry_type="MultiPolygon", **options,
        )  # fmt: skip
        return path.read_bytes()


def geojson(content: bytes) -> dict:
    return json.loads(content)


def move_vertex(shape, before, after):
    """Every vertex that stands at one place to another."""

    def moved(xy):
        at = np.isclose(xy, before, rtol=0, atol=1e-9).all(axis=1)
        return np.where(at[:, None], after, xy)

    return shapely.transform(shape, moved)
