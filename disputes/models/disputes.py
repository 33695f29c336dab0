"""A dispute, who takes part in it, and what was done about it."""

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Body, Member, Role
from boundaries.models import Division
from cases.models import families_of
from disputes.models.parts import part_of, random_uuid
from grids.models import Grid
from households.models import Conflict, Household, Person


def of_kin(member: Member) -> Q:
    """Those of her kin's families, and those in which one of them takes part."""
    kin = Conflict.objects.open().filter(member=member).values("household")
    parties = Party.objects.filter(person__household__in=kin)
    return Q(household__in=kin) | Q(pk__in=parties.values("dispute"))


class DisputeQuerySet(models.QuerySet):
    def visible_to(self, member: Member):
        """Those of the families she may know of, and those without a family in her place.

        Of one in which her own kin takes part nobody sees anything.
        """
        hers = self.exclude(of_kin(member))
        mine = Q(household__in=families_of(member).values("pk"))
        if member.role == Role.CASEWORKER:
            return hers.filter(mine)
        hers = hers.filter(apart=False)
        free = Q(household=None)
        match member.role:
            case Role.VILLAGE:
                return hers.filter(mine | free & Q(village=member.division_id))
            case Role.TOWN:
                return hers.filter(mine | free & Q(village__parent=member.division_id))
            case Role.MEMBER:
                grids = Grid.objects.answered_by(member).values("pk")
                return hers.filter(mine | free & Q(grid__in=grids))
        return self.none()

    def open(self):
        return self.exclude(state=Dispute.State.ARCHIVED)

    def supervised(self):
        return self.filter(Exists(Supervision.objects.open().filter(dispute=OuterRef("pk"))))


class Dispute(models.Model):
    """S1: that there is one, of which kind, where, how far it has come."""

    class Kind(models.TextChoices):
        MARRIAGE = "marriage", "婚姻家庭"
        ELDERS = "elders", "赡养老人"
        CHILDREN = "children", "子女抚养教育"
        INHERITANCE = "inheritance", "继承分家"
        NEIGHBOUR = "neighbour", "邻里关系"
        LAND = "land", "宅基地和承包地"
        MONEY = "money", "借贷和财物"
        WORK = "work", "务工和劳动"
        OTHER = "other", "其他"

    class Severity(models.IntegerChoices):
        LIGHT = 1, "一般"
        SERIOUS = 2, "较急"
        URGENT = 3, "紧急"

    class Source(models.TextChoices):
        SCREENING = "screening", "入户排查"
        VISIT = "visit", "走访"
        TOLD = "told", "本人反映"
        OTHERS = "others", "他人反映"
        HOTLINE = "hotline", "热线和来信"
        BODY = "body", "有关部门转来"

    class State(models.TextChoices):
        FOUND = "found", "已登记"
        MEDIATION = "mediation", "调解中"
        REFERRED = "referred", "已转介"
        JOINT = "joint", "联调中"
        SETTLED = "settled", "已化解"
        ENDED = "ended", "未达成协议"
        FOLLOWED_UP = "followed_up", "已回访"
        ARCHIVED = "archived", "已归档"

    uuid = models.UUIDField(**random_uuid())
    # CASCADE here and below is the database's own as well: see migrations.
    household = models.ForeignKey(
        Household, models.CASCADE, null=True, db_constraint=False, related_name="disputes"
    )
    # Where its family stands, kept by a trigger; of a sealed one nowhere. Otherwise where it was found.
    village = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+")
    # Its own place, where no family is meant.
    point = models.PointField("地点", null=True, spatial_index=False)
    kind = models.CharField("类型", max_length=12, choices=Kind)
    severity = models.PositiveSmallIntegerField("急缓", choices=Severity)
    source = models.CharField("怎么发现的", max_length=10, choices=Source)
    found_on = models.DateField("发现日期")
    found_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    state = models.CharField(
        "进展", max_length=12, choices=State, default=State.FOUND, db_default=State.FOUND
    )
    # Since when it stands there, and until when the next step is owed (disputes/clocks.py).
    since = models.DateField(default=timezone.localdate)
    due_on = models.DateField(null=True)
    # Somebody is hurt. Set by `ViolenceFlag` alone, and never taken back.
    violence = models.BooleanField(default=False, db_default=False)
    # The case worker's alone: somebody is hurt, or it was she who entered it.
    apart = models.BooleanField("只有个案工作者能看", default=False, db_default=False)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-found_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(household=None) | Q(point=None), name="a_dispute_has_one_place"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=[1, 2, 3]), name="dispute_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(violence=False) | Q(apart=True, household__isnull=False),
                name="violence_is_the_case_workers",
            ),
            models.CheckConstraint(
                condition=Q(apart=False) | Q(household__isnull=False),
                name="apart_is_of_a_household",
            ),
            models.CheckConstraint(
                condition=Q(state="archived", due_on=None)
                | ~Q(state="archived") & Q(due_on__isnull=False),
                name="an_open_dispute_has_a_clock",
            ),
        ]
        indexes = [
            models.Index("found_on", name="disputes_by_day"),
            models.Index("due_on", condition=Q(due_on__isnull=False), name="disputes_due"),
        ]

    def __str__(self):
        return self.number

    @property
    def number(self) -> str:
        """All that is said of it aloud."""
        return f"{self.found_on.year}-{self.pk:06}"


class DisputeText(models.Model):
    """S3, added and never changed. Row security shows it only where the look at it is logged."""

    class Kind(models.TextChoices):
        HAPPENED = "happened", "经过"
        AGREEMENT = "agreement", "协议和约定"
        WHY_ENDED = "why_ended", "为什么没有达成协议"
        FOLLOW_UP = "follow_up", "回访情况"
        AGAIN = "again", "为什么重新调解"
        NOT_REPORTED = "not_reported", "为什么没有报告"
        REPLY = "reply", "联调单位的答复"

    # Not numbered: the number would be asked back for, by who may not read it yet.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dispute = part_of("disputes.Dispute", "texts")
    # Of a reply: to what was sent.
    referral = part_of("disputes.Referral", "replies", null=True)
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.TextField("内容")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["dispute", "at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reply", referral__isnull=False)
                | ~Q(kind="reply") & Q(referral=None),
                name="a_reply_is_to_a_referral",
            ),
        ]

    def __str__(self):
        return str(self.pk)


class Party(models.Model):
    """Who takes part: a person that we know, or somebody else, without a name."""

    class As(models.TextChoices):
        SPOUSE = "spouse", "夫妻一方"
        PARENT = "parent", "父母"
        CHILD = "child", "子女"
        IN_LAW = "in_law", "公婆或儿媳等姻亲"
        SIBLING = "sibling", "兄弟姐妹"
        NEIGHBOUR = "neighbour", "邻居"
        RELATIVE = "relative", "其他亲属"
        EMPLOYER = "employer", "用工方"
        OTHER = "other", "其他人"

    uuid = models.UUIDField(**random_uuid())
    dispute = part_of("disputes.Dispute", "parties")
    # DO_NOTHING: the database forgets the person and keeps that there was somebody.
    person = models.ForeignKey(
        Person, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    part = models.CharField("在纠纷里的身份", max_length=10, choices=As)

    class Meta:
        ordering = ["dispute", "pk"]
        constraints = [
            models.UniqueConstraint(
                "dispute", "person", condition=Q(person__isnull=False), name="nobody_is_twice_party"
            ),
        ]

    def __str__(self):
        return str(self.uuid)


class Session(models.Model):
    """They sat together. What was agreed is a `DisputeText`."""

    class Result(models.TextChoices):
        AGREED = "agreed", "达成一致"
        GOING_ON = "going_on", "还要再谈"
        NOT_AGREED = "not_agreed", "没有谈成"

    dispute = part_of("disputes.Dispute", "sessions")
    held_on = models.DateField("日期")
    led_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    # Who sat with her.
    bodies = ArrayField(models.CharField(max_length=16, choices=Body), default=list)
    result = models.CharField("结果", max_length=10, choices=Result)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["dispute", "held_on", "pk"]

    def __str__(self):
        return str(self.pk)


class DisputeStep(models.Model):
    """Who took which step and when; for the ledgers, and for whoever asks."""

    dispute = part_of("disputes.Dispute", "steps")
    step = models.CharField(max_length=16)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["dispute", "at", "pk"]

    def __str__(self):
        return str(self.pk)


class SupervisionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(ended_at=None)


class Supervision(models.Model):
    """督办：a chair asks that it be brought to an end by a day."""

    dispute = part_of("disputes.Dispute", "supervisions")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField("最晚哪天办结")
    ended_at = models.DateTimeField(null=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        ordering = ["dispute", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                "dispute", condition=Q(ended_at=None), name="one_open_supervision"
            ),
        ]

    def __str__(self):
        return str(self.pk)
