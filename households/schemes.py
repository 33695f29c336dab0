"""A county's colour scheme as a file, checked before anything is written."""

from pathlib import Path

import yaml
from django.core.exceptions import ValidationError

from core.importing import FileNotUsable, ImportRefused
from households.colouring import wording
from households.models import ColourClass

_PLAIN = [f.name for f in ColourClass._meta.fields if f.name not in ("id", "scheme")]
# Told apart without seeing colours.
_EACH_ITS_OWN = {"slot": "色位", "name": "名称", "letter": "字", "shape": "形状"}
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
    if faults := check(classes):
        raise SchemeRefused("颜色方案没有启用，请按提示修改文件。", reasons=faults)
    return name, classes


def check(classes: list[dict]) -> list[str]:
    """What is wrong with the classes of a scheme, a sentence each."""
    faults = [fault for i, entry in enumerate(classes, 1) for fault in _faults(i, entry)]
    told = [entry for entry in classes if isinstance(entry, dict)]
    for field, title in _EACH_ITS_OWN.items():
        said = [str(entry[field]) for entry in told if field in entry]
        faults += [
            f"{title} {value} 用了两次。"
            for value in sorted({v for v in said if said.count(v) > 1})
        ]
    for entry in told:
        said = "\n".join(str(entry.get(field)) for field in ("name", "action", "reasons"))
        faults += [f"“{word}”请换个说法：{instead}。" for word, instead in wording.faults(said)]
    if not classes:
        faults.append("至少要有一类。")
    return faults


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
            found += [f"第{number}类：{title}{'' if not title else '：'}{m}" for m in messages]
    return found
