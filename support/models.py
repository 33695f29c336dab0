"""Needs of a family, the help that was given for them, and events for everybody.

That there is a need, of which kind and until when, is S1, like a colour and its reason: kinds are
phrased as the help we owe. What it is about in words is S3 and stands apart.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Member, Role
from boundaries.models import Division
from cases.models import families_of
from households.models import Household, Person


def random_uuid() -> dict:
    """By Python and, for rows that come in sets, by the database."""
    return {
        "default": uuid.uuid4,
        "db_default": models.Func(function="gen_random_uuid"),
        "unique": True,
        "editable": False,
    }


class ApartQuerySet(models.QuerySet):
    """Rows of families. What a case worker enters is `apart`: it would tell that there is a case."""

    def visible_to(self, member: Member):
        rows = self.filter(household__in=families_of(member).values("pk"))
        return rows if member.role == Role.CASEWORKER else rows.filter(apart=False)


class NeedQuerySet(ApartQuerySet):
    def open(self):
        return self.filter(state=Need.State.OPEN)


class Need(models.Model):
    """Something that a family needs and we owe, until a day."""

    class State(models.TextChoices):
        OPEN = "open", "还没有解决"
        MET = "met", "已经解决"
        ENDED = "ended", "不再跟进"

    class Action(models.TextChoices):
        """五大行动， in the federation's order."""

        BOND = "bond", "家庭连心"
        MANNERS = "manners", "家庭文明"
        CARE = "care", "家庭关爱"
        GROWTH = "growth", "家庭发展"
        HAPPINESS = "happiness", "家庭幸福"

    class Kind(models.TextChoices):
        COMPANY = "company", "陪伴和倾听"
        TALKING = "talking", "家人之间的沟通"
        TIDINESS = "tidiness", "居家环境"
        HONOUR = "honour", "评选和表彰"
        ELDERS = "elders", "照护老人"
        CHILDREN = "children", "照护孩子"
        DOCTOR = "doctor", "就医和照护"
        COUNSEL = "counsel", "心理疏导"
        WORK = "work", "就业"
        SKILLS = "skills", "技能培训"
        SCHOOL = "school", "子女上学"
        INCOME = "income", "增加收入"
        LEGAL = "legal", "法律帮助"
        LIVING = "living", "基本生活"
        HOUSING = "housing", "住房"

    class Why(models.TextChoices):
        """Why it ended although it was not met. None of them says anything against the family."""

        NOT_WANTED = "not_wanted", "家庭说不需要了"
        ELSEWHERE = "elsewhere", "已由别处解决"
        MOVED = "moved", "家庭搬走了"
        NOT_POSSIBLE = "not_possible", "现在办不到"

    uuid = models.UUIDField(**random_uuid())
    # CASCADE here and below is the database's own as well: see migrations.
    household = models.ForeignKey(
        Household, models.CASCADE, db_constraint=False, related_name="needs"
    )
    # Null: of the whole family.
    person = models.ForeignKey(
        Person, models.CASCADE, db_constraint=False, null=True, related_name="needs"
    )
    kind = models.CharField("哪一方面", max_length=10, choices=Kind)
    due_on = models.DateField("最晚哪天办到")
    state = models.CharField(
        "进展", max_length=5, choices=State, default=State.OPEN, db_default=State.OPEN
    )
    ended_because = models.CharField(
        "为什么不再跟进", max_length=12, choices=Why, blank=True, default="", db_default=""
    )
    # That there is something in `NeedText`, not what.
    has_text = models.BooleanField(default=False, db_default=False)
    apart = models.BooleanField("只有个案工作者能看", default=False, db_default=False)
    opened_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["household", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_by=None, closed_at=None)
                | ~Q(state="open") & Q(closed_by__isnull=False, closed_at__isnull=False),
                name="closed_need_was_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="ended") & ~Q(ended_because="")
                | ~Q(state="ended") & Q(ended_because=""),
                name="ended_need_says_why",
            ),
        ]
        indexes = [
            models.Index("household", condition=Q(state="open"), name="open_needs_of_a_household")
        ]

    def __str__(self):
        return str(self.uuid)

    @property
    def action(self) -> "Need.Action":
        return ACTIONS[self.kind]


_K, _A = Need.Kind, Need.Action
# Which of the five actions a kind belongs to.
ACTIONS = {
    _K.COMPANY: _A.BOND, _K.TALKING: _A.BOND,
    _K.TIDINESS: _A.MANNERS, _K.HONOUR: _A.MANNERS,
    _K.ELDERS: _A.CARE, _K.CHILDREN: _A.CARE, _K.DOCTOR: _A.CARE, _K.COUNSEL: _A.CARE,
    _K.WORK: _A.GROWTH, _K.SKILLS: _A.GROWTH, _K.SCHOOL: _A.GROWTH, _K.INCOME: _A.GROWTH,
    _K.LEGAL: _A.HAPPINESS, _K.LIVING: _A.HAPPINESS, _K.HOUSING: _A.HAPPINESS,
}  # fmt: skip


class NeedText(models.Model):
    """S3: what a need is about. Shown only to a transaction that has logged the look."""

    need = models.OneToOneField(
        Need, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="words"
    )
    text = models.CharField("具体情况", max_length=500)
    written_by = models.ForeignKey(Member, models.PROTECT, related_name="+")

    def __str__(self):
        return str(self.pk)


class Help(models.Model):
    """What was done for a need. Only ever added to."""

    class Kind(models.TextChoices):
        MONEY = "money", "救助金"
        GOODS = "goods", "物资"
        LEGAL = "legal", "法律援助"
        COUNSEL = "counsel", "心理疏导"
        JOB = "job", "介绍工作"
        TRAINING = "training", "培训"
        HONOUR = "honour", "表彰"
        REFERRAL = "referral", "联系其他部门"
        OTHER = "other", "上门帮忙"

    class Honour(models.TextChoices):
        BEAUTIFUL = "beautiful", "最美家庭"
        FIVE_GOOD = "five_good", "五好家庭"
        IN_LAWS = "in_laws", "好婆媳"
        COURTYARD = "courtyard", "五美庭院"

    class Outcome(models.TextChoices):
        NOT_KNOWN = "", "还不知道"
        HELPED = "helped", "有帮助"
        PARTLY = "partly", "解决了一部分"
        NOT_YET = "not_yet", "还需要别的办法"

    need = models.ForeignKey(Need, models.CASCADE, db_constraint=False, related_name="helps")
    kind = models.CharField("哪种帮助", max_length=10, choices=Kind)
    amount = models.DecimalField("金额(元)", max_digits=10, decimal_places=2, null=True)
    goods = models.CharField("物资", max_length=80, blank=True, default="", db_default="")
    honour = models.CharField(
        "称号", max_length=10, choices=Honour, blank=True, default="", db_default=""
    )
    outcome = models.CharField(
        "结果", max_length=8, choices=Outcome, blank=True, default="", db_default=""
    )
    given_on = models.DateField("哪天")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["need", "given_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="money", amount__gt=0) | ~Q(kind="money") & Q(amount=None),
                name="money_has_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(kind="goods") & ~Q(goods="") | ~Q(kind="goods") & Q(goods=""),
                name="goods_are_named",
            ),
            models.CheckConstraint(
                condition=Q(kind="honour") & ~Q(honour="") | ~Q(kind="honour") & Q(honour=""),
                name="an_honour_has_its_title",
            ),
        ]

    def __str__(self):
        return str(self.pk)


class EventQuerySet(models.QuerySet):
    def visible_to(self, member: Member):
        """Those of her place, of what lies below it and of what lies above."""
        if member.role not in (Role.MEMBER, Role.VILLAGE, Role.TOWN, Role.DISTRICT):
            return self.none()
        below = Division.objects.under(member.division).values("pk")
        above = Division.objects.above(member.division_id).values("pk")
        return self.filter(Q(division__in=below) | Q(division__in=above))


class Event(models.Model):
    """A training, fair or talk. How many came, never who."""

    class Kind(models.TextChoices):
        TRAINING = "training", "培训"
        FAIR = "fair", "活动"
        TALK = "talk", "宣讲"

    uuid = models.UUIDField(**random_uuid())
    kind = models.CharField("种类", max_length=8, choices=Kind)
    title = models.CharField("名称", max_length=60)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    held_on = models.DateField("哪天")
    women = models.PositiveIntegerField("到场妇女")
    men = models.PositiveIntegerField("到场男性")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index("division", "held_on", name="events_of_a_place")]

    def __str__(self):
        return self.title
