import re
from collections import defaultdict
from datetime import date, datetime, time

from django.utils import timezone

from accounts.models import Member, Role
from core.errors import Invalid
from core.importing import ImportRefused
from core.roll import Roll, RollCommand, Row
from core.tables import code
from grids.models import Assignment, Grid
from grids.services import Duty, take_up_duties
from grids.sheets import HEADERS, people, read_any_roll

PARTS = {name: part for part in Assignment.Role for name in (part.label, part.value)}
# Columns of a file with one row a grid.
_PEOPLE = {"lead", "lead_account", "supports", "support_accounts"}
# Who may answer for families at all.
FIELD_ROLES = {Role.MEMBER, Role.VILLAGE, Role.TOWN}


class Command(RollCommand):
    help = (
        "按名单(CSV 或 .xlsx)登记谁负责哪个网格。列名:网格编码、账号(或 姓名,限本村或本镇)、"
        "责任(主责/协同)、开始日期(可不填)。一个网格只有一位主责；已有别人主责的网格不会被改动。"
        "名单里没有的责任不变。export_territory 导出的文件(xlsx、GeoPackage、GeoJSON)也可以。"
    )
    purpose = "import_assignments"
    headers = {
        "grid": ("网格编码", "grid_code"),
        "username": ("账号", "username"),
        "name": ("姓名", "name"),
        "part": ("责任", "role"),
        "started_on": ("开始日期", "started_on"),
    } | {what: HEADERS[what] for what in _PEOPLE}
    needed = ("grid",)

    def read(self, path, encoding):
        roll = read_any_roll(path, self.headers, needed=self.needed, encoding=encoding)
        if roll.has & _PEOPLE:
            roll.rows = [duty for row in roll.rows for duty in _duties_of(row)]
        elif "part" not in roll.has:
            raise ImportRefused("缺少列：责任；请补上标题行。")
        return roll

    def take(self, roll: Roll, options, progress) -> dict:
        duties = _Reader(roll, self.by).read()
        progress("登记责任")
        done = take_up_duties(duties=duties)
        shown = [f"{d.grid.code} {d.part.label} {d.member.username}" for d in done]
        return {"new": shown, "changed": [], "unchanged": len(duties) - len(done)}


def _duties_of(row: Row) -> list[Row]:
    """A row that says who leads a grid and who supports, as a row for each of them."""
    duties = []
    for part, names, accounts in (
        ("主责", "lead", "lead_account"), ("协同", "supports", "support_accounts"),
    ):  # fmt: skip
        held = people(row.said[accounts])
        # By account where there is one: a name may hold what stands between names.
        who = [(account, "") for account in held] or [("", n) for n in people(row.said[names])]
        duties += [
            Row(row.number, row.cells, row.said | {"part": part, "username": account, "name": name})
            for account, name in who
        ]
    return duties


class _Reader:
    """What each row means, against who there is and who answers already."""

    def __init__(self, roll: Roll, by: Member | None = None):
        self.roll = roll
        self.town_id = by and by.division_id
        self.grids = {
            g.code: g for g in Grid.objects.current().select_related("village").only(
                "code", "village__code", "village__name", "village__level", "village__parent"
            )
        }  # fmt: skip
        members = list(Member.objects.select_related("division"))
        self.by_username = {m.username: m for m in members}
        self.by_name = defaultdict(list)
        for m in members:
            if m.is_active and m.role in FIELD_ROLES:
                self.by_name[m.name].append(m)
        self.leads: dict[int, Member] = {}
        self.parts: dict[tuple[int, int], str] = {}
        parts = Assignment.objects.unended().exclude(role=Assignment.Role.COVER)
        for a in parts.select_related("member"):
            self.parts[a.grid_id, a.member_id] = a.role
            if a.role == Assignment.Role.LEAD:
                self.leads[a.grid_id] = a.member

    def read(self) -> list[Duty]:
        said = []
        for row in self.roll.rows:
            try:
                said.append((row, self._duty(row)))
            except Invalid as error:
                self.roll.refuse(row, error.message.rstrip("。"))
        self._refuse_rivals(said)
        return [duty for row, duty in said if row.number not in self.roll.refused]

    def _duty(self, row: Row) -> Duty:
        wanted = code(row.said["grid"])
        grid = self.grids.get(wanted)
        if grid is None:
            raise Invalid(f"没有网格“{wanted}”；请核对编码，或先导入网格")
        if self.town_id and grid.village.parent_id != self.town_id:
            raise Invalid(f"网格 {grid.code} 不在您的任职地里")
        part = PARTS.get(row.said["part"])
        if part is None:
            raise Invalid(f"责任“{row.said['part']}”只能填主责或协同")
        member = self._member(row, grid)
        started_at = _start(row.said["started_on"])
        lead = self.leads.get(grid.pk)
        if part == Assignment.Role.LEAD and lead not in (None, member):
            raise Invalid(
                f"网格 {grid.code} 已由 {lead.name}({lead.username})主责；请先结束原来的责任"
            )
        held = self.parts.get((grid.pk, member.pk))
        if held and held != part:
            raise Invalid(
                f"{member.name} 已是网格 {grid.code} 的{Assignment.Role(held).label}；请先结束原来的责任"
            )
        return Duty(grid, member, part, started_at)

    def _member(self, row: Row, grid: Grid) -> Member:
        username, name = row.said["username"], row.said["name"]
        if username:
            member = self.by_username.get(username)
            if member is None:
                raise Invalid(f"没有账号“{username}”；请先用 import_members 建立")
            if name and name != member.name:
                raise Invalid(f"账号“{username}”的姓名是{member.name}，不是{name}；请核对")
        elif name:
            member = self._by_name(name, grid)
        else:
            raise Invalid("账号和姓名都没有填")
        if not member.is_active:
            raise Invalid(f"{member.name}({member.username})已停用")
        if member.role not in FIELD_ROLES:
            raise Invalid(f"{member.name} 的岗位是{member.get_role_display()}，不能负责网格")
        if not _near(member, grid):
            raise Invalid(
                f"{member.name} 的任职地是{member.division}，与网格 {grid.code} 不在同一个乡镇；"
                "请核对编码"
            )
        return member

    def _by_name(self, name: str, grid: Grid) -> Member:
        """In the grid's village, else in its town."""
        near = [m for m in self.by_name[name] if _near(m, grid)]
        own = [m for m in near if m.division_id == grid.village_id] or near
        if not own:
            raise Invalid(f"{grid.village}和所在乡镇没有名叫“{name}”的在任执委；请改填账号")
        if len(own) > 1:
            shown = "、".join(m.username for m in own)
            raise Invalid(f"有 {len(own)} 位“{name}”({shown})；请改填账号")
        return own[0]

    def _refuse_rivals(self, said: list[tuple[Row, Duty]]) -> None:
        """Rows of the list that contradict one another: all of them, for we cannot choose."""
        leads, parts = defaultdict(list), defaultdict(list)
        for row, duty in said:
            parts[duty.grid.pk, duty.member.pk].append(row)
            if duty.part == Assignment.Role.LEAD:
                leads[duty.grid.pk].append((row, duty.member))
        for led in leads.values():
            if len({member for _, member in led}) > 1:
                self._refuse_all([row for row, _ in led], "名单里给同一个网格写了几位主责")
        for rows in parts.values():
            if len(rows) > 1:
                self._refuse_all(rows, "名单里同一个人在同一个网格出现了几次")

    def _refuse_all(self, rows: list[Row], why: str) -> None:
        places = "、".join(str(row.number) for row in rows)
        for row in rows:
            self.roll.refuse(row, f"{why}(第 {places} 行)；请只留一行")


def _near(member: Member, grid: Grid) -> bool:
    """Whether she works in the grid's town: a slip in a code must not open another town's doors."""
    town = grid.village.parent_id
    return member.division_id == town or member.division.parent_id == town


def _start(text: str) -> datetime:
    """The beginning of that day here; now when nothing is said."""
    if not text:
        return timezone.now()
    found = re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)", text)
    unreadable = Invalid(f"开始日期“{text}”要写成 2024-03-08 这样")
    if not found:
        raise unreadable
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        raise unreadable from None
    if day > timezone.localdate():
        raise Invalid(f"开始日期 {day} 还没有到")
    return timezone.make_aware(datetime.combine(day, time()))
