"""Members (执委 and staff): who they are and where they may look."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.gis.db import models
from django.db.models import Q

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
    # Where she lives, if she has told. Goes out only through `homes_visible_to`.
    home = models.PointField("住处", null=True, spatial_index=False)
    is_active = models.BooleanField("在任", default=True)

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
