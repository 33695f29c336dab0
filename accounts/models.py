"""Members (执委 and staff): who they are and where they may look."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.gis.db import models
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db.models import F, Q
from django.utils import timezone

from boundaries.models import Division


class Role(models.TextChoices):
    MEMBER = "member", "执委"
    VILLAGE = "village", "村妇联主席"
    TOWN = "town", "乡镇妇联主席"
    DISTRICT = "district", "区妇联"
    CASEWORKER = "caseworker", "个案工作者"
    PARTNER = "partner", "联调单位"
    STEWARD = "steward", "数据管理员"
    SYSADMIN = "sysadmin", "系统管理员"
    AUDITOR = "auditor", "审计员"


class Body(models.TextChoices):
    """Whom a partner works for: those with whom disputes are mediated jointly."""

    POLICE = "police", "公安"
    COURT = "court", "法院"
    JUSTICE = "justice", "司法局"
    LEGAL_AID = "legal_aid", "法律援助"
    EDUCATION = "education", "教体局"
    PROCURATORATE = "procuratorate", "检察院"
    CIVIL_AFFAIRS = "civil_affairs", "民政"


# Whoever gets one of these sees cases, everybody's traces, or makes accounts: two admins decide.
GUARDED = frozenset({Role.CASEWORKER, Role.STEWARD, Role.SYSADMIN, Role.AUDITOR})


class MemberQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def visible_to(self, member: "Member"):
        """Colleagues: those whose place of work lies in the member's own, and herself."""
        match member.role:
            case Role.SYSADMIN:
                return self
            case Role.DISTRICT | Role.TOWN | Role.VILLAGE | Role.MEMBER if member.division_id:
                return self.filter(
                    Q(pk=member.pk)
                    | Q(division__in=Division.objects.under(member.division).values("pk"))
                )
        return self.filter(pk=member.pk)

    def called(self, text: str):
        """Those whose name or account holds this text."""
        return self.filter(Q(username__icontains=text) | Q(name__icontains=text))

    def homes_visible_to(self, member: "Member"):
        """Those whose home the member may know: her own, and a chair those of her place.

        Where a member lives is her own matter; the chair needs it to keep her ways short.
        """
        seen = Q(pk=member.pk)
        if member.role in (Role.TOWN, Role.VILLAGE):
            seen |= Q(division__in=Division.objects.under(member.division).values("pk"))
        return self.filter(seen, home__isnull=False)


class MemberManager(BaseUserManager.from_queryset(MemberQuerySet)):
    def create_user(self, username: str, password: str | None = None, **fields) -> "Member":
        member = self.model(username=username, **fields)
        member.set_password(password)
        member.save()
        return member


class Member(AbstractBaseUser):
    """Somebody who signs in. One active role; nobody sees everything."""

    USERNAME_FIELD = "username"

    username = models.CharField("账号", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    role = models.CharField("岗位", max_length=10, choices=Role)
    # Where she works: her village, town or district.
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, verbose_name="任职地"
    )
    # Of a partner: for which body she answers. Empty: she gets nothing.
    body = models.CharField(
        "单位", max_length=16, choices=Body, blank=True, default="", db_default=""
    )
    # Where she lives, if she has told. Goes out only through `homes_visible_to`.
    home = models.PointField("住处", null=True, spatial_index=False)
    is_active = models.BooleanField("在任", default=True)
    # Somebody else chose her password: nothing can be done with it but to choose another.
    password_given = models.BooleanField("初始密码", default=False)
    password_set_at = models.DateTimeField("密码设定时间", default=timezone.now)
    # An account of the demo, whose password stands in a file: no second step is asked of it.
    is_demo = models.BooleanField("演示账号", default=False)

    objects = MemberManager()

    class Meta:
        ordering = ["username"]
        constraints = [
            # Without a place of work such a role would see nothing, or, worse, be taken for all.
            models.CheckConstraint(
                condition=~Q(role__in=[Role.MEMBER, Role.VILLAGE, Role.TOWN, Role.DISTRICT])
                | Q(division__isnull=False),
                name="territorial_role_has_division",
            ),
        ]

    def __str__(self):
        return self.name

    def get_full_name(self):
        return self.name


class Session(AbstractBaseSession):
    """A browser in which somebody is signed in. Where, since when, last used; no tracks beyond that.

    `expire_date` is the idle limit or the absolute one, whichever comes first: whoever looks at it
    needs no other rule.
    """

    # No constraint: what must go first when a member goes is not the business of a session.
    member = models.ForeignKey(Member, models.DO_NOTHING, null=True, db_constraint=False)
    began_at = models.DateTimeField()
    used_at = models.DateTimeField()
    address = models.CharField(max_length=45)
    device = models.CharField(max_length=10)

    @classmethod
    def get_session_store_class(cls):
        from accounts.sessions import SessionStore

        return SessionStore


class RoleChange(models.Model):
    """What was done to an account: by whom, when, and who agreed. Kept for good.

    The database lets nobody change her own account, decide what she asked for herself, or alter
    what is decided (migration 0003).
    """

    class Kind(models.TextChoices):
        CREATED = "created", "建立账号"
        POST = "post", "改岗位或任职地"
        LEFT = "left", "停用账号"
        BACK = "back", "恢复账号"
        PASSWORD = "password", "重置密码"
        FACTOR = "factor", "重置两步验证"

    class State(models.TextChoices):
        PENDING = "pending", "等待另一位管理员确认"
        DONE = "done", "已生效"
        REFUSED = "refused", "未同意"
        WITHDRAWN = "withdrawn", "已撤回"

    member = models.ForeignKey(Member, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    # Before and after; the same where the post is not what changed.
    role_before = models.CharField(max_length=10, choices=Role)
    role = models.CharField(max_length=10, choices=Role)
    division_before = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+")
    division = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+")
    # Null: whoever keeps the server imported a list.
    asked_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State)
    decided_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state="pending"), name="one_open_change_a_member"
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("member")) & ~Q(decided_by=F("member")),
                name="nobody_changes_her_own_account",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") | ~Q(decided_by=F("asked_by")),
                name="nobody_agrees_with_herself",
            ),
            # Unless imported by whoever keeps the server.
            models.CheckConstraint(
                condition=~Q(
                    state="done",
                    kind__in=["created", "post", "back"],
                    role__in=sorted(GUARDED),
                    asked_by__isnull=False,
                    decided_by__isnull=True,
                ),
                name="guarded_role_takes_two",
            ),
        ]
