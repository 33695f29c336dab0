"""KML and 奥维's ovkml, parsed here without entities, DTDs or links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from shapely.geometry.base import BaseGeometry

from core.geofile import shapes
from core.geofile.layer import Declared, Feature, Layer
from core.geofile.text import decode, known_encoding, plain, title
from core.importing import FileNotUsable

MAX_DEPTH = 32
# An element takes about a hundred bytes, a position about as much.
MAX_TAGS = 2_000_000
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_SAYS_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([\w.-]+)")
# 奥维 writes one per placemark; what is missing follows the folder around it.
_OV_TYPES = {
    "WGS84": Declared("epsg", 4326, "WGS84"),
    "CGCS2000": Declared("epsg", 4490, "CGCS2000"),
    "GCJ02": Declared("gcj02", text="GCJ-02"),
    "BD09": Declared("bd09", text="BD-09"),
}


@dataclass(frozen=True)
class _Place:
    element: Element
    folders: tuple[str, ...]
    ov_type: str | None


def read_kml(data: bytes, *, name: str, layer: str | None = None, encoding: str = "auto") -> Layer:
    root, used, notes = _parse(data, encoding)
    places = list(_placemarks(root))
    if layer is not None:
        folders = dict.fromkeys(f for p in places for f in p.folders)
        places = [p for p in places if layer in p.folders]
        if not places:
            raise FileNotUsable(f"KML 里没有名为“{layer}”的文件夹；{_have(folders)}。")
    if not places:
        if any(_tag(e) == "NetworkLink" for e in root.iter()):
            raise FileNotUsable("这个 KML 只是一个网络链接，没有图形；请把图形本身另存为 KML。")
        raise FileNotUsable("KML 里一个地标也没有；请检查导出时选的对象。")
    features = [_feature(number, place.element) for number, place in enumerate(places, 1)]
    return Layer(
        driver="KML",
        name=layer or name,
        fields=tuple(dict.fromkeys(key for f in features for key in f.properties)),
        features=features,
        declared=_declared(places),
        encoding=used,
        notes=notes,
    )


def _have(folders) -> str:
    return f"有的是：{'、'.join(folders)}" if folders else "文件里没有文件夹，不用指定图层"


def _parse(data: bytes, encoding: str):
    says = _SAYS_ENCODING.search(data[:200])
    said = known_encoding(says[1].decode()) if says else None
    text, used = decode(data, encoding, said)
    if text.count("<") > MAX_TAGS:
        raise FileNotUsable("KML 里的对象太多，读不下；请分几次导入。")
    notes = []
    if said not in (used, None):
        notes.append(f"文件声明是 {title(said)} 编码，内容其实是 {title(used)}；按内容读取。")
    try:
        root = ElementTree.fromstring(_DECLARATION.sub("", text, count=1), forbid_dtd=True)
    except DefusedXmlException:
        raise FileNotUsable("KML 里有 DTD 或实体定义，可能有害，不予读取；请重新导出。") from None
    except (ElementTree.ParseError, ValueError) as error:
        line = getattr(error, "position", (0, 0))[0]
        if line >= text.rstrip().count("\n") and "no element found" in str(error):
            raise FileNotUsable("KML 文件不完整，好像没有传完；请重新导出。") from None
        raise FileNotUsable(f"KML 在第 {line} 行附近写错了；请重新导出。") from None
    if _tag(root) != "kml":
        raise FileNotUsable("这个 XML 文件不是 KML；请导出 KML 或 GeoJSON 再导入。")
    return root, used, notes


def _tag(element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element, name: str):
    return next((child for child in element if _tag(child) == name), None)


def _text(element, name: str) -> str:
    child = _child(element, name)
    return plain(child.text) if child is not None else ""


def _placemarks(root) -> Iterator[_Place]:
    """Placemarks in file order, each with the folders around it."""
    waiting = [(root, (), None)]
    while waiting:
        element, folders, ov_type = waiting.pop()
        if len(folders) > MAX_DEPTH:
            raise FileNotUsable(f"KML 的文件夹套了 {MAX_DEPTH} 层以上；请重新导出。")
        ov_type = _text(element, "OvCoordType") or ov_type
        if _tag(element) == "Placemark":
            yield _Place(element, folders, ov_type)
        elif _tag(element) in ("kml", "Document", "Folder"):
            if _tag(element) != "kml":
                folders = (*folders, _text(element, "name"))
            waiting.extend((child, folders, ov_type) for child in reversed(element))


def _declared(places: list[_Place]) -> Declared:
    said = {place.ov_type for place in places}
    if said == {None}:
        return Declared("none")
    kinds = {re.sub(r"[-_\s]|LL$", "", (ov_type or "?").upper()) for ov_type in said}
    if kinds == {"WGS84", "CGCS2000"}:  # the same to a decimetre
        kinds = {"CGCS2000"}
    if len(kinds) > 1:
        names = "、".join(sorted(ov_type or "没有注明" for ov_type in said))
        raise FileNotUsable(f"文件里混着几种坐标系({names})；请在奥维里统一后再导出。")
    return _OV_TYPES.get(kinds.pop()) or Declared("unknown", text=said.pop()[:200])


def _feature(number: int, placemark) -> Feature:
    properties = {key: value for key in ("name", "description") if (value := _text(placemark, key))}
    for data in placemark.iter():
        if _tag(data) == "Data" and (key := plain(data.get("name"))):
            properties[key] = _text(data, "value")
        elif _tag(data) == "SimpleData" and (key := plain(data.get("name"))):
            properties[key] = plain(data.text)
    return shapes.make_feature(number, properties, lambda notes: _draw_all(placemark, notes, 0))


def _draw_all(parent, notes: set[str], depth: int) -> BaseGeometry | None:
    if depth > MAX_DEPTH:
        raise shapes.Unfit("的图形嵌套太深")
    return shapes.collect([_draw(child, notes, depth) for child in parent])


def _draw(element, notes: set[str], depth: int) -> BaseGeometry | None:
    tag = _tag(element)
    if tag in ("MultiGeometry", "MultiTrack"):
        return _draw_all(element, notes, depth + 1)
    if tag == "Polygon":
        outer = [_coordinates(ring) for ring in _rings(element, "outerBoundaryIs")]
        inner = [_coordinates(ring) for ring in _rings(element, "innerBoundaryIs")]
        if not any(outer):
            return None
        return shapes.from_geojson({"type": "Polygon", "coordinates": outer + inner}, notes)
    if tag == "Track":
        track = [_numbers(plain(c.text).split()) for c in element if _tag(c) == "coord"]
        return shapes.from_geojson({"type": "LineString", "coordinates": track}, notes)
    if tag in ("LineString", "LinearRing"):
        line = _coordinates(element)
        return shapes.from_geojson({"type": "LineString", "coordinates": line}, notes)
    if tag == "Point":
        points = _coordinates(element)
        return shapes.from_geojson({"type": "Point", "coordinates": (points or [[]])[0]}, notes)
    return None


def _rings(polygon, side: str) -> Iterator:
    for boundary in polygon:
        if _tag(boundary) == side:
            yield from (ring for ring in boundary if _tag(ring) == "LinearRing")


def _coordinates(element) -> list[list[float]]:
    text = _text(element, "coordinates")
    if text.count(",") > 3 * shapes.MAX_VERTICES:
        raise shapes.Unfit(f"的折点超过上限 {shapes.MAX_VERTICES:,} 个", "请先在制图软件里化简边界")
    text = re.sub(r"\s*,\s*", ",", text)
    return [_numbers(position.split(",")) for position in text.split()]


def _numbers(parts: list[str]) -> list[float]:
    try:
        return [float(part) for part in parts if part]
    except ValueError:
        raise shapes.Unfit("的坐标里有不是数字的内容") from None
