"""A county's colour scheme as a file, checked before anything is written."""

from pathlib import Path

import yaml
from django.core.exceptions import ValidationError

from core.importing import FileNotUsable, ImportRefused
from households.models import ColourClass

_PLAIN = [f.name for f in ColourClass._meta.fields if f.name not in ("id", "scheme")]
_OPTIONAL = {"visit_minutes", "decided_by"}


class SchemeRefused(ImportRefused):
    pass


def read_scheme(path: Path) -> tuple[str, list[dict]]:
    """Read a YAML file with `name` and `classes` (see docs/operations.md) for `install_scheme`.

    Raises FileNotUsable when it is no such file, SchemeRefused with a sentence per fault.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        name, classes = str(content["name"]), list(content["classes"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError):
        raise FileNotUsable(
            "颜色方案应为 UTF-8 编码的 YAML 文件，含 name(名称)和 classes(各类)两项。"
            "写法见 docs/operations.md。"
        ) from None
    faults = [fault for i, entry in enumerate(classes, 1) for fault in _faults(i, entry)]
    slots = [entry.get("slot") for entry in classes if isinstance(entry, dict)]
    faults += [
        f"色位 {slot} 用了两次。"
        for slot in sorted({s for s in slots if slots.count(s) > 1}, key=str)
    ]
    if not classes:
        faults.append("至少要有一类。")
    if faults:
        raise SchemeRefused("颜色方案没有启用，请按提示修改文件。", reasons=faults)
    return name, classes


def _faults(number: int, entry: dict) -> list[str]:
    if not isinstance(entry, dict):
        return [f"第{number}类：应逐项写明色位、名称等。"]
    unknown = set(entry) - {*_PLAIN, "reasons"}
    found = [f"第{number}类：不认识的项目“{key}”。" for key in sorted(unknown, key=str)]
    reasons = entry.get("reasons")
    if (
        not isinstance(reasons, list)
        or not all(isinstance(r, str) and r for r in reasons)
        or not reasons
    ):
        found.append(f"第{number}类：原因(reasons)至少写一条，每条是一句话。")
    try:
        said = {key: entry.get(key) for key in _PLAIN if key in entry or key not in _OPTIONAL}
        ColourClass(**said).full_clean(exclude=["scheme"])
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            title = ColourClass._meta.get_field(field).verbose_name if field != "__all__" else ""
            found += [f"第{number}类：{title}{'' if not title else ':'}{m}" for m in messages]
    return found
