"""A draft as it stands: cells, which are grids as it wants them. Pure; degrees."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import shapely
from shapely.geometry.base import BaseGeometry

from grids.errors import GridIsLocked, GridNotHere, NothingSelected


@dataclass(frozen=True)
class Cell:
    key: str
    village: int
    name: str
    geom: BaseGeometry
    # The grid it is, if it is one already; its version when first touched.
    grid: int | None = None
    version: int | None = None
    code: str = ""
    lead: int | None = None
    supports: tuple[int, ...] = ()
    # How many families it is meant to hold, where somebody has said so.
    target: int | None = None
    # Ids of the published grids from whose ground a new one was drawn.
    parents: tuple[int, ...] = ()
    removed: bool = False
    locked: bool = False

    def content(self) -> dict:
        """As kept in the database: exact to the last bit."""
        return {
            "name": self.name,
            "code": self.code,
            "geom": shapely.to_wkb(self.geom, hex=True),
            "lead": self.lead,
            "supports": list(self.supports),
            "target": self.target,
            "parents": list(self.parents),
            "removed": self.removed,
            "locked": self.locked,
        }

    def as_row(self) -> dict:
        """Everything a step must remember to put the cell back."""
        return {
            "grid": self.grid,
            "version": self.version,
            "village": self.village,
            "content": self.content(),
        }


def cell_from(key: str, row: dict) -> Cell:
    c = row["content"]
    return Cell(
        key=key,
        village=row["village"],
        name=c["name"],
        code=c["code"],
        geom=shapely.from_wkb(c["geom"]),
        grid=row["grid"],
        version=row["version"],
        lead=c["lead"],
        supports=tuple(c["supports"]),
        target=c["target"],
        parents=tuple(c["parents"]),
        removed=c["removed"],
        locked=c["locked"],
    )


def key_of(grid_id: int) -> str:
    return f"g{grid_id}"


@dataclass
class State:
    """`base`: the published grids of the place by key. `over`: what the draft makes of some."""

    base: dict[str, Cell]
    over: dict[str, Cell] = field(default_factory=dict)

    def get(self, key: str) -> Cell:
        cell = self.find(key)
        if cell is None or cell.removed:
            raise GridNotHere(keys=[key])
        return cell

    def find(self, key: str) -> Cell | None:
        return self.over.get(key) or self.base.get(key)

    def chosen(self, keys: Iterable[str], *, editing: bool = True) -> list[Cell]:
        cells = [self.get(key) for key in dict.fromkeys(keys)]
        if not cells:
            raise NothingSelected()
        if editing and (held := [c.key for c in cells if c.locked]):
            raise GridIsLocked(keys=held)
        return cells

    def cells(self) -> list[Cell]:
        """All that stand, in the order of their codes, new ones last."""
        merged = {**self.base, **self.over}
        standing = [c for c in merged.values() if not c.removed]
        return sorted(standing, key=lambda c: (c.code or "9" * 16, c.village, c.key))

    def in_village(self, village: int) -> list[Cell]:
        return [c for c in self.cells() if c.village == village]

    def redrawn(self) -> list[Cell]:
        """Standing cells whose ground is not that of their grid."""
        return [
            c
            for c in self.over.values()
            if not c.removed and (c.key not in self.base or c.geom != self.base[c.key].geom)
        ]

    def new_keys(self, n: int) -> list[str]:
        last = max((int(k[1:]) for k in self.over if k[0] == "n"), default=0)
        return [f"n{last + 1 + i}" for i in range(n)]

    def with_changes(self, changed: dict[str, Cell | None]) -> "State":
        """None takes the draft's own cell away, so that the grid stands as published."""
        over = {k: c for k, c in {**self.over, **changed}.items() if c is not None}
        return replace(self, over=over)
