"""GeoJSON, parsed here: GDAL would follow a link, guess a driver or stop at the first bad ring."""

import json
import re

from core.geofile.layer import Declared, Feature, Layer
from core.geofile.shapes import GEOMETRIES, Sketch, from_geojson, make_feature
from core.geofile.text import decode, plain, title
from core.importing import FileNotUsable

MAX_DEPTH = 32
# What a list, an object and a value between commas take in memory, in bytes; and what all may take.
_WEIGHTS = {"[": 130, "{": 230, ",": 30}
MAX_WEIGHT = 250_000_000
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_INNERMOST = re.compile(r"[\[{][^\[\]{}]*[\]}]")
_EPSG = re.compile(r"EPSG:+(?:[\d.]*:)?(\d{4,6})$", re.IGNORECASE)


class Doubled(dict):
    """An object in which `key` stands twice: which one is meant, nobody can say."""

    key: str


def read_geojson(data: bytes, *, name: str, encoding: str = "auto") -> Layer:
    text, used = decode(data, encoding)
    root = _parse(text)
    raws = _features(root)
    features = [_feature(number, raw) for number, raw in enumerate(raws, 1)]
    notes = [] if used == "utf-8" else [f"文件内容是 {title(used)} 编码，已按此读取。"]
    return Layer(
        driver="GeoJSON",
        name=plain(root.get("name")) or name,
        fields=tuple(dict.fromkeys(key for f in features for key in f.properties)),
        features=features,
        declared=_declared(root.get("crs")),
        encoding=used,
        notes=notes,
    )


def _parse(text: str) -> dict:
    if sum(text.count(mark) * weight for mark, weight in _WEIGHTS.items()) > MAX_WEIGHT:
        raise FileNotUsable("GeoJSON 里的点太多，读不下；请化简边界或分几次导入。")
    try:
        root = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated"):
            raise FileNotUsable("GeoJSON 文件不完整，好像没有传完；请重新导出或下载。") from None
        raise FileNotUsable(
            f"GeoJSON 在第 {error.lineno} 行第 {error.colno} 列附近写错了；请重新导出。"
        ) from None
    except RecursionError:
        root = None
        too_deep = True
    except ValueError:
        raise FileNotUsable("GeoJSON 里有一个长得不合理的数字；请重新导出。") from None
    else:
        too_deep = _too_deep(text)
    if too_deep:
        raise FileNotUsable(f"GeoJSON 嵌套超过 {MAX_DEPTH} 层，不像边界文件；请重新导出。")
    if not isinstance(root, dict):
        raise FileNotUsable("GeoJSON 最外层不是一个对象；请用制图软件重新导出 GeoJSON。")
    if isinstance(root, Doubled):
        raise FileNotUsable(f"GeoJSON 最外层的“{root.key}”出现了两次；请去掉一个后再导入。")
    return root


def _object(pairs: list[tuple[str, object]]) -> dict:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen = set()
        made = Doubled(made)
        made.key = plain(next(k for k, _ in pairs if k in seen or seen.add(k)))
    elif isinstance(made.get("type"), str) and made["type"] in GEOMETRIES and "coordinates" in made:
        made["coordinates"] = Sketch(made["type"], made["coordinates"])
    return made


def _too_deep(text: str) -> bool:
    """Take away the innermost brackets, once a level: something left is too deep."""
    bare = _STRING.sub("", text)
    for _ in range(MAX_DEPTH):
        bare, taken = _INNERMOST.subn("", bare)
        if not taken:
            return False
    return _INNERMOST.search(bare) is not None


def _features(root: dict) -> list:
    kind = plain(root.get("type"))
    if kind == "FeatureCollection":
        if not isinstance(features := root.get("features"), list):
            raise FileNotUsable("GeoJSON 里没有 features 列表；请用制图软件重新导出。")
        if not features:
            raise FileNotUsable("GeoJSON 里一个要素也没有；请检查导出时选的图层。")
        return features
    if kind == "Feature":
        return [root]
    if kind in GEOMETRIES or kind == "GeometryCollection":
        return [{"type": "Feature", "properties": {}, "geometry": root}]
    if kind == "Topology":
        raise FileNotUsable("这是 TopoJSON，不是 GeoJSON；请转成 GeoJSON 后再导入。")
    if "ObjItems" in root:
        raise FileNotUsable("这是奥维的 .ovjsn 文件；请在奥维里导出为 .ovkml 再导入。")
    if "geometryType" in root or "spatialReference" in root:
        raise FileNotUsable("这是 ArcGIS 的 JSON，不是 GeoJSON；请导出为 GeoJSON 再导入。")
    raise FileNotUsable("这个 JSON 不是 GeoJSON；请用制图软件导出 GeoJSON。")


def _feature(number: int, raw: object) -> Feature:
    def refused(why: str) -> Feature:
        return Feature(number, {}, None, f"第 {number} 个要素{why}；请重新导出。")

    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        return refused("不是 GeoJSON 的 Feature")
    given = raw.get("properties")
    if not isinstance(given, dict | None):
        return refused("的属性不是一个对象")
    for part in (raw, given, raw.get("geometry")):
        if isinstance(part, Doubled):
            return refused(f"里“{part.key[:20]}”出现了两次，无法判断以哪个为准")
    properties = {plain(key): _value(value) for key, value in (given or {}).items()}
    if isinstance(raw.get("id"), str | int):
        properties.setdefault("id", plain(raw["id"]))
    return make_feature(number, properties, lambda notes: from_geojson(raw.get("geometry"), notes))


def _value(value: object) -> str:
    if isinstance(value, dict | list | bool):
        return plain(json.dumps(value, ensure_ascii=False, default=lambda _: "(图形)"))
    return plain(value)


def _declared(crs: object) -> Declared:
    """The old ``crs`` member; a link is never followed."""
    if crs is None:
        return Declared("none")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    text = plain(properties.get("name") if isinstance(properties, dict) else crs)[:200]
    if found := _EPSG.search(text):
        return Declared("epsg", int(found[1]), text)
    if text.upper().endswith("CRS84"):
        return Declared("none", text=text)
    for kind in ("gcj02", "bd09"):
        if kind in re.sub("[-_ ]", "", text.lower()):
            return Declared(kind, text=text)
    return Declared("unknown", text=text)
