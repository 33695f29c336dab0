import re
from pathlib import Path

import numpy as np
import shapely
from django.contrib.gis.geos import Point

from accounts.models import GUARDED, Member, Role
from accounts.services import PLACES, UNSAID, Listed, enrol_members
from boundaries.models import Division, Level
from boundaries.services.outlines import beyond, from_django
from core.coords import Crs, parse_crs
from core.importing import FileNotUsable
from core.roll import Roll, RollCommand, Row
from core.tables import CodeDestroyed, code, write_csv

ROLES = {name: role for role in Role for name in (role.label, role.value)}
# Whoever lives further from where she works has her columns swapped, or another system.
FAR_M = 50_000


class Command(RollCommand):
    help = (
        "按名单(CSV 或 .xlsx)建立账号。列名：账号、姓名、岗位、任职地代码。"
        f"岗位可填：{'、'.join(role.label for role in Role)}。"
        "第一个系统管理员和区妇联账号也这样建立。"
        "可以另有经度、纬度两列：她的住处，用来就近分工，只有她本人和主管的主席看得到；"
        "有这两列时，空着就是不留住处。"
        "已有的账号按名单更新姓名、岗位、任职地(和住处)，密码不动；名单里没有的账号不变。"
    )
    purpose = "import_members"
    headers = {
        "username": ("账号", "username"),
        "name": ("姓名", "name"),
        "role": ("岗位", "role"),
        "division": ("任职地代码", "division_code"),
        "lon": ("经度", "lon"),
        "lat": ("纬度", "lat"),
    }
    needed = ("username", "name", "role")

    def add_file_arguments(self, parser):
        super().add_file_arguments(parser)
        parser.add_argument(
            "--passwords",
            type=Path,
            metavar="OUT.csv",
            help="给还没有密码的账号生成初始密码，写到这个新文件(只有您能读)。"
            "不给此项时新账号不能登录，可用 manage.py changepassword 账号 设置",
        )

        parser.add_argument(
            "--crs",
            default="wgs84",
            help="经纬度的坐标系：wgs84(默认)、gcj02(高德、腾讯)、bd09(百度)或 EPSG:n",
        )

    def take(self, roll: Roll, options, progress) -> dict:
        target = options["passwords"]
        if target and target.exists():
            raise FileNotUsable(f"“{target}”已经存在；为免覆盖以前的密码，请换一个文件名。")
        listed = _understood(roll, parse_crs(options["crs"]))
        if self.by:
            listed = self._without_guarded(roll, listed)
        progress("建立账号")
        done = enrol_members(listed=listed, with_passwords=target is not None)
        if target and done.passwords and not options["dry_run"]:
            names = {one.username: one.name for one in listed}
            rows = [[user, names[user], password] for user, password in done.passwords.items()]
            write_csv(target, ["账号", "姓名", "初始密码"], rows)
        return {"new": done.new, "changed": done.changed, "unchanged": done.unchanged}

    def _without_guarded(self, roll: Roll, listed: list[Listed]) -> list[Listed]:
        """On the site two admins are needed for a guarded role, and nobody changes her own."""
        guarded = set(
            Member.objects.filter(role__in=GUARDED).values_list("username", flat=True)
        )  # fmt: skip
        rows = {row.said["username"]: row for row in roll.accepted()}
        for one in listed:
            if one.username == self.by.username:
                roll.refuse(rows[one.username], "自己的账号要由另一位系统管理员来改")
            elif one.role in GUARDED or one.username in guarded:
                roll.refuse(
                    rows[one.username], f"账号“{one.username}”的岗位要在“账号管理”里由两人办理"
                )
        return [one for one in listed if rows[one.username].number not in roll.refused]


def _understood(roll: Roll, crs: Crs) -> list[Listed]:
    """The rows that can be taken; the others are refused."""
    divisions = {d.code: d for d in Division.objects.current().only("code", "name", "level")}
    closed = set(Member.objects.filter(is_active=False).values_list("username", flat=True))
    first: dict[str, Row] = {}
    listed = []
    for row in roll.rows:
        said = row.said
        username = said["username"]
        if not re.fullmatch(r"[\w.@+-]{1,60}", username):
            roll.refuse(row, f"账号“{username[:60]}”要用 1 到 60 个字母、数字或 . @ + - _")
        elif username in first:
            roll.refuse(row, f"账号“{username}”与第 {first[username].number} 行重复")
        elif username in closed:
            roll.refuse(row, f"账号“{username}”已停用，不能靠名单恢复")
        first.setdefault(username, row)
        if not 1 <= len(said["name"]) <= 40:
            roll.refuse(row, "姓名要填 1 到 40 个字")
        role = ROLES.get(said["role"])
        if role is None:
            known = "、".join(role.label for role in Role)
            roll.refuse(row, f"没有“{said['role']}”这个岗位；可填：{known}")
        division = _place(roll, row, role, divisions)
        home = _home(roll, row, crs, division) if roll.has & {"lon", "lat"} else UNSAID
        if row.number not in roll.refused:
            listed.append(Listed(username, said["name"], role, division, home))
    return listed


def _place(roll: Roll, row: Row, role: Role | None, divisions: dict) -> Division | None:
    try:
        wanted = code(row.said["division"])
    except CodeDestroyed as error:
        roll.refuse(row, error.message.rstrip("。"))
        return None
    division = divisions.get(wanted)
    levels = PLACES.get(role)
    if wanted and division is None:
        roll.refuse(row, f"任职地代码 {wanted} 不在现有区划里；请核对，或先导入区划")
    elif levels and (division is None or division.level not in levels):
        places = "或".join(Level(level).label for level in levels)
        roll.refuse(row, f"{role.label}的任职地要填{places}的代码")
    return division


def _home(roll: Roll, row: Row, crs: Crs, division: Division | None) -> Point | None:
    lon, lat = row.said["lon"], row.said["lat"]
    if not lon and not lat:
        return None
    try:
        at = crs.to_wgs84(np.array([[float(lon), float(lat)]]))[0].round(6)
    except ValueError:
        roll.refuse(row, f"经度“{lon}”、纬度“{lat}”要么都填成数，要么都空着")
        return None
    if not np.isfinite(at).all() or abs(at[0]) > 180 or abs(at[1]) > 90:
        roll.refuse(row, f"经度“{lon}”、纬度“{lat}”不是地球上的一点")
        return None
    if division and division.geom:
        (away,) = beyond([shapely.Point(at)], from_django(division.geom))
        if away > FAR_M:
            roll.refuse(
                row, f"住处离任职地 {away / 1000:.0f} 千米；请核对经纬度是否颠倒，或用 --crs 指明"
            )
            return None
    return Point(*at.tolist(), srid=4326)
