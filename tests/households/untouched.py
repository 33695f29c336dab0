"""Nothing of the territory changed: every row that an edit could touch, before and after."""

import re
from contextlib import contextmanager

from core.scope import acting_as_system
from grids import models as grids
from households.models import Claim, GridSpell, Household

TABLES = (
    grids.Draft, grids.DraftStep, grids.DraftGrid, grids.Grid, grids.GridVersion,
    grids.GridLineage, grids.TerritoryChange, grids.Assignment, grids.Leave, Claim, GridSpell,
)  # fmt: skip


def rows() -> dict[str, list]:
    with acting_as_system("test"):
        found = {m.__name__: list(m.objects.order_by("pk").values_list()) for m in TABLES}
        homes = Household.objects.order_by("pk").values_list("pk", "grid", "slot", "point")
        return found | {"Household": list(homes)}


@contextmanager
def nothing_changes():
    before = rows()
    yield
    assert rows() == before


def is_plain(message: str) -> bool:
    """Whether it is a whole Chinese sentence with Chinese punctuation."""
    whole = message.endswith("。") and len(re.findall("[\u4e00-\u9fff]", message)) >= 3
    return whole and not re.search(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]", message)
