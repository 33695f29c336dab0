"""What a workbook (.xlsx) must not be, found before it is opened."""

import zipfile
import zlib
from pathlib import Path

from core.importing import FileNotUsable
from core.zips import doubled, overlap

MAX_BYTES = 20 << 20  # a workbook as it lies on the disk
MAX_EXPANDED = 200 << 20  # a workbook unpacked; a CSV as it is
MAX_RATIO = 100
MAX_MEMBERS = 200
MAX_STRINGS = 64 << 20  # the texts of a workbook: in memory they take six times as much
CHUNK = 1 << 20
MAX_CHUNKS_IN_A_ROW = 4

SAVE_AS = "请用 Excel 或 WPS 打开，另存为“.xlsx”或“CSV UTF-8”后再导入。"

# What a workbook takes from elsewhere, or carries along to be run.
_REACH_OUT = (
    "xl/externallinks/",
    "xl/connections.xml",
    "xl/embeddings/",
    "xl/activex/",
    "xl/querytables/",
)


def check_workbook(path: Path, size: int) -> None:
    if size > MAX_BYTES:
        raise FileNotUsable(f"工作簿超过 {MAX_BYTES >> 20} MB。请另存为 CSV 后再导入。")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise FileNotUsable("工作簿已损坏或没有下载完整。请重新获取文件。") from error
    if any(member.flag_bits & 0x1 for member in members):
        raise FileNotUsable("工作簿加了密码，打不开。请去掉密码后再导入。")
    names = {member.filename for member in members}
    expanded = sum(member.file_size for member in members)
    texts = sum(m.file_size for m in members if m.filename.lower() == "xl/sharedstrings.xml")
    if (
        len(members) > MAX_MEMBERS
        or expanded > MAX_EXPANDED
        or expanded > MAX_RATIO * size
        or texts > MAX_STRINGS
        or overlap(members)
        or doubled(members)
    ):
        raise FileNotUsable("工作簿解压后大得不正常，为安全起见没有打开。请另存为 CSV 后再导入。")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileNotUsable("工作簿里带有宏，为安全起见没有打开。" + SAVE_AS)
    if any(name.lower().startswith(_REACH_OUT) or ".." in name for name in names):
        raise FileNotUsable(
            "工作簿里有指向别的文件的链接或嵌入的对象，为安全起见没有打开。"
            "请新建一个工作簿，只粘贴数值，再导入。"
        )
    if _has_endless_row(path):
        raise FileNotUsable("工作表里有一行长得不正常，为安全起见没有打开。请另存为 CSV 后再导入。")
    if "xl/workbook.xml" not in names:
        raise FileNotUsable(
            "这是压缩包或别的文档，不是 .xlsx 工作簿。请解压出里面的表格，或另存为 .xlsx 后再导入。"
        )


def _has_endless_row(path: Path) -> bool:
    """Whether a sheet goes on for 4 MB without beginning a row: in memory that is a hundred times
    as much, for a row is read as a whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if not name.startswith("xl/worksheets/"):
                    continue
                without = 0
                with archive.open(name) as part:
                    while chunk := part.read(CHUNK):
                        without = 0 if b"row" in chunk else without + 1
                        if without > MAX_CHUNKS_IN_A_ROW:
                            return True
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError):
        return False  # the reader says it better
    return False
