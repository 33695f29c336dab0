"""A short list (members, assignments): every row is taken or refused with its reason in Chinese."""

from dataclasses import dataclass, field
from pathlib import Path

from core.importing import FileNotUsable, ImportCommand, ImportRefused, Progress
from core.tables import Table, normal, read_table, write_csv

# A longer list is something else.
MOST_ROWS = 100_000


@dataclass
class Row:
    """`said` holds the known columns, full width made half, empty where nothing stands."""

    number: int
    cells: list[str | None]
    said: dict[str, str]


@dataclass
class Roll:
    columns: list[str]
    rows: list[Row]
    encoding: str
    notes: list[str]
    has: frozenset[str]  # which of the known columns it has
    refused: dict[int, list[str]] = field(default_factory=dict)

    def refuse(self, row: Row, reason: str) -> None:
        self.refused.setdefault(row.number, []).append(reason)

    def accepted(self) -> list[Row]:
        return [row for row in self.rows if row.number not in self.refused]

    def reasons(self) -> list[str]:
        return [f"第 {n} 行：{';'.join(why)}。" for n, why in sorted(self.refused.items())]

    def write_rejects(self, target: Path) -> None:
        """Every refused row as it stood in the file, before it its number and what is wrong."""
        cells = {row.number: row.cells for row in self.rows}
        rows = [
            [number, ";".join(why), *cells[number]] for number, why in sorted(self.refused.items())
        ]
        write_csv(target, ["行号", "拒收原因", *self.columns], rows)


def read_roll(
    path: Path, headers: dict[str, tuple[str, ...]], *, needed: tuple[str, ...], encoding: str
) -> Roll:
    """Read a CSV or workbook. `headers` says how each column may be called, Chinese first."""
    return as_roll(read_table(path, encoding=encoding), headers, needed=needed)


def as_roll(table: Table, headers: dict[str, tuple[str, ...]], *, needed: tuple[str, ...]) -> Roll:
    meaning = {alias: name for name, aliases in headers.items() for alias in aliases}
    at: dict[str, int] = {}
    unknown = []
    for index, header in enumerate(table.columns):
        name = meaning.get("".join(header.split()).casefold())
        if name is None:
            unknown.append(header or f"第 {index + 1} 列(没有标题)")
        elif name in at:
            raise ImportRefused(f"有两列都是“{headers[name][0]}”；请只留一列。")
        else:
            at[name] = index
    missing = [headers[name][0] for name in needed if name not in at]
    if missing:
        raise ImportRefused(f"缺少列：{'、'.join(missing)}；请补上标题行。")
    rows = []
    for number, cells in table.rows:
        if len(rows) == MOST_ROWS:
            raise FileNotUsable(f"超过 {MOST_ROWS:,} 行；请分几次导入。")
        said = {name: normal(cells[at[name]]) if name in at else "" for name in headers}
        rows.append(Row(number, cells, said))
    if not rows:
        raise ImportRefused("标题行下面没有内容。")
    notes = [*table.notes, *([f"没有用到的列：{'、'.join(unknown)}。"] if unknown else [])]
    return Roll(table.columns, rows, table.encoding, notes, frozenset(at))


class RollCommand(ImportCommand):
    """Takes the good rows of a list. A subclass gives `take(roll, options, progress) -> dict`."""

    headers: dict[str, tuple[str, ...]]
    needed: tuple[str, ...]

    def add_file_arguments(self, parser):
        parser.add_argument(
            "--encoding", default="auto", help="文字编码：auto(默认)、utf-8、gb18030、utf-16"
        )
        parser.add_argument(
            "--rejects", type=Path, metavar="OUT.csv", help="被拒收的行及原因写到这里"
        )

    def read(self, path: Path, encoding: str) -> Roll:
        return read_roll(path, self.headers, needed=self.needed, encoding=encoding)

    def take(self, roll: Roll, options: dict, progress: Progress) -> dict:
        """Refuse rows, write the others; return the lists of what happened."""
        raise NotImplementedError

    def run(self, path: Path, options: dict, progress: Progress) -> dict:
        rejects = options["rejects"]
        if rejects and rejects.resolve() == path.resolve():
            raise FileNotUsable("--rejects 不能是要导入的文件自己。")
        roll = self.read(path, options["encoding"])
        done = self.take(roll, options, progress)
        if rejects:
            roll.write_rejects(rejects)
        if not roll.accepted():
            raise ImportRefused("没有一行可以导入。", roll.reasons())
        return {"rows": len(roll.rows), **done, "rejected": roll.reasons(), "notes": roll.notes}

    def describe(self, report: dict) -> list[str]:
        return [
            *report["notes"],
            *(f"拒收 · {reason}" for reason in report["rejected"]),
            f"共 {report['rows']} 行：新增 {len(report['new'])}，改动 {len(report['changed'])}，"
            f"不变 {report['unchanged']}，拒收 {len(report['rejected'])}。",
        ]
