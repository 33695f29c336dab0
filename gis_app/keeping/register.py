"""docs/data_register.yaml: what is kept, what for, on what ground, how long."""

from dataclasses import dataclass
from functools import lru_cache

import yaml
from django.conf import settings

FILE = settings.BASE_DIR / "docs" / "data_register.yaml"
PARTS = ("purpose", "basis", "tier", "retention")


@dataclass(frozen=True)
class Entry:
    says: str
    purpose: str
    basis: str
    tier: str
    retention: str


@lru_cache(maxsize=1)
def _file() -> dict:
    return yaml.safe_load(FILE.read_text())


def entries() -> dict[tuple[str, str], Entry]:
    """`{(model, field): entry}`; a field takes from its model what it does not say itself."""
    found = {}
    for model, told in _file()["models"].items():
        shared = {part: told[part] for part in PARTS}
        for field, own in told["fields"].items():
            own = {"says": own} if isinstance(own, str) else own
            found[model, field] = Entry(**shared | own)
    return found


def model_says(model: str) -> str:
    return _file()["models"][model]["says"]


def not_used() -> dict[str, str]:
    return _file()["not_used"]


def words(part: str) -> dict:
    """What the short words for `basis` or `retention` mean."""
    return _file()[part]


def days(retention: str) -> int | None:
    """After how many days `apply_retention` deletes; None: not by itself."""
    return _file()["retention"][retention].get("days")


def page() -> str:
    """The register as a section of docs/privacy.md, one row a table of what is about people."""
    basis, retention = words("basis"), words("retention")
    lines = [
        "| 内容 | 有哪些项 | 用途 | 依据 | 类别 | 保留 |",
        "|---|---|---|---|---|---|",
    ]
    for told in _file()["models"].values():
        if told["basis"] == "none":
            continue
        fields, tiers = [], {told["tier"]}
        for name, own in told["fields"].items():
            own = {"says": own} if isinstance(own, str) else own
            tiers.add(own.get("tier", told["tier"]))
            if name not in ("id", "uuid"):
                fields.append(own["says"])
        cells = [
            told["says"], "、".join(fields), told["purpose"], basis[told["basis"]],
            "、".join(sorted(tiers)), retention[told["retention"]]["says"],
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
