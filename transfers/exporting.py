"""Rows that leave the system: asked for with a use, approved by a steward, taken as a locked archive.

Never a colour and never a position: nobody carries off a list of families by what they need. What
the file holds is what its requester may see at the moment it is made.
"""

import io
import secrets
from datetime import timedelta

import pyzipper
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Member, Role
from accounts.services import LETTERS
from audit.models import Action, Kind, Tier
from audit.services import log_access, log_many
from core.workbook import Sheet, book
from households.models import Household, Person
from transfers import files
from transfers.errors import LinkExpired, NotAtThisPoint, OwnRequest, ReasonTooShort
from transfers.models import Export

State, What = Export.State, Export.What

DAYS = 3
MOST_DOWNLOADS = 3
SHORTEST_REASON = 10
ARCHIVE = "export.zip"

_FAMILIES = ("乡镇", "村", "网格", "户编号", "户主", "电话", "地址", "人口")
_PEOPLE = ("乡镇", "村", "网格", "户编号", "姓名", "与户主关系", "出生年份", "电话")


def exports_for(member: Member):
    """Her own; a steward's are everybody's."""
    if member.role == Role.STEWARD:
        return Export.objects.all()
    return Export.objects.filter(by=member)


@transaction.atomic
def ask(*, by: Member, what: str, reason: str) -> Export:
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise ReasonTooShort()
    export = Export.objects.create(by=by, what=what, reason=reason)
    _log(export, by, Action.EXPORT_ASK, reason)
    return export


@transaction.atomic
def decide(*, by: Member, export: Export, agree: bool, remark: str = "") -> None:
    """A steward's word. Never on what she asked for herself."""
    if export.by_id == by.pk:
        raise OwnRequest()
    now = timezone.now()
    _step(
        export,
        State.ASKED,
        state=State.APPROVED if agree else State.REFUSED,
        decided_by=by,
        decided_at=now,
        remark=remark.strip()[:200],
        until=now + timedelta(days=DAYS) if agree else None,
    )
    _log(export, by, Action.EXPORT_APPROVE if agree else Action.EXPORT_REFUSE, remark.strip())


@transaction.atomic
def withdraw(*, by: Member, export: Export) -> None:
    _step(export, State.ASKED, by=by, state=State.WITHDRAWN)
    _log(export, by, Action.EXPORT_WITHDRAW)


@transaction.atomic
def make(*, by: Member, export: Export) -> str:
    """Write the archive and return its password, which is told this once.

    Each family in it is logged as looked at, in the same transaction.
    """
    if export.until is None or export.until < timezone.now():
        raise LinkExpired() if export.until else NotAtThisPoint()
    sheet, homes = _SHEETS[export.what](by)
    _step(export, State.APPROVED, by=by, state=State.MADE, rows=len(sheet.rows))
    log_many(
        by=by,
        action=Action.EXPORT,
        tier=Tier.IDENTITY,
        kind=Kind.HOUSEHOLD,
        subjects=sorted(homes),
        reason=f"第 {export.pk} 号导出：{export.reason}"[:200],
        route="export",
    )
    _log(export, by, Action.EXPORT_MAKE, export.reason)
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(5))
    files.sweep()
    files.forget(export.uuid)
    files.keep(export.uuid, ARCHIVE, [locked(export, sheet, password)])
    return password


@transaction.atomic
def take(*, by: Member, export: Export) -> bytes:
    """The archive, a few times within a few days."""
    path = files.folder_of(export.uuid) / ARCHIVE
    if export.until is None or export.until < timezone.now():
        files.forget(export.uuid)
        raise LinkExpired()
    mine = Export.objects.filter(
        pk=export.pk, by=by, state=State.MADE, downloads__lt=MOST_DOWNLOADS
    )  # fmt: skip
    if not mine.update(downloads=F("downloads") + 1) or not path.exists():
        raise LinkExpired()
    _log(export, by, Action.EXPORT_TAKE)
    return path.read_bytes()


def locked(export: Export, sheet: Sheet, password: str) -> bytes:
    """A zip with AES-256, in it a workbook that says in every sheet whose it is."""
    about = Sheet(
        "说明",
        ("项目", "内容"),
        [
            ("申请", f"第 {export.pk} 号，{export.get_what_display()}"),
            ("申请人", _who(export.by)),
            ("用途", export.reason),
            ("批准", _who(export.decided_by)),
            ("提醒", "只用于上面写明的用途，不转发，不打印张贴；用完立即删除。"),
        ],
    )
    content = book([sheet, about], watermark=_watermark(export))
    file = io.BytesIO()
    with pyzipper.AESZipFile(
        file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        archive.writestr(f"export-{export.pk}.xlsx", content)
    return file.getvalue()


def _watermark(export: Export) -> str:
    now = timezone.localtime()
    return (
        f"五色格 第 {export.pk} 号导出 · {_who(export.by)} · {now:%Y-%m-%d %H:%M} · {export.reason}"
    )


def _who(member: Member) -> str:
    place = f"（{member.division.name}）" if member.division else ""
    return f"{member.name}{place}"


def _families(by: Member) -> tuple[Sheet, set]:
    homes = _homes(by).select_related("village__parent", "grid", "identity")
    rows, known = [], set()
    for home in homes.defer("village__geom", "village__parent__geom", "grid__geom"):
        known.add(home.uuid)
        identity = getattr(home, "identity", None)
        said = (identity.contact_name, identity.phone, identity.address) if identity else ("",) * 3
        rows.append((*_place(home), *said, identity.members if identity else None))
    return Sheet("家庭名册", _FAMILIES, rows), known


def _people(by: Member) -> tuple[Sheet, set]:
    people = Person.objects.filter(household__in=_homes(by)).select_related(
        "household__village__parent", "household__grid"
    )
    year, rows, known = timezone.localdate().year, [], set()
    for person in people.order_by("household__village__code", "household__household_no", "pk"):
        if person.is_minor(year):
            continue  # a child's name leaves the system with no list
        known.add(person.household.uuid)
        said = (person.name, person.get_relation_display(), person.birth_year, person.phone)
        rows.append((*_place(person.household), *said))
    return Sheet("家庭成员名册", _PEOPLE, rows), known


_SHEETS = {What.FAMILIES: _families, What.PEOPLE: _people}


def _homes(by: Member):
    homes = Household.objects.visible_to(by)
    return homes.order_by("village__code", "household_no", "pk")


def _place(home: Household) -> tuple[str, str, str, str]:
    grid = home.grid.code if home.grid else ""
    return home.village.parent.name, home.village.name, grid, home.household_no


def _step(export: Export, before: str, by: Member | None = None, **after) -> None:
    """One step further, unless somebody has been quicker."""
    found = Export.objects.filter(pk=export.pk, state=before)
    if not (found.filter(by=by) if by else found).update(**after):
        raise NotAtThisPoint()
    for name, value in after.items():
        setattr(export, name, value)


def _log(export: Export, by: Member, action: str, reason: str = "") -> None:
    log_access(
        by=by,
        action=action,
        tier=Tier.IDENTITY,
        kind=Kind.EXPORT,
        subject=export.uuid,
        reason=reason[:200],
        route="export",
    )
