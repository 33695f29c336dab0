"""What another body is told of a dispute, and what it answers."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Body, Member, Role
from boundaries.models import Division
from disputes.models.disputes import Dispute, of_kin
from disputes.models.parts import part_of, random_uuid


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, member: Member):
        """A partner's: those to her own body and place, not of her kin. Others': as the dispute."""
        if member.role == Role.PARTNER:
            if not member.body or not member.division_id:
                return self.none()
            mine = self.filter(body=member.body, division=member.division_id)
            kin = Dispute.objects.filter(of_kin(member)).values("pk")
            return mine.exclude(state=Referral.State.WITHDRAWN).exclude(dispute__in=kin)
        return self.filter(dispute__in=Dispute.objects.visible_to(member).values("pk"))

    def waiting(self):
        """On which the other body still has to say a word."""
        state = Referral.State
        return self.filter(state__in=[state.SENT, state.RECEIVED, state.ACCEPTED])


class Referral(models.Model):
    """One body, asked for one thing, with somebody's consent or by a duty. The fact is S1."""

    class State(models.TextChoices):
        SENT = "sent", "已发出"
        RECEIVED = "received", "已收到"
        ACCEPTED = "accepted", "已受理"
        REJECTED = "rejected", "不受理"
        DONE = "done", "已办结"
        WITHDRAWN = "withdrawn", "已撤回"

    class Basis(models.TextChoices):
        CONSENT = "consent", "本人同意"
        DUTY = "duty", "法定职责"

    class How(models.TextChoices):
        TOLD = "told", "当面口头"
        WRITTEN = "written", "书面"
        CALL = "call", "电话"

    class Duty(models.TextChoices):
        """Each one an article, so that nobody has to argue."""

        VIOLENCE = "violence", "《反家庭暴力法》第十四条：强制报告"
        MINORS = "minors", "《未成年人保护法》第十一条：强制报告"
        DANGER = "danger", "《人民调解法》第二十五条：矛盾可能激化，报告公安机关"

    class Rejection(models.TextChoices):
        NOT_OURS = "not_ours", "不属于本单位职责"
        ELSEWHERE = "elsewhere", "已由其他单位办理"
        TOO_LITTLE = "too_little", "材料不够，请补充"
        NOT_WANTED = "not_wanted", "当事人表示不需要"

    uuid = models.UUIDField(**random_uuid())
    dispute = part_of("disputes.Dispute", "referrals")
    # Of a dispute that is `apart`; and whose it is, so that the family's list of looks is whole.
    apart = models.BooleanField(default=False)
    family = models.UUIDField(null=True)
    body = models.CharField("单位", max_length=16, choices=Body)
    # For which place it answers: a town's police station, the district's court.
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    joint = models.BooleanField("联合调解")
    basis = models.CharField("依据", max_length=7, choices=Basis)
    consent_of = part_of("disputes.Party", "consents", null=True)
    consent_on = models.DateField("哪天同意", null=True)
    consent_how = models.CharField("怎样同意", max_length=7, choices=How, blank=True)
    duty = models.CharField("职责", max_length=8, choices=Duty, blank=True)
    state = models.CharField(
        "进展", max_length=9, choices=State, default=State.SENT, db_default=State.SENT
    )
    rejection = models.CharField("为什么不受理", max_length=10, choices=Rejection, blank=True)
    sent_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    # Until when the other body's next word is owed (disputes/clocks.py).
    due_on = models.DateField(null=True)
    received_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(basis="consent", consent_of__isnull=False, duty="")
                & Q(consent_on__isnull=False)
                & ~Q(consent_how="")
                | Q(basis="duty", consent_of=None, consent_on=None, consent_how="") & ~Q(duty=""),
                name="a_referral_has_a_ground",
            ),
            models.CheckConstraint(
                condition=Q(state="rejected") & ~Q(rejection="")
                | ~Q(state="rejected") & Q(rejection=""),
                name="a_rejection_has_a_reason",
            ),
            models.UniqueConstraint(
                "dispute",
                "body",
                condition=Q(state__in=["sent", "received", "accepted"]),
                name="one_open_referral_a_body",
            ),
        ]
        indexes = [models.Index("body", "division", "state", name="referrals_of_a_body")]

    def __str__(self):
        return str(self.uuid)


class Packet(models.Model):
    """S3: what this one body gets to read, and until when. Written once, from chosen fields."""

    referral = models.OneToOneField(
        Referral, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="packet"
    )
    content = models.JSONField("选定的内容")
    expires_on = models.DateField("看到哪天为止")

    def __str__(self):
        return str(self.pk)
