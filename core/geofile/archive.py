"""A zip from outside: looked at before anything is unpacked, and never unpacked by its own names."""

import io
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.geofile.text import file_name
from core.importing import FileNotUsable
from core.zips import doubled, overlap

MAX_COMPRESSED_MB = 20
MAX_EXPANDED_MB = 200
MAX_RATIO = 100
MAX_MEMBERS = 50
_MB = 1024 * 1024
# A small table of blanks shrinks more than a hundredfold and harms nobody.
_RATIO_MATTERS = 4 * _MB

_BOUNDARIES = (".shp", ".gpkg", ".kml", ".ovkml", ".geojson", ".json")
_PARTS = (".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Member:
    """The one boundary file in an archive; `parts` are the siblings of a .shp by suffix."""

    name: str
    data: bytes
    parts: dict[str, bytes]


def open_archive(data: bytes, *, layer: str | None = None) -> tuple[Member, str | None]:
    """The boundary file inside, and the layer that is still to be chosen in it."""
    if len(data) > MAX_COMPRESSED_MB * _MB:
        raise FileNotUsable(f"压缩包超过 {MAX_COMPRESSED_MB} MB；请只留边界文件，或分几次导入。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _checked(archive)
            chosen, layer = _choose(members, layer)
            return _read(archive, members, chosen), layer
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError):
        raise FileNotUsable("压缩包损坏或不完整，好像没有传完；请重新打包或下载。") from None
    except (NotImplementedError, RuntimeError):
        raise FileNotUsable("压缩包的压缩方式不支持；请用普通 zip 方式重新打包。") from None


def _checked(archive: zipfile.ZipFile) -> dict[PurePosixPath, zipfile.ZipInfo]:
    infos = [i for i in archive.infolist() if not i.filename.startswith("__MACOSX/")]
    if len(infos) > MAX_MEMBERS:
        raise FileNotUsable(
            f"压缩包里有 {len(infos)} 个文件，超过 {MAX_MEMBERS} 个；请只留边界文件后重新打包。"
        )
    expanded = sum(i.file_size for i in infos)
    packed = sum(i.compress_size for i in infos)
    if expanded > MAX_EXPANDED_MB * _MB:
        raise FileNotUsable(f"压缩包解开后超过 {MAX_EXPANDED_MB} MB；请分几次导入。")
    if expanded > _RATIO_MATTERS and expanded > MAX_RATIO * max(packed, 1):
        raise FileNotUsable(f"压缩包解开后会大出 {MAX_RATIO} 倍以上，可能有害，不予读取。")
    if overlap(infos) or doubled(infos):
        raise FileNotUsable("压缩包里的文件互相重叠或重名，可能有害，不予读取；请重新打包。")
    if any(i.flag_bits & 0x1 for i in infos):
        raise FileNotUsable("压缩包有密码；请去掉密码后重新打包。")
    members = {}
    for info in infos:
        name = _name(info)
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or str(path)[1:2] == ":":
            raise FileNotUsable("压缩包里有指向包外的路径，可能有害，不予读取；请重新打包。")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind == stat.S_IFLNK:
            raise FileNotUsable("压缩包里有符号链接，不予读取；请把真正的文件打包。")
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise FileNotUsable("压缩包里有设备或管道，不是文件，不予读取；请重新打包。")
        if name and not name.endswith("/"):
            members[path] = info
    return members


def _name(info: zipfile.ZipInfo) -> str:
    name = info.filename
    if not info.flag_bits & 0x800:  # zipfile took it for CP437
        name = file_name(name.encode("cp437", "replace"))
    return name.replace("\\", "/")


def _choose(members, layer: str | None) -> tuple[PurePosixPath, str | None]:
    found = [path for path in members if path.suffix.lower() in _BOUNDARIES]
    if len(found) > 1:
        docs = [path for path in found if path.name.lower() == "doc.kml"]
        named = [path for path in found if layer is not None and path.stem == layer]
        if len(named) == 1:
            return named[0], None
        if len(docs) == 1:
            return docs[0], layer
        names = "、".join(path.stem for path in found)
        raise FileNotUsable(f"压缩包里有几个边界文件({names})；请用 --layer 指明一个。")
    if found:
        return found[0], layer
    names = [str(path).lower() for path in members]
    if "[content_types].xml" in names:
        raise FileNotUsable("这是 Excel 或 Word 文件，没有图形；请导出边界文件再导入。")
    if any(".gdb/" in name for name in names):
        raise FileNotUsable(
            "压缩包里是 ArcGIS 的 .gdb；请在 ArcGIS 里导出为 GeoPackage 或 Shapefile。"
        )
    if any(name.endswith((".zip", ".rar", ".7z")) for name in names):
        raise FileNotUsable("压缩包里还是压缩包；请先解开一层，再导入里面的 zip。")
    raise FileNotUsable(
        "压缩包里没有边界文件；要有 .shp(连同 .shx、.dbf、.prj)、.gpkg、.kml 或 .geojson。"
    )


def _read(archive, members, chosen: PurePosixPath) -> Member:
    parts = {}
    if chosen.suffix.lower() == ".shp":
        for path, info in members.items():
            same = path.parent == chosen.parent and path.stem.lower() == chosen.stem.lower()
            if same and path.suffix.lower() in _PARTS:
                parts[path.suffix.lower()] = archive.read(info)
    return Member(chosen.name, archive.read(members[chosen]), parts)
