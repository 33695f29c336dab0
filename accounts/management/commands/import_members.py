import re
from pathlib import Path

from accounts.models import Member, Role
from accounts.services import Listed, enrol_members
from boundaries.models import Division, Level
from core.importing import FileNotUsable
from core.roll import Roll, RollCommand, Row
from core.tables import CodeDestroyed, code, write_csv

ROLES = {name: role for role in Role for name in (role.label, role.value)}
# Where each role works. The others need no place, and see no families by having one.
PLACES = {
    Role.MEMBER: (Level.VILLAGE, Level.TOWN),
    Role.VILLAGE: (Level.VILLAGE,),
    Role.TOWN: (Level.TOWN,),
    Role.DISTRICT: (Level.DISTRICT,),
}


class Command(RollCommand):
    help = (
        "按名单(CSV 或 .xlsx)建立账号。列名：账号、姓名、岗位、任职地代码。"
        f"岗位可填：{'、'.join(role.label for role in Role)}。"
        "第一个系统管理员和区妇联账号也这样建立。"
        "已有的账号按名单更新姓名、岗位和任职地，密码不动；名单里没有的账号不变。"
    )
    purpose = "import_members"
    headers = {
        "username": ("账号", "username"),
        "name": ("姓名", "name"),
        "role": ("岗位", "role"),
        "division": ("任职地代码", "division_code"),
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

    def take(self, roll: Roll, options, progress) -> dict:
        target = options["passwords"]
        if target and target.exists():
            raise FileNotUsable(f"“{target}”已经存在；为免覆盖以前的密码，请换一个文件名。")
        listed = _understood(roll)
        progress("建立账号")
        done = enrol_members(listed=listed, with_passwords=target is not None)
        if target and done.passwords and not options["dry_run"]:
            names = {one.username: one.name for one in listed}
            rows = [[user, names[user], password] for user, password in done.passwords.items()]
            write_csv(target, ["账号", "姓名", "初始密码"], rows)
        return {"new": done.new, "changed": done.changed, "unchanged": done.unchanged}


def _understood(roll: Roll) -> list[Listed]:
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
        if row.number not in roll.refused:
            listed.append(Listed(username, said["name"], role, division))
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
